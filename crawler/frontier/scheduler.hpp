#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "crawler/frontier/batch.hpp"
#include "crawler/policy/site_files.hpp"
#include "crawler/run/crawl.hpp"

namespace crawler {

// A server that this worker alone asks, for all the host names that lead to it.
struct Server {
    Server(std::string given, const PolitenessPolicy& policy)
        : address(std::move(given)), lane(policy) {}
    std::string address;
    Lane lane;
    int hosts = 0;
};

// A host whose lease this worker holds.
struct Host {
    Host(HostLease given, const PolitenessPolicy& policy) : lease(std::move(given)), lane(policy) {}

    Turn turn() { return {&lane, server ? &server->lane : nullptr}; }
    // Something is still being asked for it.
    bool is_busy() const { return lane.in_flight() > 0 || preparing > 0; }

    HostLease lease;
    Lane lane;
    std::shared_ptr<Server> server;             // null: its server has no limits of its own
    bool ready = false;                         // its server's turn is ours too
    bool lost = false;                          // another worker has it, or its server
    bool leaving = false;                       // given back when what is under way has ended
    std::deque<Target> waiting;                 // in the frontier's order
    std::unordered_set<std::int64_t> taken;     // waiting, under way or not yet stored
    std::unordered_set<std::int64_t> listings;  // sitemaps and feeds of these
    std::map<std::string, std::shared_ptr<const SitePolicy>> sites;  // by origin; null: asked for
    int preparing = 0;  // coroutines that find its server or fetch its site files
    bool may_have_more = true;
    double latency_ms = 0;
};

// An address whose turn has come.
struct Visit {
    Target target;
    std::shared_ptr<const SitePolicy> site;
    std::vector<Budget::Share> shares;  // of the budgets that it counts for if it is kept
};
// One that is not asked for.
struct Refusal {
    Target target;
    SkipReason reason;
    std::string detail;
};
// What this origin says about itself has to be known first: see learned().
struct Learn {
    std::string origin;
};
// The host has nothing to be asked now.
struct Wait {};
using Step = std::variant<Wait, Learn, Refusal, Visit>;

// Decides what a crawl asks for, in which order, when, and what it leaves out. It asks for nothing,
// stores nothing and reads no clock: whoever drives it tells what was loaded, answered and stored,
// and at what time, so that a crawl and its dry run differ only in what they do with a step.
//
// Lives on one thread. `options` has to outlive it.
class Scheduler {
public:
    using Clock = Lane::Clock;
    using Hosts = std::map<std::string, std::unique_ptr<Host>>;
    static constexpr int urls_at_once = 1000;  // of the frontier that a host is given at a time

    // Throws base::UsageError for a seed that is no http(s) URL, or a pattern that is none.
    explicit Scheduler(const CrawlOptions& options);

    const Scope& scope() const { return scope_; }
    // The longest time between two requests that hosts and servers are given at first.
    Millis delay() const { return std::max(options_.politeness.delay, server_policy_.delay); }
    // Whether hosts have to be seated. Behind a proxy nobody knows what server answers.
    bool limits_servers() const {
        return server_policy_.delay > Millis(0) && options_.fetch.proxies.empty();
    }
    // The first pages.
    std::vector<Discovery> seeds() const;
    // Of what the rules of an earlier crawl left out that which these let in.
    std::vector<Discovery> let_in(std::span<Discovery> left_out) const;

    // In a later round pages wait for what sitemaps say of them.
    void begin_round(bool revisit) { revisit_ = revisit; }
    bool counts_budgets() const { return budget_.any() || options_.max_pages > 0; }
    // Sums over all workers, as the database has them.
    void count(const BudgetCounts& kept);
    // Patterns of addresses that are traps.
    void shut(std::span<const std::string> patterns);

    Hosts& hosts() { return hosts_; }
    const Hosts& hosts() const { return hosts_; }
    // Takes the place of one of that name, which lives on as long as something is asked for it.
    Host& add(HostLease lease, Clock::time_point now);
    // This worker has the turn of the server at `address`, and waits so long before it asks.
    void seat(Host& host, const std::string& address, Millis wait, Clock::time_point now);
    // Hosts with nothing left, each with whether it was the last of its server.
    std::vector<std::pair<std::unique_ptr<Host>, bool>> take_finished();
    void lose(Host& host);
    // Begins to leave at most so many hosts to other workers, all of a server or none.
    void give_back(std::size_t at_most);

    // Whether the host should be given more of the frontier.
    bool wants_more(const Host& host) const;
    // Begins to load: the addresses that it has already.
    std::vector<std::int64_t> begin_load(Host& host);
    // Adds what the frontier holds next beside them; `more`: there is more than this.
    void load(Host& host, std::vector<Target> targets, bool more);
    // Queued addresses may have become due.
    void look_again();

    // Of the number of pages to keep: what this worker may still store, all of them until it is
    // told otherwise. While that is asked, no page is begun, and none may be stored.
    void grant(std::uint64_t pages);
    void await_grant() { awaits_grant_ = true; }
    bool awaits_grant() const { return awaits_grant_; }
    // Of these what it has in hand: pages under way, and those to be stored.
    std::uint64_t granted_used() const { return under_way_ + unstored_; }
    std::uint64_t pages_kept() const { return budget_.kept(Budget::pages); }
    // Whether one more page may be asked for without going over the number of pages to keep.
    bool has_room() const;
    // What to do for the host now. A Visit is under way from here on until end().
    Step next(Host& host, Clock::time_point now);
    // What an origin says about itself; returns the sitemaps to be read.
    std::vector<Discovery>
    learned(Host& host, const std::string& origin, std::shared_ptr<const SitePolicy> site);
    // The answer to a visit came.
    void answered(Host& host, Clock::time_point now, const Lane::Answer& answer);
    // How a visit ended, nothing if it stays queued. True if it counts for its budgets: they hold
    // it as under way until it is stored.
    bool end(const Visit& visit, std::optional<Ending> ending);
    // A batch was written; `budgets` are those it had before it was. Returns whether it holds
    // addresses of hosts that are not ours.
    bool stored(const Batch& batch, std::span<const std::pair<std::string, std::string>> budgets);

    std::uint64_t kept() const { return kept_; }
    // Enough pages are stored, by all workers.
    bool is_spent() const { return options_.max_pages && pages_kept() >= options_.max_pages; }
    // They are if what is in hand may be stored.
    bool will_be_spent() const {
        return options_.max_pages && pages_kept() + unstored_ >= options_.max_pages;
    }
    // What the last pages show is still to be fetched when enough pages are kept.
    bool is_over() const { return is_spent() && !options_.media.any(); }
    bool takes_only_media() const { return only_media_; }
    // Enough pages are kept: the others stay away, what those show is still fetched.
    void leave_pages();

    std::size_t waiting() const;
    // Nothing waits, and the frontier may not hold more either.
    bool is_idle() const;
    // When the next host may be asked, if one has something waiting and may be.
    std::optional<Clock::time_point> next_turn();

private:
    struct Verdict {
        SkipReason reason;
        std::string detail{};
    };
    std::optional<Verdict> verdict(const Target& target, const formats::Url& url) const;
    Refusal refuse(Host& host, Verdict verdict);
    bool leave_server(Host& host);
    // Whether more of the frontier may be given to it.
    static bool is_open(const Host& host) { return host.ready && !host.lost && !host.leaving; }

    const CrawlOptions& options_;
    std::vector<formats::Url> seeds_;
    std::set<std::string> seed_origins_;
    Scope scope_;
    Budget budget_;
    PolitenessPolicy server_policy_;
    Hosts hosts_;
    std::vector<std::unique_ptr<Host>> replaced_;  // whatever is still asked for them knows them
    std::map<std::string, std::shared_ptr<Server>> servers_;
    std::set<std::string, std::less<>> shut_;
    std::uint64_t kept_ = 0;
    std::uint64_t under_way_ = 0;  // pages
    std::uint64_t unstored_ = 0;   // pages that are kept when the batch is written
    std::uint64_t granted_ = 0;    // pages
    bool awaits_grant_ = false;
    bool revisit_ = false;
    bool only_media_ = false;
};

}  // namespace crawler
