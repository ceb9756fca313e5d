#pragma once

#include <string>
#include <string_view>

#include "formats/html/document.hpp"

namespace crawler {

// What a page shows readers about its article.
struct Shown {
    std::string headline;  // the h1 most like the given title; empty if there is none
    std::string byline;    // a name, without "by" and dates
    std::string date;      // ISO 8601, or as a <time> says it
};
Shown shown_on_page(const Document& document, std::string_view title);

// The first date in a text, as "2025-12-17"; empty if there is none. Reads "December 17, 2025",
// "17. Dezember 2025", "17 déc. 2025", "2025-12-17", "17.12.2025" and the like in ten languages;
// "03/04/2025" only if one of the numbers can be no month.
std::string find_date(std::string_view text);

// A line about who wrote something, cut down to the name: "By Ann Other | May 3" -> "Ann Other".
// Empty if no name seems to be left.
std::string name_in_byline(std::string_view text);

}  // namespace crawler
