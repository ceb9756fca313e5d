#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "crawler/fetch/fetch.hpp"
#include "crawler/fetch/proxy_pool.hpp"
#include "crawler/fetch/transfer.hpp"
#include "crawler/resolve/resolver.hpp"
#include "formats/url/url.hpp"

namespace crawler {

// Whom to connect to for a URL: which proxy, and which addresses of the host are allowed. One
// thread, the executor's.
class Routes {
public:
    // `options` has to outlive it.
    Routes(const boost::asio::any_io_executor& executor, const FetchOptions& options);

    // Sets the transfer's proxy, names and detours. False if the way is refused: its response tells
    // why.
    boost::asio::awaitable<bool> find(Transfer& transfer, const formats::Url& url);
    // What a name leads to; null if stopped.
    boost::asio::awaitable<NameCache::Answer> look_up(std::string name);
    // The proxy of a transfer is to blame for how it ended.
    void blame_proxy(std::size_t index);
    // Without its login.
    std::string proxy_name(std::size_t index) const { return proxies_[index].url(); }
    void stop();

private:
    boost::asio::awaitable<std::vector<std::string>> targets(Transfer& transfer, std::string host);
    boost::asio::awaitable<bool> find_proxy(Transfer& transfer, std::string host);
    void tell_names(
        Transfer& transfer,
        const std::string& host,
        std::uint16_t port,
        const std::vector<std::string>& addresses
    );

    using Steady = std::chrono::steady_clock;

    boost::asio::any_io_executor executor_;
    const FetchOptions& options_;
    std::shared_ptr<Resolver> resolver_;
    ProxyPool proxies_;
    // By "host:port" what curl was told, and until when it keeps that.
    std::unordered_map<std::string, std::pair<std::string, Steady::time_point>> told_;
    std::set<boost::asio::steady_timer*> asking_;
    bool stopped_ = false;
};

}  // namespace crawler
