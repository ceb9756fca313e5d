#pragma once

#include <boost/json.hpp>

#include "formats/html/document.hpp"
#include "formats/url/url.hpp"

namespace crawler {

// What a page embeds for machines:
// {"jsonld": [..], "microdata": [{"type":[..],"properties":{name:[..]}}], "opengraph": {property:
// content | [..]}, "meta": {name: content}}. JSON-LD that is not JSON is left out; microdata by the
// HTML standard, section 5; URLs in microdata are absolute.
boost::json::object read_metadata(const Document& document, const Url& url);

// Only the JSON-LD: its objects, with @graph and top-level arrays opened.
boost::json::array read_jsonld(const Document& document);

}  // namespace crawler
