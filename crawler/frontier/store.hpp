#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "crawler/frontier/frontier.hpp"
#include "crawler/policy/retry.hpp"

namespace base {
class Tx;
}

// The frontier in the database. Each function is one step inside the caller's transaction.
namespace crawler {

// A host this worker may ask, until its lease ends. Rows are written only under the lease's token.
struct HostLease {
    std::string host;
    std::int64_t token = 0;
    Millis wait{0};  // before the first request
};
BOOST_DESCRIBE_STRUCT(HostLease, (), (host, token, wait))

// How an address is left in the frontier.
struct Closed {
    std::string key;
    UrlState state = UrlState::queued;  // queued: to be tried again
    std::optional<SkipReason> reason;
    std::string detail;
    int attempts = 0;
    Time due_at;
    int status = 0;
    std::optional<Time> fetched_at;
    bool keep = false;  // leave etag, last_modified and body hash as they are
    std::string etag;
    std::string last_modified;
    std::string body_sha256;
    int visits = 0;  // see revisit.hpp
    int changes = 0;
    double watched = 0;
    std::string gone_at;  // a timestamp; empty: it is not gone
};

// One line of the fetch log.
struct Fetched {
    Time at;
    std::string host;
    std::string url;
    int status = 0;
    Ending outcome = Ending::failed;
    std::optional<SkipReason> reason{};
    std::uint64_t bytes = 0;
    std::int64_t millis = 0;
    std::string address;
};

struct SiteFile {
    int status = 0;
    std::string body;
    std::string detail;
};

// The first address that could not be kept, and why.
struct Obstacle {
    std::string url;
    SkipReason reason = SkipReason::network;
    std::string detail;
};
BOOST_DESCRIBE_STRUCT(Obstacle, (), (url, reason, detail))

struct ReasonCount {
    std::string state;
    std::string reason;  // empty: none
    std::uint64_t urls = 0;
};
BOOST_DESCRIBE_STRUCT(ReasonCount, (), (state, reason, urls))

// All crawls together, as metrics tell it.
struct CrawlFigures {
    std::int64_t workers = 0, queued = 0;  // as the crawls last counted
    std::int64_t fetched = 0, bytes = 0;   // answers of web servers so far
    std::int64_t held = 0, failing = 0;    // hosts
};
BOOST_DESCRIBE_STRUCT(CrawlFigures, (), (workers, queued, fetched, bytes, held, failing))
CrawlFigures crawl_figures(base::Tx& tx);

std::uint64_t count_queued(base::Tx& tx, std::int64_t source);
std::uint64_t count_known(base::Tx& tx, std::int64_t source);
// Puts what was fetched or refused before back into the queue; of what was fetched only what is due
// if `due_only`. With `other_rules` all of it, to be asked for whole. Returns how many.
std::uint64_t start_round(
    base::Tx& tx,
    std::int64_t source,
    Time now,
    bool due_only = false,
    bool other_rules = false
);
// Calls visit(addresses) with those that the rules of an earlier crawl left out, some thousand at a
// time.
void each_left_out(
    base::Tx& tx,
    std::int64_t source,
    const std::function<void(std::span<Discovery>)>& visit
);
// Adds addresses that are new to the source; the others stay as they are.
void add_urls(
    base::Tx& tx,
    std::int64_t source,
    std::int64_t run,
    std::span<const Discovery> found,
    Time now
);

std::vector<std::string> other_holders(base::Tx& tx, const std::string& holder);
// Frees all that a worker held; none of it is asked before `not_before`.
void free_holder(base::Tx& tx, const std::string& holder, Time not_before);
std::vector<HostLease> claim_hosts(
    base::Tx& tx,
    std::int64_t source,
    const std::string& holder,
    Time now,
    Time until,
    int at_most,
    bool only_media = false,
    bool only_own_servers = false
);
// Returns the hosts that are still held, with their tokens.
std::vector<HostLease> renew_hosts(base::Tx& tx, const std::string& holder, Time until);

struct HostState {
    int failures = 0;
    double latency_ms = 0;
    double delay_ms = 0;
};
void release_host(base::Tx& tx, const HostLease& lease, Time next_fetch_at, const HostState& state);

std::vector<Target> next_urls(
    base::Tx& tx,
    std::int64_t source,
    const std::string& host,
    Time now,
    int at_most,
    const std::vector<std::int64_t>& except
);
// Until the next queued address is due; nothing if none is queued.
std::optional<Millis> next_due(base::Tx& tx, std::int64_t source, Time now);

// Of these leases the hosts that are still ours. Locks them until the transaction ends.
std::vector<std::string> held_hosts(base::Tx& tx, std::span<const HostLease> leases);
void close_urls(
    base::Tx& tx,
    std::int64_t source,
    std::int64_t run,
    std::span<const Closed> closed
);
void log_fetches(
    base::Tx& tx,
    std::int64_t source,
    std::int64_t run,
    std::span<const Fetched> fetched
);
// Gives what is still queued a reason; not images and files if `but_media`.
std::uint64_t close_queue(
    base::Tx& tx,
    std::int64_t source,
    std::int64_t run,
    SkipReason reason,
    bool but_media = false
);

// One that was fetched at `since` or later and does not have to be asked for again.
std::optional<SiteFile> load_site_file(
    base::Tx& tx,
    const std::string& origin,
    const std::string& path,
    Time now,
    Time since
);
// Good for 24 hours; if it could not be had for a minute, and for twice as long as the last time if
// it could not be had then either, up to an hour.
void save_site_file(
    base::Tx& tx,
    const std::string& origin,
    const std::string& path,
    const SiteFile& file,
    Time now
);

// Why nothing of a source is kept; nothing if something is, or if no address was left out.
std::optional<Obstacle> find_obstacle(base::Tx& tx, std::int64_t source);

// How many addresses of a source are in each state, for each reason.
std::vector<ReasonCount> skip_reasons(base::Tx& tx, std::int64_t source);

}  // namespace crawler
