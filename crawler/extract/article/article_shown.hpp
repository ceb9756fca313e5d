#pragma once

#include <string>
#include <string_view>

#include "crawler/extract/article/article.hpp"
#include "formats/html/document.hpp"

namespace crawler {

// What a page shows readers about its article.
struct Shown {
    std::string headline;  // the h1 most like the given title; empty if there is none
    std::string byline;    // a name, without "by" and dates
    std::string date;      // ISO 8601, or as a <time> says it
};
// `part` is the article's text: dates that stand beside it, in margins, footers and lists of other
// pages, are not those of the article.
Shown shown_on_page(
    const formats::Document& document,
    const MainPart& part,
    std::string_view title
);

// Whether a class or id names who wrote the page, and not their picture or those of comments.
bool names_author(std::string_view class_or_id);

// A line about who wrote something, cut down to the name: "By Ann Other | May 3" -> "Ann Other".
// Empty if no name seems to be left.
std::string name_in_byline(std::string_view text);

}  // namespace crawler
