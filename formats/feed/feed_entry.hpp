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
// neither itself nor an enclosure.
std::string atom_link(const XmlElement& element);

FeedEntry read_json_item(const boost::json::object& item);

// A member that is a text; a number as spelled; empty for all else.
std::string json_text(const boost::json::object& object, std::string_view key);

}  // namespace formats
