#pragma once

// The inside of a crawl: one object that lives on one thread. The Scheduler says what is asked for
// and when; crawl.cpp holds the story and its waiting, claim.cpp takes hosts and addresses from the
// frontier and gives them back, visit.cpp asks for pages, settle.cpp stores what came. Included by
// these alone.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/database/database.hpp"
#include "base/run/async.hpp"
#include "crawler/frontier/batch.hpp"
#include "crawler/frontier/scheduler.hpp"
#include "crawler/policy/site_files.hpp"
#include "crawler/run/crawl.hpp"

namespace crawler {

namespace asio = boost::asio;
using asio::awaitable;
using Steady = std::chrono::steady_clock;

inline Time wall_clock() {
    return std::chrono::system_clock::now();
}

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
    Millis until_next_lane();
    awaitable<void> sleep(Millis time);
    void wake();
    void tell();

    // claim.cpp
    awaitable<void> open();
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
    CrawlWorker own_state() const;
    void part_work(std::vector<CrawlWorker> others, std::uint64_t granted);
    void beat_soon_without_grant();
    void note_hunger(bool hungry);
    void give_up_hosts() noexcept;

    // visit.cpp
    bool has_room() const;
    void start_visits();
    bool step(Host& host);
    awaitable<void> learn_site(Host& host, std::string origin);
    awaitable<void> visit(Host& host, Visit visit);
    void note(const Visit& visit, Fetched fetched, PageOutcome outcome);

    // settle.cpp
    void store_if_due();
    awaitable<void> store();

    base::Database& database_;
    const CrawlOptions& options_;
    Scheduler scheduler_;
    PageRules rules_;
    RecentUrls recent_;
    std::string holder_;
    Time files_since_{};  // older site files do not count

    asio::io_context io_{1};
    asio::steady_timer wake_;
    base::Workers workers_;
    Fetcher fetcher_;

    Batch batch_;
    CrawlReport report_;
    std::exception_ptr failure_;
    std::uint64_t queued_ = 0;  // in the frontier, as last counted
    std::size_t in_flight_ = 0, digesting_ = 0, storing_ = 0, preparing_ = 0, backlog_ = 0;
    std::size_t digesting_bytes_ = 0;  // of the bodies that are made into records
    std::vector<CrawlWorker> others_;  // that crawl the source, as last heard
    // There were fewer hosts than there was room for. Who helps was called as there were more.
    bool hungry_ = options_.part != CrawlPart::help;
    bool will_store_ = false;  // a batch is about to be written
    bool stopping_ = false, woken_ = false;
    int column_set_ = 0;  // of the numeric content of scraped records
    Steady::time_point started_{}, next_claim_{}, last_store_ = Steady::now(), next_tell_{},
                                                  next_beat_{}, had_hosts_ = Steady::now();
};

}  // namespace crawler
