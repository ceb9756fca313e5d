#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "formats/html/document.hpp"
#include "formats/html/html.hpp"
#include "schema/records/record.hpp"

namespace crawler {

// What a page says, as it is kept with its record: the same whether it was fetched, archived or
// lies in a file.
struct PageText {
    schema::Text text;
    schema::Quality quality;
    boost::json::object about;  // page_type, page_type_confidence; byline, published, markdown and
                                // posts if it has them
};

// `scraped` is the text that rules took out of it; empty: its main content. May show what stands in
// <noscript>, as read_content() does.
PageText
read_page_text(formats::Document& document, const formats::Facts& facts, std::string scraped = {});

}  // namespace crawler
