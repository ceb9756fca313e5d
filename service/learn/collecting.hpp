#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "service/verb.hpp"
#include "training/analysis/analysis.hpp"

// Where more records come from of the kind that a run's findings ask for.
namespace service {

// A part of a site that more pages should come from.
struct PagesToGather {
    std::string source;
    std::string finding;  // of the advice, or that little of the part was seen
    std::string prefer;   // a regular expression that their addresses match, as a crawl takes it
    std::uint64_t like = 0, others = 0;  // pages seen there: of the advice's kind, and others
    std::uint64_t waiting = 0;           // known addresses there that were not fetched
    double share = 0;                    // of these that a crawl of `pages` asks for first
};
BOOST_DESCRIBE_STRUCT(PagesToGather, (), (source, finding, prefer, like, others, waiting, share))

// For each advice that more records be labelled or gathered, in their order: where pages of the
// run's source lie that are like those it speaks of, and addresses wait. Then the parts of the site
// of which less was seen than of the whole, those that lack most first. Of `pages` a quarter go to
// the former, as many to each finding, and a half to the latter. Nothing for a source that is not
// crawled.
std::vector<PagesToGather>
pages_to_gather(Work& work, const training::Analysis& analysis, std::size_t pages);

// Queues a crawl of `source` for `pages` more pages: first the shares of `where`, and then what the
// source has next; its settings are else its own, and stay. Pages that were fetched before are
// asked for only when they are due. Returns how many pages were asked for: none if the source waits
// or runs already. Refusal for a caller who may not run sources, or where there is nothing to
// gather.
std::size_t queue_gathering(
    Work& work,
    const std::string& source,
    const std::vector<PagesToGather>& where,
    std::size_t pages
);

}  // namespace service
