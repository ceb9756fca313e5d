// Asks for pages as their hosts allow, and has the answers made into records.
#include <boost/asio/co_spawn.hpp>

#include "base/error.hpp"
#include "crawler/run/engine.hpp"

namespace crawler {

namespace {

constexpr std::size_t backlog_limit = 64U << 20U;  // octets of pages that wait for the database

}  // namespace

bool Crawl::has_room() const {
    return scheduler_.has_room() && !stopping_ && !failure_ &&
           in_flight_ < static_cast<std::size_t>(options_.at_once) &&
           backlog_ + batch_.weight + digesting_bytes_ < backlog_limit &&
           digesting_ < 4 * options_.workers + 64;
}

void Crawl::start_visits() {
    for (auto& [name, host] : scheduler_.hosts())
        while (has_room() && step(*host)) continue;
}

// Does what comes next for the host. False if it has to wait.
bool Crawl::step(Host& host) {
    auto next = scheduler_.next(host, Steady::now());
    if (auto* refusal = std::get_if<Refusal>(&next)) {
        batch_.add_refusal(
            refusal->target, refusal->reason, std::move(refusal->detail), wall_clock()
        );
    } else if (auto* learn = std::get_if<Learn>(&next)) {
        start(learn_site(host, std::move(learn->origin)));
    } else if (auto* turn = std::get_if<Visit>(&next)) {
        start(visit(host, std::move(*turn)));
    }
    return !std::holds_alternative<Wait>(next);
}

// Reads what an origin says about itself, and where its sitemaps are.
awaitable<void> Crawl::learn_site(Host& host, std::string origin) {
    Busy busy(in_flight_);
    ++host.preparing;
    SiteFiles files(database_, fetcher_, stopping_, true, files_since_);
    auto site = co_await files.policy(origin, host.turn(), options_.obey_robots);
    --host.preparing;
    for (auto& sitemap : scheduler_.learned(host, origin, std::move(site))) {
        auto hash = RecentUrls::hash(sitemap.url, true);
        if (stopping_ || recent_.contains(hash)) continue;
        recent_.add(hash);
        batch_.found.push_back(std::move(sitemap));
    }
    wake();
}

awaitable<void> Crawl::visit(Host& host, Visit visit) {
    Busy flying(in_flight_);
    const auto& target = visit.target;
    Request request;
    request.url = target.url;
    request.etag = target.etag;
    request.last_modified = target.last_modified;
    auto at = wall_clock();
    auto response = co_await fetcher_.get(request);
    flying.end();
    bool good =
        response.error == FetchError::none && response.status != 429 && response.status < 500;
    scheduler_.answered(
        host,
        Steady::now(),
        {response.elapsed, good, parse_retry_after(response.header("retry-after"), wall_clock())}
    );
    if (response.error == FetchError::stopped) {  // it stays queued
        scheduler_.end(visit, std::nullopt);
        co_return;
    }
    if (response.error == FetchError::sign_in) {  // so does this, for when it can be done
        scheduler_.end(visit, std::nullopt);
        auto page = "sign-in at " + options_.fetch.sign_in->url;
        fail(std::make_exception_ptr(
            base::Error(page, response.message, "check [sign_in] and its secrets")
        ));
        co_return;
    }
    Busy digesting(digesting_);
    start_visits();
    ++report_.fetched;
    report_.bytes += response.wire_bytes;
    auto millis = static_cast<double>(response.elapsed.count());
    host.latency_ms = host.latency_ms == 0 ? millis : host.latency_ms * 0.8 + millis * 0.2;
    Fetched fetched{
        .at = at,
        .host = target.host,
        .url = target.url,
        .status = response.status,
        .bytes = response.wire_bytes,
        .millis = response.elapsed.count(),
        .address = response.address};

    auto job = [this, &visit, &request, &response, at] {
        if (options_.archive) options_.archive(request, response, at);
        return digest_page(rules_, visit.target, *visit.site, std::move(response), at);
    };
    auto size = response.body.size();
    digesting_bytes_ += size;
    auto outcome = co_await workers_.run(job);
    digesting_bytes_ -= size;
    digesting.end();
    note(visit, std::move(fetched), std::move(outcome));
}

void Crawl::note(const Visit& visit, Fetched fetched, PageOutcome outcome) {
    fetched.outcome = outcome.ending;
    fetched.reason = outcome.reason;
    bool kept = scheduler_.end(visit, outcome.ending);
    auto shares =
        kept ? std::span<const Budget::Share>(visit.shares) : std::span<const Budget::Share>();
    if (outcome.ending == Ending::unchanged) ++report_.not_modified;
    if (outcome.ending == Ending::retry) ++report_.retries;
    for (const auto& found : outcome.found) recent_.add(RecentUrls::hash(found.url, !found.reason));
    batch_.add(visit.target, fetched, std::move(outcome), wall_clock(), options_.revisit, shares);
    store_if_due();
    if (is_quiet() || batch_.closed.size() % 32 == 0) wake();
}

}  // namespace crawler
