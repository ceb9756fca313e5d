#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/text/encoding.hpp"

namespace formats {

// A URL by the WHATWG URL standard (https://url.spec.whatwg.org), in parts that are already
// serialised: percent-encoded, host in lower case or punycode, dot segments resolved.
struct Url {
    std::string scheme;  // lower case, without ':'
    std::string username;
    std::string password;
    std::optional<std::string> host;  // absent for `mailto:x` and `data:..`; empty for `file:///x`
    std::optional<std::uint16_t> port;  // absent if it is the scheme's default
    std::string path;                   // "/a/b", or anything if opaque
    bool opaque_path = false;
    std::optional<std::string> query;
    std::optional<std::string> fragment;

    // The whole URL; without "#fragment" if not wanted.
    std::string href(bool with_fragment = true) const;
    // "https://example.org:8443", or "null" for schemes that have none.
    std::string origin() const;
    // "example.org:8443"; empty without a host.
    std::string host_and_port() const;
    // The request target: path and query.
    std::string target() const;
    bool is_web() const { return scheme == "http" || scheme == "https"; }
    // The port a connection goes to; 0 if the scheme has no default and none is given.
    std::uint16_t connect_port() const;
};

// Parses `input` (UTF-8; bytes that are not are read as U+FFFD), relative to `base` if there is
// one. Nothing if the standard says failure. `encoding` is that of the page on which it stands: in
// it the query is written, where the scheme wants it (http and https).
std::optional<Url> parse_url(
    std::string_view input,
    const Url* base = nullptr,
    base::Encoding encoding = base::Encoding::utf8
);

// The scheme's default port, or nothing. Special schemes are those with a default, and file.
std::optional<std::uint16_t> default_port(std::string_view scheme);
bool is_special_scheme(std::string_view scheme);

// Host parsing of the standard: domain, IPv4 and [IPv6] of a special scheme, or an opaque host of
// another.
std::optional<std::string> parse_host(std::string_view input, bool special);

enum class EncodeSet { control, fragment, query, special_query, path, userinfo };

// Appends `text` to `out` with the bytes of the set as %XX.
void percent_encode(std::string_view text, EncodeSet set, std::string& out);

}  // namespace formats
