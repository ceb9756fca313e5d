#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/time/time.hpp"
#include "base/words.hpp"
#include "crawler/policy/fair_share.hpp"

namespace base {
class Tx;
}

// Who crawls a source, in the database. Each function is one step inside the caller's transaction.
namespace crawler {

using base::Time;

// What a worker is to a crawl.
enum class CrawlPart : std::uint8_t { own, job, help };
constexpr auto words_of(CrawlPart) {
    return std::to_array<base::Word<CrawlPart>>({
        {CrawlPart::own, "own", "crawls it by itself"},
        {CrawlPart::job, "job", "does it as a job, and others may help"},
        {CrawlPart::help, "help", "helps as long as another is at it"},
    });
}

struct CrawlWorker {
    std::int64_t run = 0;
    std::string holder;
    CrawlPart part = CrawlPart::own;
    std::uint64_t queued = 0;  // addresses of the source, as it last counted
    OtherShare share{};
};

// Whoever asks who crawls a source, and acts by it, asks alone until the transaction ends.
void lock_crawl(base::Tx& tx, std::int64_t source);

// Those that live, but for `holder`. Those that are dead, or silent since `since`, are forgotten;
// what the dead held is free again if `not_before` is given, and is not asked before it.
std::vector<CrawlWorker> other_workers(
    base::Tx& tx,
    std::int64_t source,
    const std::string& holder,
    Time since,
    std::optional<Time> not_before = {}
);
std::vector<OtherShare> shares_of(const std::vector<CrawlWorker>& workers);
// One of these that does not only help; null if there is none.
const CrawlWorker* owner_of(const std::vector<CrawlWorker>& workers);

// All but its grant.
void seen_worker(base::Tx& tx, std::int64_t source, const CrawlWorker& worker, Time now);
void set_grant(base::Tx& tx, std::int64_t source, const std::string& holder, std::uint64_t pages);
// How many pages it may still store, held for it until the transaction ends; none if it was
// forgotten, as others may have been granted what it had.
std::uint64_t hold_grant(base::Tx& tx, std::int64_t source, const std::string& holder);
// Pages were stored of those that were granted.
void spend_grant(base::Tx& tx, std::int64_t source, const std::string& holder, std::uint64_t pages);
void drop_worker(base::Tx& tx, std::int64_t source, const std::string& holder);

// A crawl that is a worker's job, has more hosts than its workers could take, and was heard of
// since: the one with the fewest workers.
struct CrawlToHelp {
    std::int64_t source = 0, run = 0;
};
BOOST_DESCRIBE_STRUCT(CrawlToHelp, (), (source, run))
std::optional<CrawlToHelp> crawl_to_help(base::Tx& tx, Time since);

}  // namespace crawler
