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

// Memory grows with the directories of wanted pages alone, however many others there are.
class PathCounts {
public:
    // A page of the kind that is wanted: all of these come first.
    void add_wanted(std::string_view canonical);
    // Another one.
    void add_other(std::string_view canonical);

    // At most `most` directories, none within another: those that hold at least three wanted pages
    // and where these are by more than chance (lower end of Wilson's 95 % interval) one and a half
    // times as large a share as of all pages. First the one that holds the most wanted pages above
    // its share, and so on with the pages that are left. None where all pages are wanted, or none.
    std::vector<TellingPath> telling(std::size_t most) const;

private:
    struct Count {
        std::size_t wanted = 0, others = 0;
    };
    // Calls see(directory), the uppermost first, until it says no.
    template <typename See>
    static void each_directory(std::string_view canonical, const See& see);

    std::map<std::string, Count, std::less<>> below_;  // by directory
    Count all_;
    bool complete_ = false;  // directories of too few wanted pages are forgotten
};

// A regular expression that addresses below the directory match, for ScopeRules::prefer.
std::string pattern_below(std::string_view prefix);

}  // namespace crawler
