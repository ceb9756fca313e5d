#include "crawler/crawl.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <unordered_set>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/async.hpp"
#include "base/database.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "crawler/batch.hpp"
#include "crawler/canonical.hpp"
#include "crawler/holder.hpp"
#include "crawler/site_files.hpp"

namespace crawler {

namespace asio = boost::asio;
using asio::awaitable;
using Steady = std::chrono::steady_clock;

namespace {

constexpr std::size_t backlog_limit = 64U << 20U;  // octets of pages that wait for the database
constexpr int hosts_at_once = 64;
constexpr int urls_at_once = 1000;

Time wall_clock() {
    return std::chrono::system_clock::now();
}

// A host whose lease this worker holds.
struct Host {
    Host(HostLease given, const PolitenessPolicy& policy) : lease(std::move(given)), lane(policy) {}

    HostLease lease;
    Lane lane;
    std::deque<Target> waiting;
    std::unordered_set<std::int64_t> taken;  // waiting, under way or not yet stored
    std::map<std::string, std::shared_ptr<const Robots>>
        robots;  // by origin; null while it is fetched
    bool may_have_more = true;
    double latency_ms = 0;
};

class Crawl {
public:
    Crawl(base::Database& database, const schema::Blobs& blobs, const CrawlOptions& options)
        : database_(database),
          options_(options),
          seeds_(parse_seeds(options.seeds)),
          scope_(options.scope, seeds_),
          holder_(make_holder()),
          wake_(io_),
          workers_(options.workers),
          fetcher_(io_.get_executor(), options.fetch) {
        rules_.source_name = options.source_name;
        rules_.user_agent = options.fetch.user_agent;
        rules_.scope = &scope_;
        rules_.blobs = &blobs;
        rules_.rules = options.rules.get();
        rules_.recent = &recent_;
        rules_.honour_consent = options.honour_consent;
        rules_.retry = options.retry;
    }

    CrawlReport run() {
        auto start = Steady::now();
        std::stop_callback on_stop(options_.stop, [this] { asio::post(io_, [this] { stop(); }); });
        asio::co_spawn(io_, story(), [this](std::exception_ptr error) { fail(error); });
        io_.run();
        if (failure_) {
            give_up_hosts();
            std::rethrow_exception(failure_);
        }
        report_.interrupted = stopping_;
        report_.seconds = std::chrono::duration<double>(Steady::now() - start).count();
        return report_;
    }

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

    awaitable<void> story() {
        try {
            co_await gather();
        } catch (...) {
            fail(std::current_exception());
        }
        while (in_flight_ || digesting_ || storing_) co_await sleep(Millis(20));
        if (!failure_) co_await finish();
    }

    // The crawl: take addresses from the frontier, fetch them as their hosts allow, store what
    // came, until nothing is left.
    awaitable<void> gather() {
        co_await open();
        while (!stopping_ && !failure_ && !budget_spent()) {
            co_await take();
            start_visits();
            store_if_due();
            if (is_idle()) {
                auto wait = co_await until_due();
                if (!wait) break;
                co_await sleep(std::min<Millis>(*wait, Millis(1000)));
            } else {
                co_await sleep(until_next_lane());
            }
            tell();
        }
    }

    // ---- beginning and end

    awaitable<void> open() {
        auto job = [this](base::Tx& tx) {
            auto now = wall_clock();
            for (const auto& other : other_holders(tx, holder_))
                if (is_dead(other)) free_holder(tx, other);
            auto known = count_known(tx, options_.source_id);
            bool resumed = known && count_queued(tx, options_.source_id);
            if (known && !resumed) {
                start_round(tx, options_.source_id, now);
                each_left_out(tx, options_.source_id, [&](std::span<Discovery> left_out) {
                    take_in(tx, left_out, now);
                });
            }
            std::vector<Discovery> found;
            for (const auto& seed : seeds_) {
                Discovery discovery;
                discovery.url = canonical_url(seed);
                discovery.host = seed.host_and_port();
                discovery.priority = 1;
                found.push_back(std::move(discovery));
            }
            add_urls(tx, options_.source_id, options_.run_id, found, now);
            return std::pair(known > 0, resumed);
        };
        auto [known, resumed] = co_await database_.run(job);
        report_.resumed = resumed;
        report_.revisit = known && !resumed;
    }

    // What the rules of this crawl let in that those of an earlier one did not.
    void take_in(base::Tx& tx, std::span<Discovery> left_out, Time now) const {
        std::vector<Discovery> fitting;
        for (auto& address : left_out) {
            auto url = parse_url(address.url);
            if (url && scope_.refusal(*url, address.url, address.depth).empty())
                fitting.push_back(std::move(address));
        }
        add_urls(tx, options_.source_id, options_.run_id, fitting, now);
    }

    awaitable<void> finish() {
        while (!batch_.empty()) co_await store();
        bool spent = budget_spent();
        auto job = [this, spent](base::Tx& tx) {
            if (spent) close_queue(tx, options_.source_id, options_.run_id, "budget");
            auto now = wall_clock();
            for (const auto& [name, host] : hosts_) release(tx, *host, now);
            return skip_reasons(tx, options_.source_id);
        };
        report_.urls = co_await database_.run(job);
        tell();
    }

    static void release(base::Tx& tx, const Host& host, Time now) {
        auto rest = std::chrono::duration_cast<Millis>(host.lane.due() - Steady::now());
        HostState state{
            host.lane.failures(),
            host.latency_ms,
            std::chrono::duration<double, std::milli>(host.lane.delay()).count()};
        release_host(tx, host.lease, now + std::max(Millis(0), rest), state);
    }

    void give_up_hosts() noexcept {
        try {
            auto job = [this](base::Tx& tx) { free_holder(tx, holder_); };
            database_.call(job);
        } catch (const std::exception& error) {
            base::log::warning(
                "crawl: {}: hosts stay leased for {} s", error.what(), options_.lease.count()
            );
        }
    }

    void stop() {
        stopping_ = true;
        fetcher_.stop();
        wake();
    }

    void fail(std::exception_ptr error) {
        if (!error) return;
        if (!failure_) failure_ = error;
        fetcher_.stop();
        wake();
    }

    // ---- taking work

    awaitable<void> take() {
        if (hosts_.size() < hosts_at_once && (hosts_.empty() || Steady::now() >= next_claim_))
            co_await claim();
        for (auto& [name, host] : hosts_) {
            bool enough = host->waiting.size() >= static_cast<std::size_t>(urls_at_once) / 4;
            if (!enough && host->may_have_more) co_await load(*host);
        }
    }

    awaitable<void> claim() {
        next_claim_ = Steady::now() + std::chrono::milliseconds(500);
        co_await drop_finished_hosts();
        auto job = [this](base::Tx& tx) {
            auto now = wall_clock();
            auto room = hosts_at_once - static_cast<int>(hosts_.size());
            return claim_hosts(tx, options_.source_id, holder_, now, now + options_.lease, room);
        };
        auto leases = co_await database_.run(job);
        for (auto& lease : leases) {
            auto host = std::make_unique<Host>(lease, options_.politeness);
            host->lane.not_before(Steady::now() + lease.wait);
            hosts_[lease.host] = std::move(host);
        }
    }

    // Hosts with nothing left go back when there are others that may need the place or another
    // worker may need them.
    awaitable<void> drop_finished_hosts() {
        std::vector<std::unique_ptr<Host>> finished;
        for (auto at = hosts_.begin(); at != hosts_.end();) {
            auto& host = *at->second;
            bool done = host.waiting.empty() && host.taken.empty() && !host.may_have_more &&
                        host.lane.in_flight() == 0;
            if (done && !storing_) {
                finished.push_back(std::move(at->second));
                at = hosts_.erase(at);
            } else {
                ++at;
            }
        }
        if (finished.empty()) co_return;
        auto job = [&finished](base::Tx& tx) {
            for (const auto& host : finished) release(tx, *host, wall_clock());
        };
        co_await database_.run(job);
    }

    awaitable<void> load(Host& host) {
        host.may_have_more = false;
        std::vector<std::int64_t> except(host.taken.begin(), host.taken.end());
        auto job = [this, &host, &except](base::Tx& tx) {
            return next_urls(
                tx, options_.source_id, host.lease.host, wall_clock(), urls_at_once, except
            );
        };
        auto targets = co_await database_.run(job);
        if (targets.size() == static_cast<std::size_t>(urls_at_once)) host.may_have_more = true;
        for (auto& target : targets) {
            host.taken.insert(target.id);
            host.waiting.push_back(std::move(target));
        }
    }

    // ---- visiting

    bool budget_spent() const { return options_.max_pages && kept_ >= options_.max_pages; }

    bool has_room() const {
        bool budget = !options_.max_pages || kept_ + in_flight_ + digesting_ < options_.max_pages;
        return budget && !stopping_ && !failure_ &&
               in_flight_ < static_cast<std::size_t>(options_.at_once) &&
               backlog_ + batch_.weight < backlog_limit && digesting_ < 4 * options_.workers + 64;
    }

    void start_visits() {
        for (auto& [name, host] : hosts_)
            while (!host->waiting.empty() && has_room() && start_visit(*host)) continue;
    }

    // Starts on the host's next address, or refuses it. False if the host has to wait.
    bool start_visit(Host& host) {
        auto now = Steady::now();
        if (!host.lane.open(now)) return false;
        auto& target = host.waiting.front();
        auto url = *parse_url(target.url);
        auto refusal = scope_.refusal(url, target.url, target.depth, target.depth == 0);
        if (!refusal.empty()) return refuse(host, std::string(refusal), {});
        auto [found, is_new] = host.robots.try_emplace(url.origin());
        if (is_new)
            asio::co_spawn(io_, fetch_robots(host, url.origin()), [this](std::exception_ptr error) {
                fail(error);
            });
        if (!found->second) return false;
        if (auto verdict = found->second->check(options_.fetch.user_agent, url.target());
            !verdict.allowed)
            return refuse(
                host,
                found->second->unreachable().empty() ? "robots" : "robots-unreachable",
                verdict.rule
            );
        host.lane.begin(now);
        auto robots = found->second;
        auto next = std::move(target);
        host.waiting.pop_front();
        asio::co_spawn(
            io_,
            visit(host, std::move(next), std::move(robots)),
            [this](std::exception_ptr error) { fail(error); }
        );
        return true;
    }

    bool refuse(Host& host, std::string reason, std::string detail) {
        batch_.add_refusal(
            host.waiting.front(), std::move(reason), std::move(detail), wall_clock()
        );
        host.waiting.pop_front();
        return true;
    }

    awaitable<void> fetch_robots(Host& host, std::string origin) {
        if (!options_.obey_robots) {
            host.robots[origin] = std::make_shared<Robots>();
            wake();
            co_return;
        }
        Busy busy(in_flight_);
        SiteFiles files(database_, fetcher_);
        auto robots = co_await files.robots(origin, host.lane);
        if (auto delay = robots->crawl_delay(options_.fetch.user_agent))
            host.lane.crawl_delay(*delay);
        host.robots[origin] = std::move(robots);
        wake();
    }

    awaitable<void> visit(Host& host, Target target, std::shared_ptr<const Robots> robots) {
        Busy flying(in_flight_);
        Request request;
        request.url = target.url;
        request.etag = target.etag;
        request.last_modified = target.last_modified;
        auto at = wall_clock();
        auto response = co_await fetcher_.get(std::move(request));
        flying.end();
        bool good =
            response.error == FetchError::none && response.status != 429 && response.status < 500;
        host.lane.end(
            Steady::now(),
            {response.elapsed,
             good,
             parse_retry_after(response.header("retry-after"), wall_clock())}
        );
        if (response.error == FetchError::stopped) co_return;  // it stays queued
        Busy digesting(digesting_);
        start_visits();
        ++report_.fetched;
        report_.bytes += response.wire_bytes;
        auto millis = static_cast<double>(response.elapsed.count());
        host.latency_ms = host.latency_ms == 0 ? millis : host.latency_ms * 0.8 + millis * 0.2;
        Fetched fetched{
            at,
            host.lease.host,
            target.url,
            response.status,
            {},
            {},
            response.wire_bytes,
            response.elapsed.count(),
            response.address};

        auto job = [this, &target, &robots, &response, at] {
            return digest_page(rules_, target, *robots, std::move(response), at);
        };
        auto outcome = co_await workers_.run(job);
        digesting.end();
        note(target, std::move(fetched), std::move(outcome));
    }

    void note(const Target& target, Fetched fetched, PageOutcome outcome) {
        fetched.outcome = name_of(outcome.ending);
        fetched.reason = outcome.reason;
        if (outcome.ending == Ending::stored || outcome.ending == Ending::unchanged) ++kept_;
        if (outcome.ending == Ending::unchanged) ++report_.not_modified;
        if (outcome.ending == Ending::retry) ++report_.retries;
        for (const auto& found : outcome.found)
            recent_.add(RecentUrls::hash(found.url, found.reason.empty()));
        batch_.add(target, fetched, std::move(outcome), wall_clock());
        store_if_due();
        if (is_quiet() || batch_.closed.size() % 32 == 0) wake();
    }

    // ---- storing

    bool is_quiet() const { return in_flight_ == 0 && digesting_ == 0; }

    void store_if_due() {
        if (storing_ || batch_.empty() || failure_) return;
        bool starved = in_flight_ < static_cast<std::size_t>(options_.at_once) / 4 &&
                       digesting_ < 8 && waiting() == 0;
        bool due = batch_.closed.size() >= options_.batch || starved ||
                   Steady::now() >= last_store_ + options_.batch_wait;
        if (!due) return;
        asio::co_spawn(io_, store(), [this](std::exception_ptr error) { fail(error); });
    }

    awaitable<void> store() {
        Busy busy(storing_);
        auto batch = std::move(batch_);
        batch_ = {};
        backlog_ = batch.weight;
        BatchContext context;
        auto now = wall_clock();
        context.target.source_id = options_.source_id;
        context.target.source_name = options_.source_name;
        context.target.run_id = options_.run_id;
        context.target.now = now;
        context.holder = holder_;
        context.lease_until = now + options_.lease;
        for (const auto& [name, host] : hosts_) context.leases.push_back(host->lease);
        auto job = [&context, &batch](base::Tx& tx) { return write(tx, context, batch); };
        report_.counts += co_await database_.run(job);
        settle(batch);
        backlog_ = 0;
        last_store_ = Steady::now();
        busy.end();
        wake();
    }

    void settle(const Batch& batch) {
        std::unordered_set<std::int64_t> ids(batch.ids.begin(), batch.ids.end());
        for (auto& [name, host] : hosts_) {
            std::erase_if(host->taken, [&](std::int64_t id) { return ids.contains(id); });
            if (std::find(batch.lost.begin(), batch.lost.end(), name) == batch.lost.end()) continue;
            host->waiting.clear();  // another worker has it now
            host->taken.clear();
            host->may_have_more = false;
        }
        for (const auto& found : batch.found) {
            if (!found.reason.empty()) continue;
            auto host = hosts_.find(found.host);
            if (host != hosts_.end()) {
                host->second->may_have_more = true;
            } else {
                next_claim_ = {};
            }
        }
    }

    // ---- waiting

    std::size_t waiting() const {
        std::size_t count = 0;
        for (const auto& [name, host] : hosts_) count += host->waiting.size();
        return count;
    }

    bool is_idle() const {
        if (!is_quiet() || storing_ || !batch_.empty() || waiting()) return false;
        return std::none_of(hosts_.begin(), hosts_.end(), [](const auto& entry) {
            return entry.second->may_have_more;
        });
    }

    // How long until something may be due; nothing if the frontier holds nothing more.
    awaitable<std::optional<Millis>> until_due() {
        auto job = [this](base::Tx& tx) { return next_due(tx, options_.source_id, wall_clock()); };
        auto wait = co_await database_.run(job);
        if (wait && *wait < Millis(50)) {
            for (auto& [name, host] : hosts_) host->may_have_more = true;
            co_return Millis(hosts_.empty() ? 200 : 20);
        }
        if (wait)
            for (auto& [name, host] : hosts_) host->may_have_more = true;
        co_return wait;
    }

    Millis until_next_lane() const {
        auto longest = std::min<Millis>(Millis(200), options_.batch_wait);
        if (!has_room()) return longest;
        auto soonest = Steady::now() + longest;
        for (const auto& [name, host] : hosts_) {
            if (host->waiting.empty()) continue;
            if (auto due = host->lane.next()) soonest = std::min(soonest, *due);
        }
        auto wait = std::chrono::ceil<Millis>(soonest - Steady::now());
        return std::clamp(wait, Millis(1), longest);
    }

    awaitable<void> sleep(Millis time) {
        if (!std::exchange(woken_, false)) {
            wake_.expires_after(time);
            co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
            woken_ = false;
        }
    }

    // Ends the present sleep, or the next one if there is none.
    void wake() {
        woken_ = true;
        wake_.cancel();
    }

    void tell() {
        if (!options_.progress || Steady::now() < next_tell_) return;
        next_tell_ = Steady::now() + std::chrono::milliseconds(200);
        options_.progress({report_.fetched, kept_, report_.bytes, in_flight_, waiting()});
    }

    base::Database& database_;
    const CrawlOptions& options_;
    std::vector<Url> seeds_;
    Scope scope_;
    PageRules rules_;
    RecentUrls recent_;
    std::string holder_;

    asio::io_context io_{1};
    asio::steady_timer wake_;
    base::Workers workers_;
    Fetcher fetcher_;

    std::map<std::string, std::unique_ptr<Host>> hosts_;
    Batch batch_;
    CrawlReport report_;
    std::exception_ptr failure_;
    std::uint64_t kept_ = 0;
    std::size_t in_flight_ = 0, digesting_ = 0, storing_ = 0, backlog_ = 0;
    bool stopping_ = false, woken_ = false;
    Steady::time_point next_claim_{}, last_store_ = Steady::now(), next_tell_{};
};

}  // namespace

std::vector<Url> parse_seeds(const std::vector<std::string>& seeds) {
    std::vector<Url> urls;
    for (const auto& seed : seeds) {
        auto url = parse_url(seed);
        if (!url || !url->is_web())
            throw base::UsageError(
                "seed '" + seed + "'",
                "not an http or https URL",
                "write it as https://example.org/"
            );
        urls.push_back(std::move(*url));
    }
    return urls;
}

CrawlReport
crawl(base::Database& database, const schema::Blobs& blobs, const CrawlOptions& options) {
    return Crawl(database, blobs, options).run();
}

}  // namespace crawler
