// One spelling for addresses that lead to the same page.
//
// It is a bet: parameters that only track a visitor are dropped by a list of their names. Those of
// a session are dropped if their value looks like a key as well, since "session_id" is also what a
// conference calls its talks; and not even then where one page has several of them, which a session
// never has. What may matter (case of paths, a final slash, the order of other parameters) stays,
// because two pages taken for one are a loss, and one page fetched twice is only a cost.
#include "formats/url/canonical.hpp"

#include <algorithm>

#include "base/bytes/hex.hpp"
#include "base/bytes/percent.hpp"
#include "base/text/ascii.hpp"
#include "formats/words/canonical.hpp"

namespace formats {

namespace {

static_assert(std::is_sorted(words::tracking_names.begin(), words::tracking_names.end()));

constexpr std::size_t shortest_key = 16;

template <typename Names>
bool holds(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// Letters and digits without an order. Numbers, dates and UUIDs name things as well.
bool looks_like_key(std::string_view value) {
    if (value.size() < shortest_key || !std::all_of(value.begin(), value.end(), base::is_alnum))
        return false;
    return std::any_of(value.begin(), value.end(), base::is_digit) &&
           std::any_of(value.begin(), value.end(), base::is_alpha);
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
std::string without_path_session(std::string_view path, std::span<const std::string> telling) {
    std::string out;
    while (!path.empty()) {
        auto next = path.find('/', 1);
        auto segment = path.substr(0, next);
        path.remove_prefix(segment.size());
        auto mark = segment.find(';');
        auto parameter = mark == segment.npos ? std::string_view() : segment.substr(mark + 1);
        auto name = parameter.substr(0, parameter.find('='));
        bool session = name.size() < parameter.size() &&
                       is_session_parameter(name, parameter.substr(name.size() + 1)) &&
                       !holds(telling, base::to_lower(name));
        out += session ? segment.substr(0, mark) : segment;
    }
    return out;
}

// Calls visit(name, value, part) with each part of a query that is not empty.
template <typename Visit>
void each_parameter(std::string_view query, Visit visit) {
    while (!query.empty()) {
        auto part = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), part.size() + 1));
        auto name = part.substr(0, part.find('='));
        if (!part.empty()) visit(name, part.substr(std::min(part.size(), name.size() + 1)), part);
    }
}

// CFID and CFTOKEN are one session's, together: "cfid" alone may be a conference's number.
bool has_coldfusion_session(std::string_view query) {
    bool id = false, token = false;
    each_parameter(query, [&](std::string_view name, std::string_view value, std::string_view) {
        id = id || base::equal_ignoring_case(name, "cfid");
        token = token || (base::equal_ignoring_case(name, "cftoken") && value.size() >= 8);
    });
    return id && token;
}

std::string kept_parameters(std::string_view query, std::span<const std::string> telling) {
    std::string out;
    bool coldfusion = has_coldfusion_session(query);
    each_parameter(
        query,
        [&](std::string_view name, std::string_view value, std::string_view part) {
            bool session =
                (coldfusion && (base::equal_ignoring_case(name, "cfid") ||
                                base::equal_ignoring_case(name, "cftoken"))) ||
                (is_session_parameter(name, value) && !holds(telling, base::to_lower(name)));
            if (session || is_tracking_parameter(name)) return;
            if (!out.empty()) out += '&';
            out += part;
        }
    );
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
    if (holds(words::platform_session_names, lowered)) return true;
    if (lowered.starts_with("aspsessionid"))
        return value.size() >= shortest_key &&
               std::all_of(value.begin(), value.end(), base::is_alnum);
    return holds(words::session_names, lowered) && looks_like_key(value);
}

// Calls note(name, value) for what looks like a session's and need not be.
template <typename Note>
void SessionNames::each(const Url& url, Note note) {
    auto look = [&](std::string_view name, std::string_view value, std::string_view) {
        if (!is_session_parameter(name, value)) return;
        auto lowered = base::to_lower(name);
        if (!holds(words::platform_session_names, lowered)) note(std::move(lowered), value);
    };
    if (url.query) each_parameter(*url.query, look);
    std::string_view path = url.path;
    for (auto at = path.find(';'); at != path.npos; at = path.find(';', at + 1)) {
        auto end = std::min(path.find_first_of("/;", at + 1), path.size());
        each_parameter(path.substr(at + 1, end - at - 1), look);
    }
}

SessionNames::SessionNames(const Url& page) {
    each(page, [this](std::string name, std::string_view) { telling_.push_back(std::move(name)); });
}

void SessionNames::add(const Url& url) {
    each(url, [this](std::string name, std::string_view value) {
        if (holds(telling_, name)) return;
        auto [known, is_new] = values_.try_emplace(std::move(name), value);
        if (!is_new && known->second != value) telling_.push_back(known->first);
    });
}

namespace {

// A host without the dots at its end, unless something else is left: ..6. is a name, ..6 a broken
// IPv4 address.
std::string_view without_root(std::string_view host) {
    auto bare = host.substr(0, std::max<std::size_t>(1, host.find_last_not_of('.') + 1));
    auto parsed = parse_url("http://" + std::string(bare) + "/");
    return parsed && parsed->host == bare ? bare : host;
}

// Sets `again` if what was taken away may have left something else to take away.
std::string one_pass(const Url& url, std::span<const std::string> telling, bool& again) {
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
    if (parameters) path = changed = without_path_session(path, telling);
    out += path.empty() ? "/" : path;
    if (url.query) {
        auto query = kept_parameters(normal_escapes(*url.query), telling);
        if (!query.empty()) out.append("?").append(query);
        escapes = escapes || query.find('%') != std::string::npos;
    }
    again = escapes || parameters || host.find_first_not_of('.') == host.npos;
    return out;
}

}  // namespace

std::string canonical_url(const Url& url, std::span<const std::string> telling) {
    if (!url.is_web()) return url.href(false);
    bool again = false;
    auto out = one_pass(url, telling, again);
    for (int pass = 0; again && pass < 10; ++pass) {
        auto parsed = parse_url(out);
        if (!parsed) break;
        auto next = one_pass(*parsed, telling, again);
        if (next == out) break;
        out = std::move(next);
    }
    return out;
}

}  // namespace formats
