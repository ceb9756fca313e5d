#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

// Where on a site pages of a kind lie, by the directories of their addresses. Pure.
namespace crawler {

// A directory below which pages of the kind are more frequent than elsewhere.
struct TellingPath {
    std::string prefix;  // "https://example.org/blog/"
    std::size_t wanted = 0, others = 0;
};

class PathCounts {
public:
    // A page of the kind that is wanted, or another one.
    void add(std::string_view canonical, bool wanted);

    // At most `most` directories, none within another: those that hold at least three wanted pages
    // and where these are by more than chance (lower end of Wilson's 95 % interval) one and a half
    // times as large a share as of all pages. First the one that holds the most wanted pages above
    // its share, and so on with the pages that are left. None where all pages are wanted, or none.
    std::vector<TellingPath> telling(std::size_t most) const;

private:
    struct Count {
        std::size_t wanted = 0, others = 0;
    };
    std::map<std::string, Count, std::less<>> below_;  // by directory, all above it, too
    Count all_;
};

// A regular expression that addresses below the directory match, for ScopeRules::prefer.
std::string pattern_below(std::string_view prefix);

}  // namespace crawler
