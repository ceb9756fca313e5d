#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

// The parts of a site by the directories of its addresses, and how to see something of each. Pure.
namespace crawler {

// What is known of a directory and all below it: pages that were fetched, and addresses that wait.
struct DirectoryCount {
    std::string directory;                          // "https://example.org/blog/"
    std::uint64_t seen = 0, waiting = 0;            // of the whole
    std::uint64_t seen_here = 0, waiting_here = 0;  // of pages right in it
};
BOOST_DESCRIBE_STRUCT(DirectoryCount, (), (directory, seen, waiting, seen_here, waiting_here))

struct SitePart {
    std::string prefix;
    bool whole = true;  // else only what lies right in this directory
    std::uint64_t seen = 0, waiting = 0;
};

// Parts that do not overlap. A directory is taken apart while it holds more than one in 32 of all
// pages and its own directories that are among `directories` hold at least half of it; what lies
// right in it is a part then, what lies in smaller directories belongs to none. Each directory's
// parent, but for those of hosts, must be among `directories`, in any order.
std::vector<SitePart> parts_of(std::vector<DirectoryCount> directories);

// How many of `pages` more each part gives, none more than waits there, so that what is seen of
// each is in proportion to its pages to the power of 3/4, as far as that can be: a large part more
// than a small one, but less than its share, as the small ones hold what is rare.
std::vector<double> spread_over(const std::vector<SitePart>& parts, double pages);

// A regular expression that the addresses of a part match, for ScopeRules::prefer.
std::string pattern_of(const SitePart& part);

}  // namespace crawler
