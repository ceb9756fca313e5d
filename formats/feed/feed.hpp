#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/url/url.hpp"
#include "formats/xml/xml.hpp"

namespace formats {

struct Enclosure {
    std::string url, type, length;  // the last two as the feed says, or empty
};

struct FeedEntry {
    std::string id, title, link, author, summary, content;
    std::string published, updated;
    std::vector<std::string> categories;
    std::vector<Enclosure> enclosures;
};

struct Feed {
    std::string version;  // "rss20", "rss10", "atom10", "json1"
    std::string title, link, description, language, updated;
    std::vector<FeedEntry> entries;
};

// RSS 0.9x to 2.0, RSS 1.0 (RDF), Atom 0.3 and 1.0, and JSON Feed; gzip is unpacked. Links are
// absolute, and times are RFC 3339 in UTC where they could be read, else as written. Nothing if it
// is none of these.
std::optional<Feed> parse_feed(std::string_view bytes, const Url& url);

enum class FeedFamily { rss, atom, json };

// From the first bytes of a feed or of an entry alone; RSS if they say nothing.
FeedFamily feed_family(std::string_view head);

// One entry, links and times as written. `item` is by parse_feed_xml().
FeedEntry read_entry(FeedFamily family, const XmlElement& item);
// One item of a JSON Feed; an empty entry if it is no JSON object.
FeedEntry read_json_entry(std::string_view item);

// As parse_xml(), with the content of titles, summaries and the like as markup where it is some.
std::optional<XmlElement> parse_feed_xml(std::string_view bytes);

}  // namespace formats
