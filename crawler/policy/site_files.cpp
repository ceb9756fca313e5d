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

constexpr std::chrono::hours keep_good{24}, keep_bad{1};
constexpr int redirect_limit = 5;

boost::asio::awaitable<void> wait_for(Turn turn, const bool& stop) {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    for (auto now = Lane::Clock::now(); !stop && !turn.open(now); now = Lane::Clock::now()) {
        auto next = std::min(turn.next().value_or(now), now + std::chrono::milliseconds(200));
        timer.expires_at(std::max(next, now + std::chrono::milliseconds(1)));
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
}

}  // namespace

boost::asio::awaitable<SiteFile> SiteFiles::fetch_file(std::string address, Turn turn) {
    SiteFile file;
    for (int hop = 0; hop <= redirect_limit; ++hop) {
        Request request;
        request.url = address;
        request.as_stranger = true;
        co_await wait_for(turn, stop_);
        if (stop_) {
            file.detail = "stopped";
            break;
        }
        turn.begin(Lane::Clock::now());
        auto response = co_await fetcher_.get(std::move(request));
        turn.end(Lane::Clock::now(), {response.elapsed, true, std::nullopt});
        file.status = response.status;
        file.detail = response.message;
        if (response.error == FetchError::stopped) file.detail = "stopped";
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
    co_return file;
}

boost::asio::awaitable<SiteFile> SiteFiles::file(std::string origin, std::string path, Turn turn) {
    auto load = [&](base::Tx& tx) {
        return load_site_file(tx, origin, path, std::chrono::system_clock::now());
    };
    auto known = co_await database_.run(load);
    if (known) co_return std::move(*known);
    auto fetched = co_await fetch_file(origin + path, turn);
    if (keep_ && fetched.detail != "stopped") {
        bool bad = fetched.status == 0 || fetched.status >= 500 || fetched.status == 429;
        auto save = [&](base::Tx& tx) {
            auto now = std::chrono::system_clock::now();
            save_site_file(tx, origin, path, fetched, now, now + (bad ? keep_bad : keep_good));
        };
        co_await database_.run(save);
    }
    co_return fetched;
}

boost::asio::awaitable<std::shared_ptr<const SitePolicy>>
SiteFiles::policy(std::string origin, Turn turn, bool obey_robots) {
    auto policy = std::make_shared<SitePolicy>();
    if (obey_robots) {
        auto robots = co_await file(origin, "/robots.txt", turn);
        policy->robots = formats::Robots::from_response(robots.status, robots.body);
        if (!policy->robots.unreachable().empty()) co_return policy;
    }
    for (std::string path : {"/ai.txt", "/.well-known/tdmrep.json"}) {
        auto said = co_await file(origin, path, turn);
        if (said.status >= 200 && said.status < 300) policy->files[path] = std::move(said.body);
    }
    co_return policy;
}

}  // namespace crawler
