// Sitemaps of all kinds: lists and lists of lists in XML, plain lines of addresses, and feeds.
//
// Which one it is is told by what the document is, since servers name and label them as they like.
// Limits are those of the protocol (sitemaps.org: 50,000 addresses, 50 MiB).
#include "formats/sitemap/sitemap.hpp"

#include <charconv>

#include "base/text/ascii.hpp"
#include "formats/feed/feed.hpp"
#include "formats/xml/xml.hpp"

namespace formats {

namespace {

constexpr std::size_t entry_limit = 50'000;
constexpr std::size_t size_limit = 50U << 20U;

std::optional<std::string> absolute(std::string_view text, const Url& base) {
    auto url = parse_url(text, &base);
    if (!url || !url->is_web()) return std::nullopt;
    return url->href(false);
}

void read_urlset(const XmlElement& root, const Url& base, Sitemap& out) {
    for (const auto& entry : root.children) {
        if (entry.name != "url" || out.urls.size() == entry_limit) continue;
        auto loc = absolute(entry.child_text("loc"), base);
        if (!loc || entry.child_text("loc").empty()) continue;
        SitemapUrl found{std::move(*loc), entry.child_text("lastmod"), std::nullopt};
        auto priority = entry.child_text("priority");
        double value = 0;
        auto [end, error] =
            std::from_chars(priority.data(), priority.data() + priority.size(), value);
        if (error == std::errc() && end == priority.data() + priority.size())
            found.priority = value;
        out.urls.push_back(std::move(found));
    }
}

void read_text(std::string_view text, Sitemap& out) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    while (!text.empty() && out.urls.size() < entry_limit) {
        auto line = text.substr(0, text.find_first_of("\r\n"));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        auto url = parse_url(base::trim(line));
        if (url && url->is_web()) out.urls.push_back({url->href(false), {}, std::nullopt});
    }
    if (!out.urls.empty()) out.type = Sitemap::Type::text;
}

}  // namespace

std::string_view name_of(Sitemap::Type type) {
    switch (type) {
        case Sitemap::Type::urls:
            return "xml";
        case Sitemap::Type::index:
            return "index";
        case Sitemap::Type::text:
            return "text";
        case Sitemap::Type::feed:
            return "feed";
        case Sitemap::Type::none:
            return "none";
    }
    return "none";
}

Sitemap parse_sitemap(std::string_view bytes, const Url& url) {
    Sitemap out;
    auto plain = gunzip(bytes, size_limit);
    if (!plain || plain->size() > size_limit) return out;
    auto start = base::trim(std::string_view(*plain).substr(0, 1024));
    if (start.find('<') == start.npos) {
        read_text(*plain, out);
        return out;
    }
    auto root = parse_xml(*plain);
    if (!root) return out;
    if (root->name == "urlset") {
        out.type = Sitemap::Type::urls;
        read_urlset(*root, url, out);
    } else if (root->name == "sitemapindex") {
        out.type = Sitemap::Type::index;
        for (const auto& entry : root->children) {
            if (entry.name != "sitemap" || out.sitemaps.size() == entry_limit ||
                entry.child_text("loc").empty())
                continue;
            if (auto loc = absolute(entry.child_text("loc"), url))
                out.sitemaps.push_back(std::move(*loc));
        }
    } else if (auto feed = parse_feed(*plain, url)) {
        out.type = Sitemap::Type::feed;
        for (const auto& entry : feed->entries)
            if (!entry.link.empty())
                out.urls.push_back(
                    {entry.link,
                     entry.updated.empty() ? entry.published : entry.updated,
                     std::nullopt}
                );
    }
    return out;
}

}  // namespace formats
