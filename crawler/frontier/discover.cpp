// Where addresses come from beside links: sitemaps, feeds, and the order in which they are asked.
//
// What a sitemap lists goes before links found by walking, and links go by depth with the next page
// of a listing a little ahead, so that a crawl that is cut off has the site's breadth. Sitemaps of
// another registrable domain are passed over, since a robots.txt may name anybody's.
#include "crawler/frontier/discover.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/text/ascii.hpp"
#include "base/time/parse.hpp"
#include "formats/feed/feed.hpp"
#include "formats/sitemap/sitemap.hpp"
#include "formats/url/canonical.hpp"
#include "schema/records/record.hpp"

namespace crawler {

namespace {

constexpr int index_depth = 3;               // an index may name indexes, but not for ever
constexpr std::size_t sitemap_limit = 1000;  // of one robots.txt

bool contains_word(std::string_view list, std::string_view word) {
    for (std::size_t at = list.find(word); at != list.npos; at = list.find(word, at + 1)) {
        bool starts = at == 0 || list[at - 1] == ' ';
        bool ends = at + word.size() == list.size() || list[at + word.size()] == ' ';
        if (starts && ends) return true;
    }
    return false;
}

bool all_digits(std::string_view text) {
    return !text.empty() && text.size() <= 6 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Discovery listing_of(const formats::Url& url, Kind kind, int hops) {
    Discovery found;
    found.url = formats::canonical_url(url);
    found.host = url.host_and_port();
    found.hops = hops;
    found.priority = priority::listing;
    found.kind = kind;
    return found;
}

}  // namespace

int priority::of_link(int depth, bool is_next) {
    return -10 * depth + (is_next ? 5 : 0);
}

int priority::of_entry(std::optional<double> given, std::optional<std::chrono::seconds> age) {
    int value = static_cast<int>(100 * std::clamp(given.value_or(0.5), 0.0, 1.0));
    if (!age) return value;
    auto days = age->count() / 86'400;
    return value + (days < 1 ? 20 : days < 7 ? 15 : days < 30 ? 10 : days < 365 ? 5 : 0);
}

bool is_next(std::string_view rel, const formats::Url& url) {
    if (contains_word(rel, "next") || contains_word(rel, "prev")) return true;
    std::string_view path = url.path;
    if (path.ends_with('/')) path.remove_suffix(1);
    auto slash = path.rfind('/');
    if (slash != path.npos && all_digits(path.substr(slash + 1)) &&
        (path.substr(0, slash).ends_with("/page") || path.substr(0, slash).ends_with("/seite")))
        return true;
    if (!url.query) return false;
    std::string_view query = *url.query;
    while (!query.empty()) {
        auto part = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), part.size() + 1));
        auto equals = part.find('=');
        if (equals == part.npos || !all_digits(part.substr(equals + 1))) continue;
        auto name = part.substr(0, equals);
        if (name == "page" || name == "paged" || name == "p" || name == "offset" || name == "start")
            return true;
    }
    return false;
}

std::vector<Discovery> sitemaps_of(const std::string& origin, const formats::Robots& robots) {
    std::vector<Discovery> found;
    auto own = formats::parse_url(origin);
    if (!own) return found;
    auto domain = registrable_domain(own->host.value_or(""));
    for (const auto& address : robots.sitemaps()) {
        auto url = formats::parse_url(address, &*own);
        if (!url || !url->is_web() || registrable_domain(url->host.value_or("")) != domain)
            continue;
        if (found.size() < sitemap_limit) found.push_back(listing_of(*url, Kind::sitemap, 0));
    }
    if (robots.sitemaps().empty())
        if (auto url = formats::parse_url("/sitemap.xml", &*own))
            found.push_back(listing_of(*url, Kind::sitemap, 0));
    return found;
}

std::vector<formats::Url> feeds_of(const formats::Document& document, const formats::Url& base) {
    std::vector<formats::Url> found;
    auto head = document.head();
    for (auto id = document.following(head, head); id != 0; id = document.following(id, head)) {
        if (!document.is_element(id) || document[id].text != "link") continue;
        auto rel = base::to_lower(document.attribute(id, "rel").value_or(""));
        auto type = base::to_lower(base::trim(document.attribute(id, "type").value_or("")));
        bool feed = type == "application/rss+xml" || type == "application/atom+xml" ||
                    type == "application/feed+json";
        auto href = document.attribute(id, "href");
        if (!feed || !href || !contains_word(rel, "alternate") || found.size() >= 20) continue;
        if (auto url = formats::parse_url(base::trim(*href), &base); url && url->is_web())
            found.push_back(std::move(*url));
    }
    return found;
}

std::optional<base::Time> parse_lastmod(std::string_view text) {
    auto time = base::parse_written_time(text);
    if (!time || *time < base::Time()) return std::nullopt;
    return std::chrono::floor<std::chrono::seconds>(*time);
}

std::optional<Listing> read_listing(
    const Target& target,
    const formats::Url& url,
    std::string_view bytes,
    std::string_view content_type,
    const Scope& scope,
    std::chrono::system_clock::time_point now
) {
    auto sitemap = formats::parse_sitemap(bytes, url, content_type);
    if (sitemap.type == formats::Sitemap::Type::none) return std::nullopt;
    Listing listing;
    listing.fault = std::move(sitemap.fault);
    auto& found = listing.found;
    auto domain = registrable_domain(url.host.value_or(""));
    for (const auto& address : sitemap.sitemaps) {
        auto child = formats::parse_url(address);
        if (!child || target.hops + 1 > index_depth ||
            registrable_domain(child->host.value_or("")) != domain)
            continue;
        found.push_back(listing_of(*child, Kind::sitemap, target.hops + 1));
        found.back().found_on = target.key;
    }
    formats::SessionNames sessions(url);
    for (const auto& entry : sitemap.urls)
        if (auto page = formats::parse_url(entry.loc)) sessions.add(*page);
    for (const auto& entry : sitemap.urls) {
        auto page = formats::parse_url(entry.loc);
        if (!page) continue;
        Discovery discovery;
        discovery.url = formats::canonical_url(*page, sessions.telling());
        auto refusal = scope.refusal(*page, discovery.url, 1);
        if (is_no_address(refusal)) continue;
        auto lastmod = parse_lastmod(entry.lastmod);
        std::optional<std::chrono::seconds> age;
        if (lastmod && *lastmod <= now) {
            age = std::chrono::duration_cast<std::chrono::seconds>(now - *lastmod);
            // A day without a time ends at its last second: a page may have changed on it since.
            auto until = entry.lastmod.find(':') == std::string::npos
                             ? *lastmod + std::chrono::hours(24)
                             : *lastmod;
            discovery.lastmod = schema::timestamp(std::min(until, now));
        }
        discovery.host = page->host_and_port();
        discovery.depth = 1;
        discovery.priority = priority::of_entry(entry.priority, age) +
                             (scope.prefers(discovery.url) ? priority::preferred : 0);
        discovery.reason = refusal;
        discovery.found_on = target.key;
        discovery.listed = !refusal;
        found.push_back(std::move(discovery));
    }
    return listing;
}

}  // namespace crawler
