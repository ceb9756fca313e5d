#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "crawler/extract/media.hpp"
#include "crawler/fetch/fetch.hpp"
#include "crawler/frontier/discover.hpp"
#include "crawler/frontier/store.hpp"
#include "crawler/frontier/worker_store.hpp"
#include "crawler/policy/budget.hpp"
#include "crawler/policy/politeness.hpp"
#include "crawler/policy/retry.hpp"
#include "crawler/policy/revisit.hpp"
#include "crawler/policy/scope.hpp"
#include "crawler/policy/trap.hpp"
#include "crawler/scrape/rules.hpp"
#include "schema/records/record_store.hpp"

namespace base {
class Database;
}

namespace crawler {

struct CrawlProgress {
    std::uint64_t fetched = 0;  // answers
    std::uint64_t kept = 0;     // pages stored or found unchanged
    std::uint64_t bytes = 0;    // on the wire
    std::size_t in_flight = 0;
    std::size_t waiting = 0;        // taken from the frontier, not asked yet
    std::uint64_t queued = 0;       // in the frontier, counted every few seconds
    double seconds = 0;             // since the start
    std::size_t hosts = 0;          // this worker holds
    std::size_t failing_hosts = 0;  // whose last answer was an error
    double longest_delay = 0;       // seconds, of the hosts with something waiting
};

struct CrawlOptions {
    std::vector<std::string> seeds;
    std::int64_t source_id = 0;
    std::string source_name;
    std::int64_t run_id = 0;
    std::string holder;  // see holder.hpp; empty: made by the crawl
    CrawlPart part = CrawlPart::own;

    // Pages that are kept in a round, by all workers and those that went before them; 0: no limit.
    std::uint64_t max_pages = 0;
    ScopeRules scope;
    PolitenessPolicy politeness;
    std::optional<std::chrono::milliseconds>
        server_delay;        // of one server behind several names; see server_policy
    int server_at_once = 0;  // 0: by server_policy
    BudgetRules budgets;
    DiscoveryRules discovery;
    RevisitPolicy revisit;
    bool believe_canonical = true;  // see PageRules
    bool shut_traps = true;
    TrapPolicy traps;
    bool obey_robots = true;
    bool refresh_robots = false;  // what robots.txt and its kin said before this run is forgotten
    bool honour_consent = true;
    FetchOptions fetch;
    RetryPolicy retry;
    std::shared_ptr<const Rules> rules;
    MediaRules media;
    ExamineImage examine_image;
    std::string rules_version;  // names rules and media: when it changes, all pages are read again
    // See PageRules.
    std::function<void(const std::string& url, const Response&, const Scrape&)> record_scrape;

    int at_once = 128;  // requests in flight over all hosts
    std::size_t workers = 2;
    std::size_t batch = 400;  // answers stored in one transaction
    std::chrono::milliseconds batch_wait{400};
    std::chrono::seconds lease{60};

    // Gets each answer with what was asked for, on any thread, before it is made into a record.
    std::function<void(const Request&, const Response&, Time)> archive;

    std::stop_token stop;
    std::function<void(const CrawlProgress&)>
        progress;  // on the crawl's thread, a few times a second
};

struct CrawlReport {
    schema::Counts counts;  // of this run
    std::uint64_t fetched = 0;
    std::uint64_t not_modified = 0;
    std::uint64_t retries = 0;
    std::uint64_t bytes = 0;
    bool revisit = false;  // the source had been crawled to its end before
    bool resumed = false;  // went on where an earlier run had stopped
    bool interrupted = false;
    std::uint64_t kept_before = 0;  // pages of the round that went before, of those it may keep
    // A crawl that had something to ask and kept nothing, of a source that holds no page either.
    std::optional<Obstacle> obstacle;
    std::vector<ReasonCount> urls;  // all addresses of the source by state and reason, afterwards
    double seconds = 0;
};

// Crawls until nothing is left to fetch, the budget is spent or a stop is requested. Whatever
// moment the process dies at, nothing that was stored is lost and nothing is stored twice: pages,
// their links and the frontier's state go into one transaction a batch, under the fencing token of
// each host's lease. Several workers may run it for one source at once: a host belongs to one of
// them at a time.
//
// Throws base::UsageError for a seed that is no http(s) URL, base::Error if the database fails.
CrawlReport
crawl(base::Database& database, const schema::Blobs& blobs, const CrawlOptions& options);

// What a crawl would do now, as far as it can be known without crawling: first what it would ask
// for, in that order, then what it would leave out, as far as it is known or found. Of the answers
// only those of the first pages and of some listings are known: these are asked for, within the
// limits. Nothing is stored. A source that is not there has the id 0. The stop of the options ends
// it with what is known by then.
struct Decision {
    std::string url;
    bool fetch = false;
    std::optional<SkipReason> reason;  // why it is left out, or why its answer is not kept
    std::string detail;
    std::vector<schema::Draft> records{};   // what its answer would be stored as
    std::vector<schema::Reject> rejects{};  // what of it would be rejected
};
struct PlanLimits {
    // So many pages are asked for, wherever they are, and what they would be stored as is kept.
    std::optional<int> pages = {};
    int listings = 100;
    std::size_t decisions = std::numeric_limits<std::size_t>::max();
};
std::vector<Decision>
plan_crawl(base::Database& database, const CrawlOptions& options, const PlanLimits& limits = {});

// Throws base::UsageError for a seed that is no http(s) URL.
std::vector<formats::Url> parse_seeds(const std::vector<std::string>& seeds);

}  // namespace crawler
