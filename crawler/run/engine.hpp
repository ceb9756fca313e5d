#pragma once

// The inside of a crawl: one object that lives on one thread. crawl.cpp holds its story and its
// waiting, claim.cpp takes hosts and addresses from the frontier and gives them back, visit.cpp
// asks for pages, settle.cpp stores what came. Included by these alone.

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <unordered_set>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/database/database.hpp"
#include "base/run/async.hpp"
#include "crawler/frontier/batch.hpp"
#include "crawler/policy/site_files.hpp"
#include "crawler/run/crawl.hpp"

namespace crawler {

namespace asio = boost::asio;
using asio::awaitable;
using Steady = std::chrono::steady_clock;

inline Time wall_clock() {
    return std::chrono::system_clock::now();
}

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

    HostLease lease;
    Lane lane;
    std::shared_ptr<Server> server;  // null: its server has no limits of its own
    bool ready = false;              // its server's turn is ours too
    bool lost = false;               // another worker has it, or its server
    std::deque<Target> waiting;
    std::unordered_set<std::int64_t> taken;     // waiting, under way or not yet stored
    std::unordered_set<std::int64_t> listings;  // sitemaps and feeds of these
    std::map<std::string, std::shared_ptr<const SitePolicy>>
        sites;          // by origin; null while it is fetched
    int preparing = 0;  // coroutines that find its server or fetch its site files
    bool may_have_more = true;
    double latency_ms = 0;
};

class Crawl {
public:
    Crawl(base::Database& database, const schema::Blobs& blobs, const CrawlOptions& options);
    CrawlReport run();

private:
    // Counts what is under way, also when it ends by an exception.
    struct Busy {
        explicit Busy(std::size_t& given) : count(&given) { ++*count; }
        Busy(const Busy&) = delete;
        ~Busy() { end(); }
        void end() {
            if (count) --*count;
            count = nullptr;
        }
        std::size_t* count;
    };
    void start(awaitable<void> work);

    // crawl.cpp
    awaitable<void> story();
    awaitable<void> gather();
    void stop();
    void fail(std::exception_ptr error);
    bool is_quiet() const { return in_flight_ == 0 && digesting_ == 0; }
    bool is_idle() const;
    std::size_t waiting() const;
    Millis until_next_lane() const;
    awaitable<void> sleep(Millis time);
    void wake();
    void tell();

    // claim.cpp
    awaitable<void> open();
    void take_in(base::Tx& tx, std::span<Discovery> left_out, Time now) const;
    awaitable<void> take();
    awaitable<void> claim();
    awaitable<void> seat(Host& host);
    awaitable<std::string> address_of(const std::string& host);
    awaitable<void> leave_pages();
    awaitable<void> drop_finished_hosts();
    awaitable<void> load(Host& host);
    awaitable<void> beat();
    awaitable<std::optional<Millis>> until_due();
    awaitable<void> finish();
    void release(base::Tx& tx, const Host& host, Time now, bool last_of_server) const;
    HostState state_of(const Host& host) const;
    void lose(Host& host);
    void give_up_hosts() noexcept;

    // visit.cpp
    bool budget_spent() const { return options_.max_pages && kept_ >= options_.max_pages; }
    // What the last pages show is still to be fetched when enough pages are kept.
    bool is_over() const { return budget_spent() && !options_.media.any(); }
    bool has_room() const;
    void start_visits();
    bool start_visit(Host& host);
    bool refuse(Host& host, SkipReason reason, std::string detail = {});
    awaitable<void> learn_site(Host& host, std::string origin);
    awaitable<void> visit(Host& host, Target target, std::shared_ptr<const SitePolicy> site);
    void note(const Target& target, Fetched fetched, PageOutcome outcome);

    // settle.cpp
    void store_if_due();
    awaitable<void> store();
    void settle(const Batch& batch);

    base::Database& database_;
    const CrawlOptions& options_;
    std::vector<formats::Url> seeds_;
    std::set<std::string> seed_origins_;
    Scope scope_;
    PageRules rules_;
    RecentUrls recent_;
    std::string holder_;
    Budget budget_;
    PolitenessPolicy server_policy_;

    asio::io_context io_{1};
    asio::steady_timer wake_;
    base::Workers workers_;
    Fetcher fetcher_;

    std::map<std::string, std::unique_ptr<Host>> hosts_;
    std::map<std::string, std::shared_ptr<Server>> servers_;
    std::set<std::string, std::less<>> shut_;  // patterns that are traps
    Batch batch_;
    CrawlReport report_;
    std::exception_ptr failure_;
    std::uint64_t kept_ = 0;
    std::uint64_t queued_ = 0;  // in the frontier, as last counted
    std::size_t in_flight_ = 0, digesting_ = 0, storing_ = 0, preparing_ = 0, backlog_ = 0;
    std::size_t digesting_bytes_ = 0;  // of the bodies that are made into records
    bool stopping_ = false, woken_ = false;
    bool only_media_ = false;  // enough pages are kept
    int column_set_ = 0;       // of the numeric content of scraped records
    Steady::time_point started_{}, next_claim_{}, last_store_ = Steady::now(), next_tell_{},
                                                  next_beat_{};
};

}  // namespace crawler
