#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// HTTP as the API connector sees it. Sockets, clocks and secrets come in from outside, so that
// tests can bring their own.
namespace ingest::api {

using Time = std::chrono::system_clock::time_point;
using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
    std::string method = "GET";
    std::string url;
    Headers headers;
    std::string body;
};

struct Response {
    int status = 0;  // 0: no usable answer; `error` says why
    Headers headers;
    std::string body;
    std::string error;
};

// How requests leave the program. Who implements it guards against private addresses and follows no
// redirect: the headers carry credentials.
using Send = std::function<Response(const Request&)>;

struct Clock {
    std::function<Time()> now;
    // False if the program is to stop; it then returns early.
    std::function<bool(std::chrono::milliseconds)> sleep;
};

// Secrets by reference ("env:NAME", "file:PATH").
struct Secrets {
    std::function<std::string(const std::string& reference)> load;
    // Keeps a value that replaces the one behind the reference: a refresh token is often good for
    // one use.
    std::function<void(const std::string& reference, const std::string& value)> replace;
};

// What the connector needs of the world.
struct World {
    Send send;
    Clock clock;
    Secrets secrets;
};

// Equal for equal requests alone: 16 bytes of a hash.
std::string identity_of(const Request& request);

// The value of a header, whatever the case of its name; empty if it is absent.
std::string_view header(const Headers& headers, std::string_view name);

// The target with rel="next" of Link headers (RFC 8288); empty if there is none.
std::string next_link(const Headers& headers);

// A reference resolved against an absolute address, as the web does it; empty if it is none.
std::string resolve(const std::string& reference, const std::string& base);

// Whether two absolute addresses have the same scheme, host and port (RFC 6454).
bool same_origin(const std::string& a, const std::string& b);

}  // namespace ingest::api
