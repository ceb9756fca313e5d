// Sitemaps of all kinds: lists and lists of lists in XML, plain lines of addresses, and feeds.
//
// Which one it is is told by what the document is, since servers name and label them as they like.
// Limits are those of the protocol (sitemaps.org: 50,000 addresses, 50 MiB).
#include "formats/sitemap/sitemap.hpp"

#include <algorithm>

#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"
#include "formats/archive/coding.hpp"
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

// Both kinds, for some lists hold the other's.
void read_entries(const XmlElement& root, const Url& url, Sitemap& out) {
    each_within(root, "sitemap", [&](const XmlElement& entry) {
        if (out.sitemaps.size() == entry_limit || entry.child_text("loc").empty()) return;
        if (auto loc = absolute(entry.child_text("loc"), url))
            out.sitemaps.push_back(std::move(*loc));
    });
    each_within(root, "url", [&](const XmlElement& entry) {
        if (out.urls.size() == entry_limit || entry.child_text("loc").empty()) return;
        auto loc = absolute(entry.child_text("loc"), url);
        if (!loc) return;
        SitemapUrl found{std::move(*loc), entry.child_text("lastmod"), std::nullopt};
        found.priority = base::parse_number(entry.child_text("priority"));
        out.urls.push_back(std::move(found));
    });
}

void read_text(std::string_view text, Sitemap& out) {
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

Sitemap parse_sitemap(std::string_view bytes, const Url& url, std::string_view content_type) {
    Sitemap out;
    auto unpacked = gunzip(bytes, size_limit);
    const auto text = decode_xml(unpacked.bytes, content_type);
    if (text.find('<') >= std::min<std::size_t>(text.size(), 1024)) {
        // Half a line is half an address.
        const bool cut = !unpacked.fault.empty() && !text.ends_with('\n');
        read_text(std::string_view(text).substr(0, cut ? text.rfind('\n') + 1 : text.npos), out);
    } else if (bool whole = true; auto root = parse_xml(text, {}, &whole)) {
        if (!whole && unpacked.fault.empty()) unpacked.fault = "the document breaks off";
        const bool index = base::equal_ignoring_case(root->name, "sitemapindex");
        if (index || base::equal_ignoring_case(root->name, "urlset")) {
            out.type = index ? Sitemap::Type::index : Sitemap::Type::urls;
            read_entries(*root, url, out);
        } else if (auto feed = parse_feed(unpacked.bytes, url, content_type)) {
            out.type = Sitemap::Type::feed;
            for (const auto& entry : feed->entries)
                if (!entry.link.empty())
                    out.urls.push_back(
                        {entry.link,
                         entry.updated.empty() ? entry.published : entry.updated,
                         std::nullopt}
                    );
        }
    }
    if (out.type != Sitemap::Type::none) out.fault = std::move(unpacked.fault);
    return out;
}

}  // namespace formats
