// The shell around curl: gives each request a handle, and its answer to whoever waits for it.
//
// What there is to decide lies in files of its own, most of it to be tested without a network: whom
// to connect to in routes, how much of a body is taken in body, what an end means in transfer, how
// many sessions are kept in cookie_jar. Here are the handles' lives and the secrets: credentials go
// with requests to their origin only, and what it sets as cookies then is kept out of the response,
// which may go to an archive.
#include "crawler/fetch/fetch.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <curl/curl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "crawler/fetch/body.hpp"
#include "crawler/fetch/cookie_jar.hpp"
#include "crawler/fetch/curl_handles.hpp"
#include "crawler/fetch/curl_loop.hpp"
#include "crawler/fetch/routes.hpp"
#include "crawler/fetch/transfer.hpp"
#include "formats/url/url.hpp"

namespace crawler {

namespace asio = boost::asio;
using asio::awaitable;

struct Fetcher::Impl {
    Impl(const asio::any_io_executor& on, FetchOptions given)
        : executor(on),
          options(std::move(given)),
          bodies(options.limits.all_bodies),
          routes(on, options),
          share(options.cookies),
          loop(on, [this](CURL* easy, CURLcode result) { ended(easy, result); }),
          handles(options, share) {
        for (const auto& access : options.access) secrets[access.origin] = &access;
        if (options.sign_in) {
            auto ask = [this](Request request) { return fetch(std::move(request)); };
            sign_in = std::make_unique<SignIn>(executor, *options.sign_in, ask);
        }
    }

    ~Impl() {
        for (auto* transfer : active) loop.remove(transfer->easy);
    }

    static void lead_through(Transfer& transfer, const Proxy& proxy) {
        auto set = [&](auto option, auto value) { curl_easy_setopt(transfer.easy, option, value); };
        auto mark = std::min(proxy.login.find(':'), proxy.login.size());
        set(CURLOPT_PROXY, proxy.url().c_str());
        set(CURLOPT_CONNECT_TO, transfer.detours.get());
        bool login = !proxy.login.empty();
        set(CURLOPT_PROXYUSERNAME, login ? proxy.login.substr(0, mark).c_str() : nullptr);
        auto password = login && mark < proxy.login.size() ? proxy.login.substr(mark + 1) : "";
        set(CURLOPT_PROXYPASSWORD, login ? password.c_str() : nullptr);
    }

    void begin(Transfer& transfer, const Request& request, const std::string& origin) {
        transfer.easy = handles.take();
        auto* easy = transfer.easy;
        auto set = [easy](auto option, auto value) { curl_easy_setopt(easy, option, value); };
        set(CURLOPT_URL, transfer.url.c_str());
        // One connection for many requests, where it is HTTP/2. TLS tells which it is as it starts;
        // without it they would wait for the first answer, and may do so until their own time is
        // up.
        set(CURLOPT_PIPEWAIT, transfer.url.starts_with("https:") ? 1L : 0L);
        set(CURLOPT_PRIVATE, &transfer);
        set(CURLOPT_OPENSOCKETDATA, &transfer);
        set(CURLOPT_WRITEDATA, &transfer);
        set(CURLOPT_HEADERDATA, &transfer);
        if (request.post) {
            set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.post->size()));
            set(CURLOPT_COPYPOSTFIELDS, request.post->c_str());
        }
        for (const auto& line : request.headers) transfer.headers.add(line);
        if (!request.etag.empty()) transfer.headers.add("If-None-Match: " + request.etag);
        if (!request.last_modified.empty())
            transfer.headers.add("If-Modified-Since: " + request.last_modified);
        if (auto found = secrets.find(origin); found != secrets.end()) {
            transfer.secret = true;
            for (const auto& line : found->second->headers) transfer.headers.add(line);
        }
        set(CURLOPT_HTTPHEADER, transfer.headers.get());
        set(CURLOPT_RESOLVE, transfer.names.get());
        if (transfer.proxy) lead_through(transfer, options.proxies[*transfer.proxy]);
        active.push_back(&transfer);
        loop.add(easy);
    }

    void ended(CURL* easy, CURLcode result) {
        char* data = nullptr;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &data);
        finish(*reinterpret_cast<Transfer*>(data), result);
    }

    void finish(Transfer& transfer, CURLcode result) {
        // They may pause again.
        for (auto* other : bodies.ended(transfer.easy, transfer.response.body.size()))
            curl_easy_pause(other, CURLPAUSE_CONT);
        const auto& proxy = transfer.proxy;
        if (transfer.take_outcome(result, proxy ? routes.proxy_name(*proxy) : std::string()))
            routes.blame_proxy(*proxy);
        release(transfer);
        keep_from_archives(transfer);
        transfer.finished = true;
        transfer.done.cancel();
    }

    void release(Transfer& transfer) {
        loop.remove(transfer.easy);
        handles.give_back(transfer.easy);
        auto place = std::find(active.begin(), active.end(), &transfer);
        std::swap(*place, active.back());
        active.pop_back();
    }

    // A session that stands for credentials is as secret as they are.
    void keep_from_archives(Transfer& transfer) {
        auto is_cookie = [](const auto& header) { return header.first == "set-cookie"; };
        auto& headers = transfer.response.headers;
        auto cookies =
            static_cast<std::size_t>(std::count_if(headers.begin(), headers.end(), is_cookie));
        if (cookies == 0) return;
        if (transfer.secret) std::erase_if(headers, is_cookie);
        if (options.cookies) jar.saw(cookies, transfer.easy, sign_in.get());
    }

    awaitable<Response> fetch(Request request) {
        Transfer transfer(options, bodies, executor);
        auto url = formats::parse_url(request.url);
        if (stopped) {
            transfer.refuse(FetchError::stopped, "stopped");
        } else if (!url || !url->is_web() || !url->host || url->host->empty()) {
            transfer.refuse(FetchError::bad_url, "not an http or https URL");
        } else if (co_await routes.find(transfer, *url) && !stopped) {
            transfer.url = url->href(false);
            transfer.secret = sign_in && sign_in->covers(*url);
            begin(transfer, request, url->origin());
            while (!transfer.finished)
                co_await transfer.done.async_wait(asio::as_tuple(asio::use_awaitable));
        }
        if (stopped && transfer.response.error == FetchError::none && !transfer.finished)
            transfer.refuse(FetchError::stopped, "stopped");
        co_return std::move(transfer.response);
    }

    void stop() {
        stopped = true;
        if (sign_in) sign_in->stop();
        routes.stop();
        for (auto transfers = active; auto* transfer : transfers) {
            finish(*transfer, CURLE_ABORTED_BY_CALLBACK);
            transfer->refuse(FetchError::stopped, "stopped");
        }
    }

    asio::any_io_executor executor;
    FetchOptions options;
    std::map<std::string, const Access*, std::less<>> secrets;  // by origin
    BodyBudget bodies;
    Routes routes;
    CurlShare share;  // before the loop, which holds connections of it
    CurlLoop loop;
    CurlHandles handles;
    CookieJar jar;
    std::unique_ptr<SignIn> sign_in;
    std::vector<Transfer*> active;
    bool stopped = false;
};

Fetcher::Fetcher(boost::asio::any_io_executor executor, FetchOptions options)
    : impl_(std::make_unique<Impl>(executor, std::move(options))) {}

Fetcher::~Fetcher() = default;

awaitable<Response> Fetcher::get(Request request) {
    auto& sign_in = impl_->sign_in;
    if (sign_in && !request.as_stranger)
        if (auto url = formats::parse_url(request.url); url && sign_in->covers(*url))
            return sign_in->get(std::move(request));
    return impl_->fetch(std::move(request));
}

awaitable<std::vector<std::string>> Fetcher::addresses_of(std::string name) {
    auto answer = co_await impl_->routes.look_up(std::move(name));
    co_return answer ? answer->addresses : std::vector<std::string>();
}

void Fetcher::stop() {
    impl_->stop();
}

}  // namespace crawler
