#include "ingest/sources/api/http.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <libxml/uri.h>

namespace ingest::api {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return lower(x) == lower(y);
    });
}

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
        if (!same_name(name, "rel")) continue;
        while (!value.empty()) {
            auto word = value.substr(0, value.find(' '));
            if (same_name(word, "next")) return true;
            value.remove_prefix(std::min(word.size() + 1, value.size()));
        }
        return false;  // a second rel does not count (RFC 8288, section 3.3)
    }
    return false;
}

struct FreeXml {
    void operator()(xmlURI* uri) const { xmlFreeURI(uri); }
    void operator()(xmlChar* text) const { xmlFree(text); }
};

struct Origin {
    std::string scheme;
    std::string host;
    int port = 0;

    bool operator==(const Origin&) const = default;
};

std::optional<Origin> origin_of(const std::string& url) {
    std::unique_ptr<xmlURI, FreeXml> uri(xmlParseURI(url.c_str()));
    if (!uri || !uri->scheme || !uri->server || uri->user) return std::nullopt;
    Origin origin{uri->scheme, uri->server, uri->port};
    std::transform(origin.scheme.begin(), origin.scheme.end(), origin.scheme.begin(), lower);
    std::transform(origin.host.begin(), origin.host.end(), origin.host.begin(), lower);
    if (origin.port <= 0) origin.port = origin.scheme == "https" ? 443 : 80;
    return origin;
}

}  // namespace

std::string_view header(const Headers& headers, std::string_view name) {
    for (const auto& [key, value] : headers) {
        if (same_name(key, name)) return value;
    }
    return {};
}

std::string next_link(const Headers& headers) {
    for (const auto& [name, value] : headers) {
        if (!same_name(name, "Link")) continue;
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
    std::unique_ptr<xmlChar, FreeXml> built(xmlBuildURI(
        reinterpret_cast<const xmlChar*>(reference.c_str()),
        reinterpret_cast<const xmlChar*>(base.c_str())
    ));
    if (!built) return {};
    return reinterpret_cast<const char*>(built.get());
}

bool same_origin(const std::string& a, const std::string& b) {
    auto first = origin_of(a);
    auto second = origin_of(b);
    return first && second && *first == *second;
}

}  // namespace ingest::api
