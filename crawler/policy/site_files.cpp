// What is known of an origin is shared by all crawls by way of the database, so that a site is
// asked once a day for its rules, not once a crawl. A failure is known only for minutes, and not at
// all where it is our own: a person who mends the settings must not have to wait.
#include "crawler/policy/site_files.hpp"

#include <algorithm>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/database/database.hpp"
#include "crawler/frontier/store.hpp"
#include "formats/url/url.hpp"

namespace crawler {

namespace {

constexpr int redirect_limit = 5;

// Errors that say nothing of the site: our own rules end the request.
bool is_ours(FetchError error) {
    return error == FetchError::refused_address || error == FetchError::untrusted;
}

boost::asio::awaitable<void> wait_for(Turn turn, const bool& stop) {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    for (auto now = Lane::Clock::now(); !stop && !turn.open(now); now = Lane::Clock::now()) {
        auto next = std::min(turn.next().value_or(now), now + std::chrono::milliseconds(200));
        timer.expires_at(std::max(next, now + std::chrono::milliseconds(1)));
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
}

}  // namespace

boost::asio::awaitable<SiteFiles::Had> SiteFiles::fetch_file(std::string address, Turn turn) {
    Had had;
    auto& file = had.file;
    for (int hop = 0; hop <= redirect_limit; ++hop) {
        Request request;
        request.url = address;
        request.as_stranger = true;
        co_await wait_for(turn, stop_);
        if (stop_) {
            had.error = FetchError::stopped;
            break;
        }
        turn.begin(Lane::Clock::now());
        auto response = co_await fetcher_.get(std::move(request));
        turn.end(Lane::Clock::now(), {response.elapsed, true, std::nullopt});
        had.error = response.error;
        file.status = response.status;
        file.detail = response.message;
        if (response.error == FetchError::too_large) file.status = 0;
        file.body = std::move(response.body);
        if (response.status < 300 || response.status >= 400) break;
        auto base = formats::parse_url(address);
        auto next = formats::parse_url(response.header("location"), &*base);
        if (!next || !next->is_web() || hop == redirect_limit) {
            file.status = 404;  // a chain that ends nowhere counts as no file
            break;
        }
        address = next->href(false);
    }
    if (file.status < 200 || file.status >= 300) file.body.clear();
    file.body.resize(std::min<std::size_t>(file.body.size(), 500U << 10U));
    co_return had;
}

boost::asio::awaitable<SiteFiles::Had>
SiteFiles::file(std::string origin, std::string path, Turn turn) {
    auto load = [&](base::Tx& tx) {
        return load_site_file(tx, origin, path, std::chrono::system_clock::now(), since_);
    };
    auto known = co_await database_.run(load);
    if (known) co_return Had{std::move(*known), FetchError::none};
    auto had = co_await fetch_file(origin + path, turn);
    if (keep_ && !is_ours(had.error) && had.error != FetchError::stopped) {
        auto save = [&](base::Tx& tx) {
            save_site_file(tx, origin, path, had.file, std::chrono::system_clock::now());
        };
        co_await database_.run(save);
    }
    co_return had;
}

boost::asio::awaitable<std::shared_ptr<const SitePolicy>>
SiteFiles::policy(std::string origin, Turn turn, bool obey_robots) {
    auto policy = std::make_shared<SitePolicy>();
    if (obey_robots) {
        auto had = co_await file(origin, "/robots.txt", turn);
        const auto& robots = had.file;
        policy->robots = formats::Robots::from_response(robots.status, robots.body);
        if (is_ours(had.error)) {
            policy->closed = ClosedSite{
                had.error == FetchError::refused_address ? SkipReason::address
                                                         : SkipReason::network,
                robots.detail};
        } else if (const auto& why = policy->robots.unreachable(); !why.empty()) {
            policy->closed = ClosedSite{
                SkipReason::robots_unreachable,
                robots.detail.empty() ? why : why + ": " + robots.detail};
        }
        if (policy->closed) co_return policy;
    }
    for (std::string path : {"/ai.txt", "/.well-known/tdmrep.json"}) {
        auto said = (co_await file(origin, path, turn)).file;
        if (said.status >= 200 && said.status < 300) policy->files[path] = std::move(said.body);
    }
    co_return policy;
}

}  // namespace crawler
