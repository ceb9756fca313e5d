#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/url/url.hpp"

namespace crawler {

struct FeedEntry {
    std::string id, title, link, author, summary, content;
    std::string published,
        updated;  // ISO 8601 in UTC where the date could be read, else as written
    std::vector<std::string> categories;
    std::vector<std::string> enclosures;
};

struct Feed {
    std::string version;  // "rss20", "rss10", "atom10", "json1"
    std::string title, link, description, language, updated;
    std::vector<FeedEntry> entries;
};

// RSS 0.9x to 2.0, RSS 1.0 (RDF), Atom 1.0 and JSON Feed; gzip is unpacked. Links are absolute.
// Nothing if it is none of these.
std::optional<Feed> parse_feed(std::string_view bytes, const Url& url);

}  // namespace crawler
