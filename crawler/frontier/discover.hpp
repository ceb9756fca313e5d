#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time/time.hpp"
#include "crawler/frontier/frontier.hpp"
#include "crawler/policy/scope.hpp"
#include "formats/html/document.hpp"
#include "formats/robots/robots.hpp"
#include "formats/url/url.hpp"

// How addresses are found beside the links of pages, and which come first.
namespace crawler {

enum class SitemapUse { automatic, only, off };

constexpr auto words_of(SitemapUse) {
    return std::to_array<base::Word<SitemapUse>>({
        {SitemapUse::automatic,
         "auto",
         "those of robots.txt, or /sitemap.xml; links are followed too"},
        {SitemapUse::only, "only", "links are not followed"},
        {SitemapUse::off, "off", "none are read"},
    });
}

struct DiscoveryRules {
    SitemapUse sitemaps = SitemapUse::automatic;
    bool feeds = true;  // <link rel=alternate> to RSS, Atom and JSON feeds
};

// Priorities: listings first, then what pages show, then seeds, then what the user prefers, then by
// the sitemap's own priority or by depth; the next page of a series before other links of its
// depth.
namespace priority {
inline constexpr int listing = 2000, media = 1500, seed = 1000, preferred = 500;
int of_link(int depth, bool is_next);
// `given` in [0, 1] as in the sitemap; `age` since its lastmod.
int of_entry(std::optional<double> given, std::optional<std::chrono::seconds> age);
}  // namespace priority

// Whether a link goes on with a series: rel=next or prev, or an address of the form ../page/2,
// ..?page=2.
bool is_next(std::string_view rel, const formats::Url& url);

// The sitemaps of an origin: those of its robots.txt on the same registrable domain, else
// /sitemap.xml. At most 1,000.
std::vector<Discovery> sitemaps_of(const std::string& origin, const formats::Robots& robots);

// The feeds that a page names.
std::vector<formats::Url> feeds_of(const formats::Document& document, const formats::Url& base);

// A date of a sitemap, by base::parse_written_time(), from 1970 on.
std::optional<base::Time> parse_lastmod(std::string_view text);

// What a sitemap, an index of sitemaps or a feed lists. `target` is its row; entries that the scope
// leaves out carry the reason. Nothing if the bytes are none of these.
struct Listing {
    std::vector<Discovery> found;
    std::string fault;  // why it could not be read to its end, for people; else empty
};
std::optional<Listing> read_listing(
    const Target& target,
    const formats::Url& url,
    std::string_view bytes,
    std::string_view content_type,
    const Scope& scope,
    std::chrono::system_clock::time_point now
);

}  // namespace crawler
