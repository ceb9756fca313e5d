// URLs as values: how they are written, and what is done to an input before its states are run
// (url_states.cpp).
//
// The parts are kept serialised, because that is how they are asked for: a crawl compares and
// writes thousands of addresses for each one that it takes apart.
#include "formats/url/url.hpp"

#include <algorithm>
#include <array>

#include "base/bytes/percent.hpp"
#include "base/text/utf8.hpp"
#include "formats/url/url_states.hpp"

namespace formats {

namespace {

constexpr std::array<std::pair<std::string_view, std::uint16_t>, 5> default_ports{
    {{"http", 80}, {"https", 443}, {"ftp", 21}, {"ws", 80}, {"wss", 443}}};

using Mask = std::uint8_t;
constexpr Mask bit(EncodeSet set) {
    return static_cast<Mask>(1U << static_cast<unsigned>(set));
}

constexpr std::array<Mask, 256> encode_masks() {
    std::array<Mask, 256> masks{};
    auto add = [&](std::string_view characters, std::initializer_list<EncodeSet> sets) {
        for (char c : characters)
            for (auto set : sets) masks[static_cast<unsigned char>(c)] |= bit(set);
    };
    for (unsigned c = 0; c < 256; ++c)
        if (c < 0x20 || c > 0x7e) masks[c] = 0xff;
    using enum EncodeSet;
    add(" \"<>", {fragment, query, special_query, path, userinfo});
    add("`", {fragment, path, userinfo});
    add("#", {query, special_query, path, userinfo});
    add("'", {special_query});
    add("?^{}", {path, userinfo});
    add("/:;=@[\\]|", {userinfo});
    return masks;
}
constexpr auto masks = encode_masks();

std::string_view trim_controls(std::string_view text) {
    auto blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

}  // namespace

std::optional<std::uint16_t> default_port(std::string_view scheme) {
    for (auto& [name, port] : default_ports)
        if (name == scheme) return port;
    return std::nullopt;
}

bool is_special_scheme(std::string_view scheme) {
    return scheme == "https" || scheme == "http" || scheme == "file" ||
           default_port(scheme).has_value();
}

void percent_encode(std::string_view text, EncodeSet set, std::string& out) {
    std::size_t start = 0;  // of what is copied as it stands
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto byte = static_cast<unsigned char>(text[at]);
        if (!(masks[byte] & bit(set))) continue;
        out.append(text.substr(start, at - start));
        base::append_percent(text[at], out);
        start = at + 1;
    }
    out.append(text.substr(start));
}

std::optional<Url> parse_url(std::string_view input, const Url* base, base::Encoding encoding) {
    input = trim_controls(input);
    std::string cleaned;
    bool controls = false, odd = false;
    for (char c : input) {
        controls = controls || static_cast<unsigned char>(c) < ' ';
        odd = odd || static_cast<signed char>(c) < 0;
    }
    if (controls || odd) {
        cleaned = odd ? base::mend_utf8(input) : std::string(input);
        std::erase_if(cleaned, [](char c) { return c == '\t' || c == '\n' || c == '\r'; });
        input = cleaned;
    }
    return run_url_states(input, base, encoding);
}

std::string Url::host_and_port() const {
    std::string text = host.value_or("");
    if (port) text.append(":").append(std::to_string(*port));
    return text;
}

std::string Url::target() const {
    auto text = path;
    if (query) text.append("?").append(*query);
    return text;
}

std::string Url::href(bool with_fragment) const {
    std::string text = scheme + ":";
    if (host) {
        text += "//";
        if (!username.empty() || !password.empty()) {
            text += username;
            if (!password.empty()) text.append(":").append(password);
            text += '@';
        }
        text += host_and_port();
    } else if (!opaque_path && path.starts_with("//")) {
        text += "/.";
    }
    text += target();
    if (with_fragment && fragment) text.append("#").append(*fragment);
    return text;
}

std::string Url::origin() const {
    if (scheme == "blob") {
        auto inner = parse_url(path);
        return inner && inner->is_web() ? inner->origin() : "null";
    }
    if (scheme == "file" || !is_special_scheme(scheme)) return "null";
    return scheme + "://" + host_and_port();
}

std::uint16_t Url::connect_port() const {
    if (port) return *port;
    return default_port(scheme).value_or(std::uint16_t{0});
}

}  // namespace formats
