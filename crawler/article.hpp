#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crawler/document.hpp"
#include "crawler/html.hpp"

namespace crawler {

// The readable part of a page.
struct Article {
    std::string title;  // without the site's name
    std::string byline;
    std::string published;  // as the page says it, mostly ISO 8601
    std::string text;       // UTF-8, a line per block
};

// Finds the main text. Elements that are never content (navigation, forms, hidden parts, share bars
// ..) are struck out; paragraphs give points for length and commas to their ancestors; points are
// weighted down by link density; the best ancestor with its worthy siblings is the article, and
// blocks inside it that are mostly links are struck out again. Follows the idea of Kohlschuetter et
// al., "Boilerplate Detection using Shallow Text Features" (WSDM 2010): text and link density. The
// text is empty if nothing on the page reads like prose.
Article read_article(const Document& document, const Facts& facts);

// The element that holds the article's text, or 0.
struct MainPart {
    std::vector<NodeId> nodes;  // in document order
    std::vector<bool> struck;   // per node of the document: not part of the text
};
MainPart find_main_part(const Document& document);

// Visible text of the nodes, leaving out what is struck; blocks on lines of their own.
std::string text_of(const Document& document, const MainPart& part);

}  // namespace crawler
