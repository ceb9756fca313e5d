#pragma once

#include <string>

#include "crawler/extract/content/content.hpp"
#include "formats/html/html.hpp"

namespace crawler {

// A page as readers take it.
struct Article {
    std::string title;  // without the site's name
    std::string byline;
    std::string published;  // as the page says it, mostly ISO 8601; only what is a date
    Content content;
};

// The content of the page, and its title, byline and date: what the page tells machines first, what
// it shows people second, what its address says last.
Article read_article(formats::Document& document, const formats::Facts& facts);

}  // namespace crawler
