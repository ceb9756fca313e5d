#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <curl/curl.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "crawler/fetch/body.hpp"
#include "crawler/fetch/curl_handles.hpp"
#include "crawler/fetch/fetch.hpp"

namespace crawler {

// One request under way, from its URL to its answer.
struct Transfer {
    // All given have to outlive it.
    Transfer(
        const FetchOptions& fetch_options,
        BodyBudget& body_budget,
        const boost::asio::any_io_executor& executor
    );
    Transfer(const Transfer&) = delete;

    // Has a handle tell the transfer that is its CURLOPT_*DATA of sockets, headers and the body.
    static void set_callbacks(CURL* easy);

    // Puts into the response why there is no answer.
    void refuse(FetchError error, std::string message);
    void refuse_address(const std::string& address);
    // Takes into the response how curl ended. `result` is curl's, `proxy_name` is for people and
    // empty without a proxy. Whether the proxy is to blame.
    bool take_outcome(CURLcode result, const std::string& proxy_name);

    const FetchOptions& options;
    BodyBudget& budget;
    boost::asio::steady_timer done;  // cancelled at the end
    CURL* easy = nullptr;
    CurlList headers, names, detours;
    std::string url;
    Response response;
    std::size_t header_bytes = 0;
    BodyReader body;
    Stopped stopped = Stopped::no;
    bool finished = false;
    bool secret = false;               // it carried credentials
    std::optional<std::size_t> proxy;  // index
    std::vector<std::string> proxy_addresses;

private:
    static curl_socket_t on_open(void* given, curlsocktype, curl_sockaddr* address);
    static std::size_t on_body(char* data, std::size_t, std::size_t size, void* given);
    static std::size_t on_header(char* data, std::size_t, std::size_t size, void* given);
    bool is_proxys_fault(CURLcode result, long status) const;
    std::string proxys_fault(CURLcode result, long status) const;
    void fail(CURLcode result);
};

}  // namespace crawler
