#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
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
    std::vector<Enclosure> enclosures;  // those of Media RSS too
    // All else that it says, by the names that are usual ("itunes:duration", "dc:publisher",
    // "media:thumbnail", "media:thumbnail@width"), in the order of the feed; some may come twice.
    std::vector<std::pair<std::string, std::string>> more;
};

struct Feed {
    std::string version;  // "rss20", "rss10", "atom10", "json1"
    std::string title, link, description, language, updated;
    std::vector<FeedEntry> entries;
    std::string fault;  // why it could not be read to its end, for people; else empty
};

// RSS 0.9x to 2.0, RSS 1.0 (RDF), Atom 0.3 and 1.0, and JSON Feed; gzip is unpacked, and the
// encoding found by decode_xml(). Links are absolute (also by xml:base), and times are RFC 3339 in
// UTC where they could be read, else as written. Nothing if it is none of these.
std::optional<Feed>
parse_feed(std::string_view bytes, const Url& url, std::string_view content_type = {});

enum class FeedFamily { rss, atom, json };

// From the first bytes of a feed or of an entry alone; RSS if they say nothing.
FeedFamily feed_family(std::string_view head);

// One entry. Links are resolved against its xml:base and `base`, if there is one; absolute ones are
// as written. Times are RFC 3339 where they could be read. `item` is by parse_feed_xml().
FeedEntry read_entry(FeedFamily family, const XmlElement& item, const Url* base);
// One item of a JSON Feed; an empty entry if it is no JSON object.
FeedEntry read_json_entry(std::string_view item);

// What links within an element are relative to: its xml:base, or `outer`, which may be null.
std::optional<Url> base_within(const XmlElement& element, const Url* outer);

// As parse_xml(), with the content of titles, summaries and the like as markup where it is some.
std::optional<XmlElement> parse_feed_xml(std::string_view utf8, bool* whole = nullptr);

}  // namespace formats
