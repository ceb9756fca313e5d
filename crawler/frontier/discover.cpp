#include "crawler/frontier/discover.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "formats/feed/feed.hpp"
#include "formats/sitemap/sitemap.hpp"
#include "formats/text/characters.hpp"
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

// A fixed number of digits.
std::optional<int> digits(std::string_view& text, std::size_t count) {
    if (text.size() < count || !all_digits(text.substr(0, count))) return std::nullopt;
    int value = 0;
    std::from_chars(text.data(), text.data() + count, value);
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
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
        auto rel = formats::to_lower(document.attribute(id, "rel").value_or(""));
        auto type = formats::to_lower(formats::trim(document.attribute(id, "type").value_or("")));
        bool feed = type == "application/rss+xml" || type == "application/atom+xml" ||
                    type == "application/feed+json";
        auto href = document.attribute(id, "href");
        if (!feed || !href || !contains_word(rel, "alternate") || found.size() >= 20) continue;
        if (auto url = formats::parse_url(formats::trim(*href), &base); url && url->is_web())
            found.push_back(std::move(*url));
    }
    return found;
}

std::optional<std::chrono::system_clock::time_point> parse_w3c_time(std::string_view text) {
    using namespace std::chrono;
    text = formats::trim(text);
    int month_number = 1, day_number = 1, hour = 0, minute = 0, second = 0, offset = 0;
    auto year_number = digits(text, 4);
    if (!year_number) return std::nullopt;
    auto read = [&](int& value) {
        auto got = digits(text, 2);
        if (got) value = *got;
        return got.has_value();
    };
    if (take(text, '-') && !read(month_number)) return std::nullopt;
    if (take(text, '-') && !read(day_number)) return std::nullopt;
    if (take(text, 'T') || take(text, ' ')) {
        if (!read(hour) || !take(text, ':') || !read(minute)) return std::nullopt;
        if (take(text, ':')) {
            if (!read(second)) return std::nullopt;
            if (take(text, '.'))
                while (!text.empty() && text[0] >= '0' && text[0] <= '9') text.remove_prefix(1);
        }
        int sign = text.starts_with('-') ? -1 : 1;
        if (take(text, '+') || take(text, '-')) {
            int hours = 0, minutes = 0;
            if (!read(hours)) return std::nullopt;
            take(text, ':');
            if (!text.empty() && !read(minutes)) return std::nullopt;
            offset = sign * (hours * 60 + minutes);
        } else {
            take(text, 'Z');
        }
    }
    year_month_day date{
        year(*year_number),
        month(static_cast<unsigned>(month_number)),
        day(static_cast<unsigned>(day_number))};
    bool sound = text.empty() && date.ok() && *year_number >= 1970 && hour < 25 && minute < 60 &&
                 second < 61 && std::abs(offset) <= 14 * 60;
    if (!sound) return std::nullopt;
    return sys_days(date) + hours(hour) + minutes(minute) + seconds(second) - minutes(offset);
}

std::optional<std::vector<Discovery>> read_listing(
    const Target& target,
    const formats::Url& url,
    std::string_view bytes,
    const Scope& scope,
    std::chrono::system_clock::time_point now
) {
    auto sitemap = formats::parse_sitemap(bytes, url);
    if (sitemap.type == formats::Sitemap::Type::none) return std::nullopt;
    std::vector<Discovery> found;
    auto domain = registrable_domain(url.host.value_or(""));
    for (const auto& address : sitemap.sitemaps) {
        auto child = formats::parse_url(address);
        if (!child || target.hops + 1 > index_depth ||
            registrable_domain(child->host.value_or("")) != domain)
            continue;
        found.push_back(listing_of(*child, Kind::sitemap, target.hops + 1));
        found.back().found_on = target.key;
    }
    for (const auto& entry : sitemap.urls) {
        auto page = formats::parse_url(entry.loc);
        if (!page) continue;
        Discovery discovery;
        discovery.url = formats::canonical_url(*page);
        auto refusal = scope.refusal(*page, discovery.url, 1);
        if (is_no_address(refusal)) continue;
        auto lastmod = parse_w3c_time(entry.lastmod);
        std::optional<std::chrono::seconds> age;
        if (lastmod && *lastmod <= now) {
            age = std::chrono::duration_cast<std::chrono::seconds>(now - *lastmod);
            // A day without a time ends at its last second: a page may have changed on it since.
            auto until = entry.lastmod.find('T') == std::string::npos
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
    return found;
}

}  // namespace crawler
