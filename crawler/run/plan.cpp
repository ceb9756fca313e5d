// The dry run: the seeds and the links of their pages, each with the verdict of scope and robots.
#include <map>
#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/error.hpp"
#include "crawler/policy/site_files.hpp"
#include "crawler/run/crawl.hpp"
#include "formats/html/html.hpp"
#include "formats/text/charset.hpp"
#include "formats/url/canonical.hpp"

namespace crawler {

namespace {

using boost::asio::awaitable;

constexpr std::size_t sitemap_limit = 100;

class Planner {
public:
    Planner(
        const CrawlOptions& options,
        boost::asio::io_context& io,
        std::vector<formats::Url> seeds
    )
        : options_(options),
          seeds_(std::move(seeds)),
          scope_(options.scope, seeds_),
          fetcher_(io.get_executor(), options.fetch),
          lane_(options.politeness) {}

    awaitable<void> run() {
        for (const auto& seed : seeds_) {
            bool fetch = co_await judge(seed, 0, false);
            if (!fetch || options_.stop.stop_requested()) continue;
            co_await look_at(seed);
            co_await look_at_sitemaps(seed.origin());
        }
    }

    std::vector<Decision> decisions;

private:
    // Adds the verdict; whether the page would be fetched.
    awaitable<bool> judge(formats::Url url, int depth, bool nofollow) {
        auto canonical = formats::canonical_url(url);
        if (!known_.insert({canonical, true}).second) co_return false;
        Decision decision{canonical, true, {}, {}};
        auto refusal = scope_.refusal(url, canonical, depth, depth == 0);
        decision.reason = refusal;
        if (!refusal && nofollow) decision.reason = SkipReason::nofollow;
        if (!decision.reason && options_.obey_robots) {
            auto site = co_await site_of(url.origin());
            const auto& robots = site->robots;
            auto verdict = robots.check(options_.fetch.user_agent, url.target());
            if (!verdict.allowed) {
                decision.reason = robots.unreachable().empty() ? SkipReason::robots
                                                               : SkipReason::robots_unreachable;
                decision.detail = verdict.rule;
            }
        }
        if (!decision.reason && options_.max_pages && ++planned_ > options_.max_pages)
            decision.reason = SkipReason::budget;
        decision.fetch = !decision.reason;
        decisions.push_back(decision);
        co_return decision.fetch;
    }

    awaitable<std::shared_ptr<const SitePolicy>> site_of(std::string origin) {
        if (auto found = sites_.find(origin); found != sites_.end()) co_return found->second;
        SiteFiles files(fetcher_, stopped_);
        auto site = co_await files.policy(origin, {&lane_, nullptr}, options_.obey_robots);
        sites_[origin] = site;
        co_return site;
    }

    // Judges what the sitemaps of an origin list.
    awaitable<void> look_at_sitemaps(std::string origin) {
        if (options_.discovery.sitemaps == SitemapUse::off || !asked_.insert(origin).second)
            co_return;
        auto site = co_await site_of(origin);
        auto left = sitemaps_of(origin, site->robots);
        for (std::size_t i = 0; i < left.size() && i < sitemap_limit; ++i) {
            if (options_.stop.stop_requested()) co_return;
            Target target;
            target.url = left[i].url;
            target.hops = left[i].hops;
            target.kind = Kind::sitemap;
            auto url = *formats::parse_url(target.url);
            if (!co_await judge_listing(url, target.url)) continue;
            auto response = co_await ask(target.url);
            decisions.back().detail = "sitemap, status " + std::to_string(response.status);
            if (response.status != 200) continue;
            auto listed =
                read_listing(target, url, response.body, scope_, std::chrono::system_clock::now());
            if (!listed) continue;
            for (auto& found : *listed) {
                if (found.kind == Kind::sitemap) {
                    left.push_back(std::move(found));
                } else if (auto page = formats::parse_url(found.url)) {
                    co_await judge(std::move(*page), 1, false);
                }
            }
        }
    }

    awaitable<bool> judge_listing(formats::Url url, std::string canonical) {
        if (!known_.insert({canonical, true}).second) co_return false;
        auto site = co_await site_of(url.origin());
        auto verdict = site->robots.check(options_.fetch.user_agent, url.target());
        decisions.push_back(
            {canonical,
             verdict.allowed,
             verdict.allowed ? std::nullopt : std::optional(SkipReason::robots),
             verdict.rule}
        );
        co_return verdict.allowed;
    }

    // Waits for the turn, then asks.
    awaitable<Response> ask(std::string url) {
        auto now = Lane::Clock::now();
        if (auto due = lane_.next(); due && *due > now) {
            boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, *due);
            co_await timer.async_wait(boost::asio::use_awaitable);
        }
        lane_.begin(Lane::Clock::now());
        Request request;
        request.url = std::move(url);
        auto response = co_await fetcher_.get(std::move(request));
        lane_.end(Lane::Clock::now(), {response.elapsed, true, std::nullopt});
        co_return response;
    }

    awaitable<void> look_at(formats::Url url) {
        auto response = co_await ask(formats::canonical_url(url));
        if (response.error != FetchError::none) {
            decisions.back().detail = response.message;
            co_return;
        }
        decisions.back().detail = "status " + std::to_string(response.status);
        if (auto to = formats::parse_url(response.header("location"), &url);
            to && response.status >= 300 && response.status < 400) {
            co_await judge(std::move(*to), 0, false);
            co_return;
        }
        if (response.status != 200) co_return;
        auto document = formats::Document::parse(
            formats::decode_page(response.body, response.header("content-type"))
        );
        auto facts = formats::read_facts(document, url);
        if (options_.discovery.sitemaps == SitemapUse::only) co_return;
        for (auto& link : formats::read_links(document, facts, false))
            if (link.url.is_web()) co_await judge(std::move(link.url), 1, link.nofollow);
    }

    const CrawlOptions& options_;
    std::vector<formats::Url> seeds_;
    Scope scope_;
    Fetcher fetcher_;
    Lane lane_;
    std::map<std::string, bool> known_;
    std::map<std::string, std::shared_ptr<const SitePolicy>> sites_;
    std::set<std::string> asked_;  // origins whose sitemaps were looked at
    bool stopped_ = false;
    std::uint64_t planned_ = 0;
};

}  // namespace

std::vector<Decision> plan_crawl(const CrawlOptions& options) {
    boost::asio::io_context io{1};
    Planner planner(options, io, parse_seeds(options.seeds));
    std::exception_ptr failure;
    boost::asio::co_spawn(io, planner.run(), [&](std::exception_ptr error) { failure = error; });
    io.run();
    if (failure) std::rethrow_exception(failure);
    return std::move(planner.decisions);
}

}  // namespace crawler
