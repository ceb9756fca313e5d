#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/url/url.hpp"

namespace formats {

struct SitemapUrl {
    std::string loc;      // absolute
    std::string lastmod;  // as written
    std::optional<double> priority;
};

// A sitemap by sitemaps.org: an XML list, an index of others, a text file with a URL a line, or a
// feed used as one. Gzip is unpacked, and the encoding found by decode_xml().
struct Sitemap {
    enum class Type { urls, index, text, feed, none };
    Type type = Type::none;
    std::vector<SitemapUrl>
        urls;  // at most 50,000; only those on the sitemap's own host are meant to be followed
    std::vector<std::string> sitemaps;
    std::string fault;  // why it could not be read to its end, for people; else empty
};
std::string_view name_of(Sitemap::Type type);  // "xml", "index", "text", "feed", "none"

// `url` is the sitemap's own address. Entries that are no http(s) URL are left out.
Sitemap parse_sitemap(std::string_view bytes, const Url& url, std::string_view content_type = {});

}  // namespace formats
