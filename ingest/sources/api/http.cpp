// Headers, links and addresses of HTTP APIs, as far as pages of an answer lead to the next one.
//
// A server may send the next page's address anywhere; credentials go only where they were meant
// for, so origins are compared as the web does it (formats/url), and an address that names a user
// has none.
#include "ingest/sources/api/http.hpp"

#include <algorithm>
#include <optional>

#include "base/bytes/hash.hpp"
#include "base/text/ascii.hpp"
#include "formats/url/url.hpp"

namespace ingest::api {

namespace {

// Whether the parameters behind a link's target have rel=next among their relations.
bool leads_on(std::string_view parameters) {
    while (!parameters.empty()) {
        auto start = parameters.find_first_not_of("; \t");
        if (start == parameters.npos) return false;
        parameters.remove_prefix(start);
        auto end = parameters.find_first_of("=;");
        if (end == parameters.npos) return false;
        auto name = parameters.substr(0, end);
        while (name.ends_with(' ') || name.ends_with('\t')) name.remove_suffix(1);
        bool valued = parameters[end] == '=';
        parameters.remove_prefix(end + 1);
        if (!valued) continue;
        while (parameters.starts_with(' ') || parameters.starts_with('\t'))
            parameters.remove_prefix(1);
        std::string_view value;
        if (parameters.starts_with('"')) {
            auto close = parameters.find('"', 1);
            if (close == parameters.npos) return false;
            value = parameters.substr(1, close - 1);
            parameters.remove_prefix(close + 1);
        } else {
            value = parameters.substr(0, parameters.find_first_of("; \t"));
            parameters.remove_prefix(value.size());
        }
        if (!base::equal_ignoring_case(name, "rel")) continue;
        while (!value.empty()) {
            auto word = value.substr(0, value.find(' '));
            if (base::equal_ignoring_case(word, "next")) return true;
            value.remove_prefix(std::min(word.size() + 1, value.size()));
        }
        return false;  // a second rel does not count (RFC 8288, section 3.3)
    }
    return false;
}

// Nothing for what is no web address, or holds a user.
std::optional<std::string> origin_of(const std::string& url) {
    auto parsed = formats::parse_url(url);
    if (!parsed || !parsed->is_web()) return std::nullopt;
    if (!parsed->username.empty() || !parsed->password.empty()) return std::nullopt;
    return parsed->origin();
}

}  // namespace

std::string identity_of(const Request& request) {
    auto text = base::sha256(request.method + request.url + "\n" + request.body);
    for (const auto& [name, value] : request.headers) text += name + value;
    return base::sha256(text).substr(0, 16);
}

std::string_view header(const Headers& headers, std::string_view name) {
    for (const auto& [key, value] : headers) {
        if (base::equal_ignoring_case(key, name)) return value;
    }
    return {};
}

std::string next_link(const Headers& headers) {
    for (const auto& [name, value] : headers) {
        if (!base::equal_ignoring_case(name, "Link")) continue;
        std::string_view rest = value;
        for (;;) {
            auto open = rest.find('<');
            if (open == rest.npos) break;
            auto close = rest.find('>', open);
            if (close == rest.npos) break;
            auto target = rest.substr(open + 1, close - open - 1);
            rest.remove_prefix(close + 1);
            bool quoted = false;
            std::size_t end = 0;
            for (; end < rest.size() && (quoted || rest[end] != ','); ++end)
                if (rest[end] == '"') quoted = !quoted;
            if (leads_on(rest.substr(0, end))) return std::string(target);
            rest.remove_prefix(end);
        }
    }
    return {};
}

std::string resolve(const std::string& reference, const std::string& base) {
    if (reference.empty()) return {};
    auto from = formats::parse_url(base);
    auto found = from ? formats::parse_url(reference, &*from) : std::nullopt;
    auto alone = formats::parse_url(reference);
    const bool two_ways =
        found && alone && found->href() != alone->href();  // "https:other.example"
    return found && !two_ways ? found->href() : std::string();
}

bool same_origin(const std::string& a, const std::string& b) {
    auto first = origin_of(a);
    auto second = origin_of(b);
    return first && second && *first == *second;
}

}  // namespace ingest::api
