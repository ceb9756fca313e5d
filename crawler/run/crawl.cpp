// The story of a crawl: begin, take work and visit until nothing is left, end.
#include "crawler/run/crawl.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/error.hpp"
#include "crawler/frontier/holder.hpp"
#include "crawler/run/engine.hpp"

namespace crawler {

Crawl::Crawl(base::Database& database, const schema::Blobs& blobs, const CrawlOptions& options)
    : database_(database),
      options_(options),
      scheduler_(options),
      rules_(page_rules(options, scheduler_.scope(), blobs)),
      holder_(options.holder.empty() ? make_holder() : options.holder),
      wake_(io_),
      workers_(options.workers),
      fetcher_(io_.get_executor(), options.fetch) {
    rules_.recent = &recent_;
    if (options.refresh_robots) files_since_ = wall_clock();
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
    while (!stopping_ && !failure_) {
        // What is not written yet may be given back: pages that give way to others.
        bool certain = !storing_ && batch_.naming.empty();
        if (certain && scheduler_.is_over()) break;
        if (certain && scheduler_.is_spent() && !scheduler_.takes_only_media())
            co_await leave_pages();
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

bool Crawl::is_idle() const {
    return is_quiet() && !storing_ && !preparing_ && batch_.empty() && scheduler_.is_idle();
}

Millis Crawl::until_next_lane() {
    auto longest = std::min<Millis>(Millis(200), options_.batch_wait);
    if (!has_room()) return longest;
    auto soonest = Steady::now() + longest;
    if (auto turn = scheduler_.next_turn()) soonest = std::min(soonest, *turn);
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
    progress.kept = scheduler_.kept();
    progress.bytes = report_.bytes;
    progress.in_flight = in_flight_;
    progress.waiting = scheduler_.waiting();
    progress.queued = queued_;
    progress.seconds = std::chrono::duration<double>(Steady::now() - started_).count();
    progress.hosts = scheduler_.hosts().size();
    for (const auto& [name, host] : scheduler_.hosts()) {
        if (host->lane.failures() > 0) ++progress.failing_hosts;
        auto delay = std::chrono::duration<double>(host->lane.delay()).count();
        if (!host->waiting.empty())
            progress.longest_delay = std::max(progress.longest_delay, delay);
    }
    options_.progress(progress);
}

std::vector<formats::Url> parse_seeds(const std::vector<std::string>& seeds) {
    std::vector<formats::Url> urls;
    for (const auto& seed : seeds) {
        auto url = formats::parse_url(seed);
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
