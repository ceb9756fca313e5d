// Asks for pages as their hosts allow, and has the answers made into records.
#include <boost/asio/co_spawn.hpp>

#include "base/error.hpp"
#include "crawler/run/engine.hpp"

namespace crawler {

namespace {

constexpr std::size_t backlog_limit = 64U << 20U;  // octets of pages that wait for the database

}  // namespace

bool Crawl::has_room() const {
    bool budget =
        !options_.max_pages || only_media_ || kept_ + in_flight_ + digesting_ < options_.max_pages;
    return budget && !stopping_ && !failure_ &&
           in_flight_ < static_cast<std::size_t>(options_.at_once) &&
           backlog_ + batch_.weight + digesting_bytes_ < backlog_limit &&
           digesting_ < 4 * options_.workers + 64;
}

void Crawl::start_visits() {
    for (auto& [name, host] : hosts_)
        while (host->ready && !host->waiting.empty() && has_room() && start_visit(*host)) continue;
}

// Starts on the host's next address, or refuses it. False if the host has to wait.
bool Crawl::start_visit(Host& host) {
    auto now = Steady::now();
    if (!host.turn().open(now)) return false;
    auto& target = host.waiting.front();
    auto url = *formats::parse_url(target.url);
    bool is_page = target.kind == Kind::page;
    if (only_media_ && !is_media(target.kind)) return refuse(host, SkipReason::budget);
    // In a later round sitemaps may say of a page that it has not changed.
    if (is_page && report_.revisit && !host.listings.empty()) return false;
    if (is_page) {
        if (auto refusal = scope_.refusal(url, target.url, target.depth, target.depth == 0))
            return refuse(host, *refusal);
        if (!shut_.empty() && target.depth > 0)
            if (auto pattern = pattern_of(url); shut_.contains(pattern))
                return refuse(host, SkipReason::trap, pattern);
    } else if (is_media(target.kind)) {
        bool wanted = target.kind == Kind::image ? options_.media.images.has_value()
                                                 : options_.media.files.has_value();
        if (!wanted) return refuse(host, SkipReason::off);
    } else if (target.kind == Kind::sitemap ? options_.discovery.sitemaps == SitemapUse::off
                                            : !options_.discovery.feeds) {
        return refuse(host, SkipReason::off);
    }
    auto shares = is_page ? budget_.shares(url, target.depth) : std::vector<Budget::Share>();
    if (auto spent = budget_.spent(shares); !spent.empty())
        return refuse(host, SkipReason::budget, spent);
    if (budget_.has_to_wait(shares)) return false;
    auto [found, is_new] = host.sites.try_emplace(url.origin());
    if (is_new) start(learn_site(host, url.origin()));
    if (!found->second) return false;
    const auto& robots = found->second->robots;
    if (auto verdict = robots.check(options_.fetch.user_agent, url.target()); !verdict.allowed)
        return refuse(
            host,
            robots.unreachable().empty() ? SkipReason::robots : SkipReason::robots_unreachable,
            verdict.rule
        );
    host.turn().begin(now);
    budget_.begin(shares);
    auto site = found->second;
    auto next = std::move(target);
    host.waiting.pop_front();
    start(visit(host, std::move(next), std::move(site)));
    return true;
}

bool Crawl::refuse(Host& host, SkipReason reason, std::string detail) {
    batch_.add_refusal(host.waiting.front(), reason, std::move(detail), wall_clock());
    host.waiting.pop_front();
    return true;
}

// Reads what an origin says about itself, and where its sitemaps are.
awaitable<void> Crawl::learn_site(Host& host, std::string origin) {
    Busy busy(in_flight_);
    ++host.preparing;
    SiteFiles files(database_, fetcher_, stopping_);
    auto site = co_await files.policy(origin, host.turn(), options_.obey_robots);
    --host.preparing;
    if (auto delay = site->robots.crawl_delay(options_.fetch.user_agent))
        host.lane.crawl_delay(*delay);
    // Of hosts that only pictures come from there is nothing to be listed.
    auto front = *formats::parse_url(origin + "/");
    bool within = options_.scope.reach != ScopeRules::Reach::any &&
                  scope_.media_refusal(front, front.href(), false) != SkipReason::scope;
    bool sitemaps = options_.discovery.sitemaps != SitemapUse::off && !stopping_ &&
                    (within || seed_origins_.contains(origin));
    if (sitemaps && site->robots.unreachable().empty())
        for (auto& sitemap : sitemaps_of(origin, site->robots)) {
            auto hash = RecentUrls::hash(sitemap.url, true);
            if (recent_.contains(hash)) continue;
            recent_.add(hash);
            batch_.found.push_back(std::move(sitemap));
        }
    host.sites[origin] = std::move(site);
    wake();
}

awaitable<void> Crawl::visit(Host& host, Target target, std::shared_ptr<const SitePolicy> site) {
    Busy flying(in_flight_);
    auto url = *formats::parse_url(target.url);
    auto shares = target.kind == Kind::page ? budget_.shares(url, target.depth)
                                            : std::vector<Budget::Share>();
    Request request;
    request.url = target.url;
    request.etag = target.etag;
    request.last_modified = target.last_modified;
    auto at = wall_clock();
    auto response = co_await fetcher_.get(request);
    flying.end();
    bool good =
        response.error == FetchError::none && response.status != 429 && response.status < 500;
    host.turn().end(
        Steady::now(),
        {response.elapsed, good, parse_retry_after(response.header("retry-after"), wall_clock())}
    );
    if (response.error == FetchError::stopped) {  // it stays queued
        budget_.end(shares);
        co_return;
    }
    if (response.error == FetchError::sign_in) {  // so does this, for when it can be done
        budget_.end(shares);
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

    auto job = [this, &target, &site, &request, &response, at] {
        if (options_.archive) options_.archive(request, response, at);
        return digest_page(rules_, target, *site, std::move(response), at);
    };
    auto size = response.body.size();
    digesting_bytes_ += size;
    auto outcome = co_await workers_.run(job);
    digesting_bytes_ -= size;
    digesting.end();
    // Until the batch is stored its own count stands in for the database's.
    bool kept = outcome.ending == Ending::stored || outcome.ending == Ending::unchanged;
    if (kept) {
        for (const auto& share : shares) batch_.budgets.emplace_back(target.host, share.name);
    } else {
        budget_.end(shares);
    }
    note(target, std::move(fetched), std::move(outcome));
}

void Crawl::note(const Target& target, Fetched fetched, PageOutcome outcome) {
    fetched.outcome = outcome.ending;
    fetched.reason = outcome.reason;
    bool kept = outcome.ending == Ending::stored || outcome.ending == Ending::unchanged;
    if (kept && !is_media(target.kind)) ++kept_;
    if (outcome.ending == Ending::unchanged) ++report_.not_modified;
    if (outcome.ending == Ending::retry) ++report_.retries;
    for (const auto& found : outcome.found) recent_.add(RecentUrls::hash(found.url, !found.reason));
    batch_.add(target, fetched, std::move(outcome), wall_clock(), options_.revisit);
    store_if_due();
    if (is_quiet() || batch_.closed.size() % 32 == 0) wake();
}

}  // namespace crawler
