#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crawler/frontier/store.hpp"
#include "crawler/policy/trap.hpp"

// What a crawl keeps in the database beside its addresses: listings, gone records, yields of
// patterns, budgets and servers. Each function is one step inside the caller's transaction.
namespace crawler {

// Of the discoveries those that a sitemap or feed lists: notes that it did, and its lastmod.
void list_urls(
    base::Tx& tx,
    std::int64_t source,
    std::int64_t run,
    std::span<const Discovery> found,
    Time now
);
// A sitemap said that it has not changed.
void list_again(base::Tx& tx, std::int64_t source, std::int64_t run, const std::string& sitemap);
// After a complete crawl: marks what its sitemaps no longer list, if all of them were read whole.
std::uint64_t mark_orphans(base::Tx& tx, std::int64_t source, std::int64_t run, Time now);

struct GoneChange {
    std::string key;  // of the record
    std::string at;   // a timestamp; empty: it is back
};
void mark_gone(
    base::Tx& tx,
    std::int64_t source,
    const std::string& source_name,
    std::span<const GoneChange> changes
);

// Adds the sightings to their patterns. Returns the patterns that are shut since.
std::vector<std::string> watch_patterns(
    base::Tx& tx,
    std::int64_t source,
    std::span<const Sighting> sightings,
    const TrapPolicy& policy,
    Time now
);
std::vector<std::string> shut_patterns(base::Tx& tx, std::int64_t source);

using BudgetCounts = std::map<std::string, std::uint64_t, std::less<>>;
// Adds to the counts; returns the sums of these budgets.
BudgetCounts add_budgets(base::Tx& tx, std::int64_t source, const BudgetCounts& kept);
BudgetCounts load_budgets(base::Tx& tx, std::int64_t source);
// Budgets and patterns begin anew.
void forget_round(base::Tx& tx, std::int64_t source);

// Notes the servers of hosts and takes the turn of each; returns those that are ours now, with the
// time to wait before the first request.
std::map<std::string, Millis> claim_addresses(
    base::Tx& tx,
    const std::map<std::string, std::string>& address_of_host,
    const std::string& holder,
    Time now,
    Time until
);
void release_address(
    base::Tx& tx,
    const std::string& address,
    const std::string& holder,
    Time next_fetch_at
);
void note_host(base::Tx& tx, const HostLease& lease, const HostState& state);

struct HostLine {
    std::string host, address;
    std::uint64_t requests = 0, bytes = 0, errors = 0;
    double mean_ms = 0, delay_ms = 0;
    int failures = 0;
    bool held = false;
    std::uint64_t queued = 0, done = 0, left_out = 0;
};
BOOST_DESCRIBE_STRUCT(
    HostLine,
    (),
    (host,
     address,
     requests,
     bytes,
     errors,
     mean_ms,
     delay_ms,
     failures,
     held,
     queued,
     done,
     left_out)
)
std::vector<HostLine> source_hosts(base::Tx& tx, std::int64_t source, Time now, int at_most);

struct UrlLine {
    std::int64_t id = 0;
    std::string url, state, reason, detail;
    int status = 0, depth = 0;
    std::string kind, due_at, gone_at, orphaned_at;
};
BOOST_DESCRIBE_STRUCT(
    UrlLine,
    (),
    (id, url, state, reason, detail, status, depth, kind, due_at, gone_at, orphaned_at)
)
// Addresses in order of discovery, after `after`; `reason` also "gone" and "orphaned"; empty: any.
std::vector<UrlLine> source_urls(
    base::Tx& tx,
    std::int64_t source,
    std::int64_t after,
    const std::string& reason,
    const std::string& state,
    int at_most
);

// What a run asked for.
struct LoggedFetch {
    Time at{};
    std::string url;
    int status = 0;  // 0: no answer
    Ending outcome = Ending::failed;
    std::string reason;  // a skip reason, or empty
    std::int64_t bytes = 0, millis = 0;
};
BOOST_DESCRIBE_STRUCT(LoggedFetch, (), (at, url, status, outcome, reason, bytes, millis))
struct LoggedBefore {
    Time at{};
    std::string url;
};
// The newest first, behind `before`; only those that were skipped, failed or have to be tried again
// if that is wanted.
std::vector<LoggedFetch> fetches_of_run(
    base::Tx& tx,
    std::int64_t run,
    const std::optional<LoggedBefore>& before,
    bool only_problems,
    int at_most
);

// Forgets all that crawls of a source met. Returns how many addresses that were.
std::uint64_t drop_frontier(base::Tx& tx, std::int64_t source);

}  // namespace crawler
