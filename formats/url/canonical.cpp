// One spelling for addresses that lead to the same page.
//
// It is a bet: parameters that only track a visitor are dropped by a list of their names, and so
// are those that look like a session's. What may matter (case of paths, a final slash, the order of
// other parameters) stays, because two pages taken for one are a loss, and one page fetched twice
// is only a cost.
#include "formats/url/canonical.hpp"

#include <algorithm>

#include "base/bytes/hex.hpp"
#include "base/bytes/percent.hpp"
#include "base/text/ascii.hpp"
#include "formats/words/canonical.hpp"

namespace formats {

namespace {

static_assert(std::is_sorted(words::tracking_names.begin(), words::tracking_names.end()));

bool looks_like_key(std::string_view value) {
    if (value.size() < 16) return false;
    bool digit = false;
    for (char c : value) {
        if (!base::is_alnum(c) && c != '-') return false;
        digit = digit || base::is_digit(c);
    }
    return digit;
}

constexpr bool is_unreserved(char c) {
    return base::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

// Decodes %XX of unreserved characters, also those that only come about by that (%3%37 is %37 is
// 7); other %XX in upper case.
std::string normal_escapes(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (char next : text) {
        out += next;
        while (out.size() >= 3 && out[out.size() - 3] == '%') {
            char* digits = out.data() + out.size() - 2;
            int high = base::hex_value(digits[0]), low = base::hex_value(digits[1]);
            if (high < 0 || low < 0) break;
            char c = static_cast<char>(high * 16 + low);
            if (!is_unreserved(c)) {
                out.resize(out.size() - 3);
                base::append_percent(c, out);
                break;
            }
            out.resize(out.size() - 3);
            out += c;
        }
    }
    return out;
}

// Removes ";jsessionid=..." and its like from the end of path segments.
std::string without_path_session(std::string_view path) {
    std::string out;
    while (!path.empty()) {
        auto next = path.find('/', 1);
        auto segment = path.substr(0, next);
        path.remove_prefix(segment.size());
        auto mark = segment.find(';');
        auto parameter = mark == segment.npos ? std::string_view() : segment.substr(mark + 1);
        auto name = parameter.substr(0, parameter.find('='));
        bool session = name.size() < parameter.size() &&
                       is_session_parameter(name, parameter.substr(name.size() + 1));
        out += session ? segment.substr(0, mark) : segment;
    }
    return out;
}

std::string kept_parameters(std::string_view query) {
    std::string out;
    while (!query.empty()) {
        auto part = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), part.size() + 1));
        auto name = part.substr(0, part.find('='));
        auto value = part.substr(std::min(part.size(), name.size() + 1));
        if (part.empty() || is_tracking_parameter(name) || is_session_parameter(name, value))
            continue;
        if (!out.empty()) out += '&';
        out += part;
    }
    return out;
}

}  // namespace

bool is_tracking_parameter(std::string_view name) {
    auto lowered = base::to_lower(name);
    for (auto prefix : words::tracking_prefixes)
        if (lowered.starts_with(prefix)) return true;
    return std::binary_search(words::tracking_names.begin(), words::tracking_names.end(), lowered);
}

bool is_session_parameter(std::string_view name, std::string_view value) {
    auto lowered = base::to_lower(name);
    if (lowered.starts_with("aspsessionid")) return true;
    if (std::find(words::session_names.begin(), words::session_names.end(), lowered) !=
        words::session_names.end())
        return true;
    bool is_short =
        std::find(words::short_session_names.begin(), words::short_session_names.end(), lowered) !=
        words::short_session_names.end();
    return is_short && looks_like_key(value);
}

namespace {

// Sets `again` if what was taken away may have left something else to take away.
// A host without the dots at its end, unless something else is left: ..6. is a name, ..6 a broken
// IPv4 address.
std::string_view without_root(std::string_view host) {
    auto bare = host.substr(0, std::max<std::size_t>(1, host.find_last_not_of('.') + 1));
    auto parsed = parse_url("http://" + std::string(bare) + "/");
    return parsed && parsed->host == bare ? bare : host;
}

std::string one_pass(const Url& url, bool& again) {
    std::string out;
    out.reserve(url.path.size() + 64);
    out.append(url.scheme).append("://");
    std::string_view host = url.host ? std::string_view(*url.host) : std::string_view();
    if (host.ends_with('.')) host = without_root(host);
    out += host;
    if (url.port) out.append(":").append(std::to_string(*url.port));
    bool escapes = url.path.find('%') != std::string::npos;
    std::string changed;
    std::string_view path = url.path;
    if (escapes) path = changed = normal_escapes(path);
    bool parameters = path.find(';') != path.npos;
    if (parameters) path = changed = without_path_session(path);
    out += path.empty() ? "/" : path;
    if (url.query) {
        auto query = kept_parameters(normal_escapes(*url.query));
        if (!query.empty()) out.append("?").append(query);
        escapes = escapes || query.find('%') != std::string::npos;
    }
    again = escapes || parameters || host.find_first_not_of('.') == host.npos;
    return out;
}

}  // namespace

std::string canonical_url(const Url& url) {
    if (!url.is_web()) return url.href(false);
    bool again = false;
    auto out = one_pass(url, again);
    for (int pass = 0; again && pass < 10; ++pass) {
        auto parsed = parse_url(out);
        if (!parsed) break;
        auto next = one_pass(*parsed, again);
        if (next == out) break;
        out = std::move(next);
    }
    return out;
}

}  // namespace formats
