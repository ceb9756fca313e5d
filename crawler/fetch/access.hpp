#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crawler {

// What is sent to one origin and to no other: credentials, headers with secrets. Since every
// redirect is a request of its own, none of it follows one elsewhere.
struct Access {
    std::string origin;                // "https://example.org:8443", as Url::origin() writes it
    std::vector<std::string> headers;  // "Name: value"
};

// "Authorization: Basic .." for "user:password" (RFC 7617), "Authorization: Bearer .." (RFC 6750).
std::string basic_header(std::string_view login);
std::string bearer_header(std::string_view token);

// Whether "Name: value" is one header line: a token, and a value without control characters (RFC
// 9110, 5.1 and 5.5). A secret with a line end in it would be two.
bool is_header(std::string_view line);

// A way out of our network.
struct Proxy {
    std::string scheme;  // http, https, socks5, or socks5h: the proxy looks the names up
    std::string host;    // without brackets
    std::uint16_t port = 0;
    std::string login;  // "user:password"; empty: none

    // Without the login.
    std::string url() const;
};

// Reads "http://proxy.example:3128". Throws base::UsageError that does not repeat the text for one
// that can not be read or that holds a login.
Proxy parse_proxy(std::string_view text);

// Which proxy a host is asked through: always the same one for the same host, each for about as
// many hosts, and if one is out of order only its hosts go elsewhere (rendezvous hashing, Thaler
// and Ravishankar 1998). `out_of_order` is by index and may be shorter; if all are, the first
// choice stays. The index; 0 if there is only one.
std::size_t choose_proxy(
    std::span<const Proxy> proxies,
    std::string_view host,
    const std::vector<bool>& out_of_order = {}
);

// Whether a name is one of an inside network by its form: localhost, .local, .internal, .home.arpa
// (RFC 6761, 6762, 8375), or has no dot.
bool is_inside_name(std::string_view host);

}  // namespace crawler
