// Names are looked up here and not by curl, so that many requests ask once, answers are kept by
// their time to live, and every address is checked before it is used.
//
// curl is told what a name leads to by CURLOPT_RESOLVE, and keeps that for all its handles; telling
// it again and again would cost more than the request's own work, so we remember what it knows for
// three quarters of the time that it does. A proxy is told the address that was checked, not the
// name, which could lead elsewhere in its network (`detours`, CURLOPT_CONNECT_TO).
#include "crawler/fetch/routes.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace crawler {

namespace asio = boost::asio;
using asio::awaitable;

namespace {

constexpr std::size_t names_at_most = 8192;

// An IPv6 address within brackets, as curl's lists want it.
std::string bracketed(const std::string& address) {
    return address.find(':') == address.npos ? address : "[" + address + "]";
}

// The address that a URL's host is itself, without brackets; empty for a name.
std::string literal_of(const std::string& host) {
    if (host.starts_with('[')) return host.substr(1, host.size() - 2);
    in_addr parsed{};
    return inet_pton(AF_INET, host.c_str(), &parsed) == 1 ? host : std::string();
}

}  // namespace

Routes::Routes(const asio::any_io_executor& executor, const FetchOptions& options)
    : executor_(executor),
      options_(options),
      resolver_(options.resolver ? options.resolver : Resolver::shared()),
      proxies_(options.proxies) {}

void Routes::stop() {
    stopped_ = true;
    for (auto* timer : asking_) timer->cancel();
}

void Routes::blame_proxy(std::size_t index) {
    proxies_.put_to_rest(index, Steady::now());
}

awaitable<NameCache::Answer> Routes::look_up(std::string name) {
    auto question = resolver_->ask(name, executor_);
    while (!question->answer() && !stopped_) {
        asking_.insert(&question->timer());
        co_await question->timer().async_wait(asio::as_tuple(asio::use_awaitable));
        asking_.erase(&question->timer());
    }
    co_return question->answer();
}

// Tells curl what a name leads to, unless it knows.
void Routes::tell_names(
    Transfer& transfer,
    const std::string& host,
    std::uint16_t port,
    const std::vector<std::string>& addresses
) {
    auto place = host + ":" + std::to_string(port);
    std::string list;
    for (const auto& address : addresses) list += (list.empty() ? "" : ",") + bracketed(address);
    auto now = Steady::now();
    if (told_.size() > names_at_most) told_.clear();
    auto& known = told_[place];
    if (known.first == list && now < known.second) return;
    known = {list, now + std::chrono::seconds(names_kept * 3 / 4)};
    transfer.names.add("+" + place + ":" + list);
}

// The addresses of a target that may be asked; empty if refused.
awaitable<std::vector<std::string>> Routes::targets(Transfer& transfer, std::string host) {
    auto answer = co_await look_up(host);
    std::vector<std::string> allowed;
    if (!answer) {
        transfer.refuse(FetchError::stopped, "stopped");
    } else if (!answer->fault.empty()) {
        transfer.refuse(FetchError::not_found, answer->fault + ": " + host);
    } else {
        for (const auto& address : answer->addresses)
            if (options_.permits(address)) allowed.push_back(address);
        if (allowed.empty()) transfer.refuse_address(answer->addresses[0]);
    }
    co_return allowed;
}

awaitable<bool> Routes::find(Transfer& transfer, const formats::Url& url) {
    const auto& host = *url.host;
    auto literal = literal_of(host);
    if (!literal.empty() && !options_.permits(literal)) {
        transfer.refuse_address(literal);
        co_return false;
    }
    bool through_proxy = !proxies_.is_empty();
    if (through_proxy && !co_await find_proxy(transfer, host)) co_return false;
    if (!literal.empty()) co_return true;
    const auto* proxy = through_proxy ? &proxies_[*transfer.proxy] : nullptr;
    if (proxy && (options_.proxy_resolves || proxy->scheme == "socks5h")) {
        bool inside = is_inside_name(host) && !options_.allow_private;
        if (inside) transfer.refuse(FetchError::refused_address, host + " is an inside name");
        co_return !inside;
    }
    auto addresses = co_await targets(transfer, host);
    if (addresses.empty()) co_return false;
    if (!proxy || proxy->scheme == "socks5") {
        tell_names(transfer, host, url.connect_port(), addresses);
    } else if (url.scheme == "https") {
        auto port = std::to_string(url.connect_port());
        transfer.detours.add(host + ":" + port + ":" + bracketed(addresses[0]) + ":" + port);
    }
    co_return true;
}

awaitable<bool> Routes::find_proxy(Transfer& transfer, std::string host) {
    transfer.proxy = proxies_.choose(host, Steady::now());
    const auto& proxy = proxies_[*transfer.proxy];
    auto literal = proxy.host.find(':') != proxy.host.npos ? proxy.host : literal_of(proxy.host);
    if (!literal.empty()) {
        transfer.proxy_addresses = {literal};
        co_return true;
    }
    auto answer = co_await look_up(proxy.host);
    if (!answer) {
        transfer.refuse(FetchError::stopped, "stopped");
        co_return false;
    }
    if (!answer->fault.empty()) {
        blame_proxy(*transfer.proxy);
        transfer.refuse(FetchError::proxy, answer->fault + ": " + proxy.host);
        co_return false;
    }
    transfer.proxy_addresses = answer->addresses;
    tell_names(transfer, proxy.host, proxy.port, answer->addresses);
    co_return true;
}

}  // namespace crawler
