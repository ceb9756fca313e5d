// The dry run: the seeds and the links of their pages, each with the verdict of scope and robots.
#include <map>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "base/error.hpp"
#include "crawler/canonical.hpp"
#include "crawler/charset.hpp"
#include "crawler/crawl.hpp"
#include "crawler/html.hpp"
#include "crawler/site_files.hpp"

namespace crawler {

namespace {

using boost::asio::awaitable;

class Planner {
public:
    Planner(const CrawlOptions& options, boost::asio::io_context& io, std::vector<Url> seeds)
        : options_(options),
          seeds_(std::move(seeds)),
          scope_(options.scope, seeds_),
          fetcher_(io.get_executor(), options.fetch),
          lane_(options.politeness) {}

    awaitable<void> run() {
        for (const auto& seed : seeds_) {
            bool fetch = co_await judge(seed, 0, false);
            if (fetch && !options_.stop.stop_requested()) co_await look_at(seed);
        }
    }

    std::vector<Decision> decisions;

private:
    // Adds the verdict; whether the page would be fetched.
    awaitable<bool> judge(Url url, int depth, bool nofollow) {
        auto canonical = canonical_url(url);
        if (!known_.insert({canonical, true}).second) co_return false;
        Decision decision{canonical, true, {}, {}};
        auto refusal = scope_.refusal(url, canonical, depth, depth == 0);
        if (!refusal.empty()) decision.reason = refusal;
        if (refusal.empty() && nofollow) decision.reason = "nofollow";
        if (decision.reason.empty() && options_.obey_robots) {
            auto robots = co_await robots_of(url.origin());
            auto verdict = robots->check(options_.fetch.user_agent, url.target());
            if (!verdict.allowed) {
                decision.reason = robots->unreachable().empty() ? "robots" : "robots-unreachable";
                decision.detail = verdict.rule;
            }
        }
        if (decision.reason.empty() && options_.max_pages && ++planned_ > options_.max_pages)
            decision.reason = "budget";
        decision.fetch = decision.reason.empty();
        decisions.push_back(decision);
        co_return decision.fetch;
    }

    awaitable<std::shared_ptr<const Robots>> robots_of(std::string origin) {
        if (auto found = robots_.find(origin); found != robots_.end()) co_return found->second;
        SiteFiles files(fetcher_);
        auto robots = co_await files.robots(origin, lane_);
        robots_[origin] = robots;
        co_return robots;
    }

    awaitable<void> look_at(Url url) {
        Request request;
        request.url = canonical_url(url);
        auto response = co_await fetcher_.get(std::move(request));
        if (response.error != FetchError::none) {
            decisions.back().detail = response.message;
            co_return;
        }
        decisions.back().detail = "status " + std::to_string(response.status);
        if (auto to = parse_url(response.header("location"), &url);
            to && response.status >= 300 && response.status < 400) {
            co_await judge(std::move(*to), 0, false);
            co_return;
        }
        if (response.status != 200) co_return;
        auto charset = detect_charset(response.body, response.header("content-type"));
        auto document = Document::parse(*decode(response.body, charset.encoding));
        auto facts = read_facts(document, url);
        for (auto& link : read_links(document, facts, false))
            if (link.url.is_web()) co_await judge(std::move(link.url), 1, link.nofollow);
    }

    const CrawlOptions& options_;
    std::vector<Url> seeds_;
    Scope scope_;
    Fetcher fetcher_;
    Lane lane_;
    std::map<std::string, bool> known_;
    std::map<std::string, std::shared_ptr<const Robots>> robots_;
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
