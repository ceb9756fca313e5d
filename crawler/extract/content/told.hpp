#pragma once

#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "formats/html/html.hpp"

namespace crawler {

// What JSON-LD (as read_jsonld gives it) says of the page's content itself, as HTML; empty where it
// says nothing.
struct ToldContent {
    std::string article;  // the longest articleBody
    std::string posts;    // of a discussion or question, with authors and times
    std::string product;  // description and properties of a single product
};
ToldContent read_told(const boost::json::array& jsonld);

// What a page says of itself in a sentence, or empty.
std::string told_description(const formats::Facts& facts);

// The share of the words of `text` that `shown` has.
double share_shown(std::string_view text, std::string_view shown);

}  // namespace crawler
