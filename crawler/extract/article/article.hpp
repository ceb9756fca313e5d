#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/html/document.hpp"

namespace crawler {

// What of a page is its text.
struct MainPart {
    std::vector<formats::NodeId> nodes;  // in document order
    formats::NodeMarks struck;           // not part of the text
};

// Finds the main text of an article: headings within, lists, tables, quotes and code belong to it;
// the headline, byline and dates, captions, share bars, related pages, newsletters and comments do
// not. A lead between headline and text does.
//
// Elements that are never content (navigation, forms, hidden parts, asides, names such as
// "related") are struck out, but never what holds most of the page's running text. Blocks of text
// give points for length and commas to their ancestors, weighted down by link density. The element
// whose name says that it holds the article is taken if it holds about as much running text as the
// best one by points, else that one with its worthy siblings. Inside, link lists, teasers, notes
// about the page and what follows a heading such as "Related" near the end go. A page without
// running text gives all its visible text.
//
// Text and link density: Kohlschuetter et al., "Boilerplate Detection using Shallow Text Features"
// (WSDM 2010). Running text for and links against an element: Pasternack and Roth, "Extracting
// Article Text from the Web with Maximum Subsequence Segmentation" (WWW 2009). Points that climb to
// the ancestors and judging elements by words in their names are ideas of Arc90's Readability,
// known from Mozilla's; names of article bodies are trafilatura's idea.
MainPart find_main_part(const formats::Document& document);

// Shows what stands in <noscript> if it is most of the page's text: scripts bring the rest, and
// would bring the same.
void show_unscripted(formats::Document& document);

// Visible text of the nodes, leaving out what is struck; blocks on lines of their own.
std::string text_of(const formats::Document& document, const MainPart& part);

}  // namespace crawler
