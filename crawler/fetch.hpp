#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace crawler {

struct FetchLimits {
    std::chrono::milliseconds connect{10'000};
    std::chrono::milliseconds total{30'000};
    std::chrono::milliseconds stalled{15'000};  // without a byte
    std::size_t body = 16U << 20U;              // decoded octets
    std::size_t headers = 256U << 10U;
    double expansion = 200;  // decoded octets per octet received, once beyond 1 MiB
};

struct Request {
    std::string url;
    std::vector<std::string> headers;  // "Name: value"
    std::string etag;                  // asks If-None-Match if not empty
    std::string last_modified;         // asks If-Modified-Since if not empty
    std::string method = "GET";        // or POST, with `body`
    std::string body;
};

// How a request ended without a usable answer.
enum class FetchError {
    none,
    refused_address,  // private or local, and allow_private is off
    not_found,        // no such host name
    connect,          // no connection, TLS, or it broke
    timeout,
    too_large,  // body, headers or expansion beyond the limits
    bad_url,
    cut_short,  // fewer octets than promised, broken compression
    stopped,    // the fetcher was stopped
};
std::string_view name_of(FetchError error);

struct Response {
    int status = 0;  // 0 if there is no answer; redirects are answers
    FetchError error = FetchError::none;
    std::string message;                                       // for people, if error
    std::vector<std::pair<std::string, std::string>> headers;  // names in lower case, in order
    std::string body;  // decoded from its transfer and content encoding
    std::uint64_t wire_bytes = 0;
    std::string address;  // the server's
    std::string version;  // "1.1", "2"
    std::chrono::milliseconds elapsed{0};

    // The first header of that name (lower case), or empty.
    std::string_view header(std::string_view name) const;
};

struct FetchOptions {
    std::string user_agent = "tilth/0.1";
    FetchLimits limits;
    bool allow_private = false;  // loopback, private, link-local and metadata addresses
    long connections_per_host = 64;
    std::string proxy;
};

// Requests over HTTP/1.1 and HTTP/2 with kept connections, br, zstd and gzip, TLS verified. Redirects
// are not followed: the caller looks at each hop. Every address is checked after its name was
// resolved, so that no name leads inside.
//
// All calls belong to the thread of `executor`, which must be a single-threaded io_context's.
// Hundreds of get() may be under way at once. Destroy it after all of them have ended; stop() makes
// them end at once.
class Fetcher {
public:
    Fetcher(boost::asio::any_io_executor executor, FetchOptions options);
    ~Fetcher();
    Fetcher(const Fetcher&) = delete;

    // Never throws for what a server or network does: that is in the response.
    boost::asio::awaitable<Response> get(Request request);
    void stop();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Whether an address (text form, IPv4 or IPv6) is one that strangers' pages must not reach:
// loopback, private, link-local, shared, multicast, reserved, and IPv6 forms that carry such an
// IPv4 address.
bool is_private_address(const std::string& address);

}  // namespace crawler
