#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "crawler/fetch/access.hpp"
#include "crawler/fetch/sign_in.hpp"
#include "crawler/resolve/address.hpp"

namespace crawler {

class Resolver;

struct FetchLimits {
    std::chrono::milliseconds connect{10'000};
    std::chrono::milliseconds total{30'000};
    std::chrono::milliseconds stalled{15'000};  // without a byte
    std::size_t body = 16U << 20U;              // decoded octets
    std::size_t all_bodies =
        128U << 20U;  // of all answers under way: beyond it one at a time goes on
    std::size_t headers = 256U << 10U;
    double expansion = 200;  // decoded octets per octet received, once beyond 1 MiB
};

struct Request {
    std::string url;
    std::vector<std::string> headers;   // "Name: value"
    std::string etag;                   // asks If-None-Match if not empty
    std::string last_modified;          // asks If-Modified-Since if not empty
    std::optional<std::string> post{};  // a POST with this body, a form unless a header says else
    bool as_stranger = false;           // without signing in first
};

// How a request ended without a usable answer.
enum class FetchError {
    none,
    refused_address,  // private or local, and not allowed
    not_found,        // no such host name
    untrusted,        // its certificate is none that we trust, or another host's
    connect,          // no connection, TLS, or it broke
    timeout,
    too_large,  // body, headers or expansion beyond the limits
    bad_url,
    cut_short,   // fewer octets than promised, broken compression
    proxy,       // the proxy can not be reached or refuses us
    sign_in,     // signing in failed: no request of that site can do better
    signed_out,  // the page says we are not signed in, however often we sign in
    stopped,     // the fetcher was stopped
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
    bool allow_private = false;         // loopback, private, link-local and metadata addresses
    std::vector<AddressRange> allowed;  // those of them that may be asked even so
    bool cookies = true;         // kept as long as the fetcher lives (RFC 6265, public suffixes)
    std::string ca_file;         // PEM; empty: the system's authorities
    std::vector<Access> access;  // may hold secrets
    std::optional<SignInPlan> sign_in;
    std::vector<Proxy> proxies;          // a host keeps to one of them; none: no proxy
    bool proxy_resolves = false;         // names are looked up by the proxy, not by us
    std::shared_ptr<Resolver> resolver;  // null: the one of the process

    bool permits(const std::string& address) const;
};

// Requests over HTTP/1.1 and HTTP/2 with kept connections, br, zstd and gzip, TLS verified.
// Redirects are not followed: the caller looks at each hop. Every address is checked when a
// connection to it is opened, so that no name leads inside.
//
// Through a proxy our connections lead to the proxy alone, whatever its address. What the target's
// name leads to is looked up and checked here, and the proxy is told the address that was checked
// (https, socks5), so that the name can not lead elsewhere there; only plain http through an
// http proxy goes by name. With `proxy_resolves` or socks5h only addresses and names that are
// private by their form are refused: the proxy has to guard its network itself.
//
// Credentials go to their origins only; what such an origin sets as cookies is kept out of the
// response, so that no session reaches an archive.
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
    // What a name leads to, private or not; none if it leads nowhere or the fetcher was stopped.
    boost::asio::awaitable<std::vector<std::string>> addresses_of(std::string name);
    void stop();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace crawler
