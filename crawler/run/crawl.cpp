// The story of a crawl: begin, take work and visit until nothing is left, end.
#include "crawler/run/crawl.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/error.hpp"
#include "crawler/run/engine.hpp"
#include "crawler/frontier/holder.hpp"

namespace crawler {

Crawl::Crawl(base::Database& database, const schema::Blobs& blobs, const CrawlOptions& options)
    : database_(database),
      options_(options),
      seeds_(parse_seeds(options.seeds)),
      scope_(options.scope, seeds_),
      holder_(options.holder.empty() ? make_holder() : options.holder),
      budget_(options.budgets),
      server_policy_(server_policy(options.politeness, options.server_delay, options.server_at_once)
      ),
      wake_(io_),
      workers_(options.workers),
      fetcher_(io_.get_executor(), options.fetch) {
    for (const auto& seed : seeds_) seed_origins_.insert(seed.origin());
    rules_.source_name = options.source_name;
    rules_.user_agent = options.fetch.user_agent;
    rules_.scope = &scope_;
    rules_.blobs = &blobs;
    rules_.rules = options.rules.get();
    rules_.media = &options.media;
    rules_.examine_image = options.examine_image;
    rules_.record_scrape = options.record_scrape;
    rules_.recent = &recent_;
    rules_.honour_consent = options.honour_consent;
    rules_.retry = options.retry;
    rules_.follow_links = options.discovery.sitemaps != SitemapUse::only;
    rules_.feeds = options.discovery.feeds;
    rules_.watch_traps = options.shut_traps;
}

CrawlReport Crawl::run() {
    started_ = Steady::now();
    std::stop_callback on_stop(options_.stop, [this] { asio::post(io_, [this] { stop(); }); });
    start(story());
    io_.run();
    if (failure_) {
        give_up_hosts();
        std::rethrow_exception(failure_);
    }
    report_.interrupted = stopping_;
    report_.seconds = std::chrono::duration<double>(Steady::now() - started_).count();
    return report_;
}

void Crawl::start(awaitable<void> work) {
    asio::co_spawn(io_, std::move(work), [this](std::exception_ptr error) { fail(error); });
}

awaitable<void> Crawl::story() {
    try {
        co_await gather();
    } catch (...) {
        fail(std::current_exception());
    }
    while (in_flight_ || digesting_ || storing_ || preparing_) co_await sleep(Millis(20));
    if (!failure_) co_await finish();
}

// Takes addresses from the frontier, fetches them as their hosts allow, stores what came, until
// nothing is left.
awaitable<void> Crawl::gather() {
    co_await open();
    while (!stopping_ && !failure_ && !is_over()) {
        if (budget_spent() && !only_media_) co_await leave_pages();
        if (Steady::now() >= next_beat_) co_await beat();
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

void Crawl::stop() {
    stopping_ = true;
    fetcher_.stop();
    wake();
}

void Crawl::fail(std::exception_ptr error) {
    if (!error) return;
    if (!failure_) failure_ = error;
    stopping_ = true;
    fetcher_.stop();
    wake();
}

std::size_t Crawl::waiting() const {
    std::size_t count = 0;
    for (const auto& [name, host] : hosts_) count += host->waiting.size();
    return count;
}

bool Crawl::is_idle() const {
    if (!is_quiet() || storing_ || preparing_ || !batch_.empty() || waiting()) return false;
    return std::none_of(hosts_.begin(), hosts_.end(), [](const auto& entry) {
        return entry.second->may_have_more;
    });
}

Millis Crawl::until_next_lane() const {
    auto longest = std::min<Millis>(Millis(200), options_.batch_wait);
    if (!has_room()) return longest;
    auto soonest = Steady::now() + longest;
    for (const auto& [name, host] : hosts_) {
        if (host->waiting.empty() || !host->ready) continue;
        if (auto due = host->turn().next()) soonest = std::min(soonest, *due);
    }
    auto wait = std::chrono::ceil<Millis>(soonest - Steady::now());
    return std::clamp(wait, Millis(1), longest);
}

awaitable<void> Crawl::sleep(Millis time) {
    if (!std::exchange(woken_, false)) {
        wake_.expires_after(time);
        co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
        woken_ = false;
    }
}

// Ends the present sleep, or the next one if there is none.
void Crawl::wake() {
    woken_ = true;
    wake_.cancel();
}

void Crawl::tell() {
    if (!options_.progress || Steady::now() < next_tell_) return;
    next_tell_ = Steady::now() + std::chrono::milliseconds(200);
    CrawlProgress progress;
    progress.fetched = report_.fetched;
    progress.kept = kept_;
    progress.bytes = report_.bytes;
    progress.in_flight = in_flight_;
    progress.waiting = waiting();
    progress.queued = queued_;
    progress.seconds = std::chrono::duration<double>(Steady::now() - started_).count();
    progress.hosts = hosts_.size();
    for (const auto& [name, host] : hosts_) {
        if (host->lane.failures() > 0) ++progress.failing_hosts;
        auto delay = std::chrono::duration<double>(host->lane.delay()).count();
        if (!host->waiting.empty())
            progress.longest_delay = std::max(progress.longest_delay, delay);
    }
    options_.progress(progress);
}

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
        // It would be stored and shown.
        if (!url->username.empty() || !url->password.empty())
            throw base::UsageError(
                "seed " + url->origin(),
                "holds a login",
                "take it out and give it by reference: --basic env:NAME, or [[credentials]]"
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
