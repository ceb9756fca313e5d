#pragma once

#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include "formats/feed/feed.hpp"

// What the readers of a feed and of its entries share; for formats/feed alone.
namespace formats {

// The trimmed content of the first child of that name, as markup if it is some. Modules have
// namespaces of their own: <media:title> is no title of the entry.
std::string own_text(const XmlElement& element, std::string_view name);

// The address that an Atom feed or entry stands for: rel="alternate", or else the first that is
// neither itself nor an enclosure. `base` may be null.
std::string atom_link(const XmlElement& element, const Url* base);

// "Tue, 10 Jun 2003 04:00:00 +0200" -> "2003-06-10T02:00:00Z"; what is no such time stays.
std::string feed_time(const std::string& text);

// Adds what read_entry() has no word of its own for.
void add_more(const XmlElement& item, const Url* base, FeedEntry& entry);

FeedEntry read_json_item(const boost::json::object& item);

// A member that is a text; a number as spelled; empty for all else.
std::string json_text(const boost::json::object& object, std::string_view key);

}  // namespace formats
