#pragma once

#include <string_view>

namespace crawler {

// Names that authors of pages give to the element with the article's text ("entry-content",
// "article-body", "story__text" ..), as whole words of a class or id in lower case.
bool is_body_name(std::string_view class_or_id);

// Names of a line about the article: who wrote it, when, where it is filed.
bool is_byline_name(std::string_view class_or_id);

// Whether a heading's text begins what is no longer the article: related pages, comments, a
// newsletter. `text` with spaces collapsed.
bool ends_article(std::string_view text);

// Whole text of a block, in lower case with spaces collapsed, that is a mark and no content:
// "Advertisement".
bool is_label(std::string_view text);

// A block that tells whose picture it is: "Photo: A. Name / Agency".
bool is_credit(std::string_view text);

// A block that says what the page earns by its links, or asks for an address: not what the article
// says.
bool is_disclosure(std::string_view text);

// A line before the text that says who wrote it or when. `text` in lower case.
bool opens_article(std::string_view text);

// A block behind the text that speaks of it, of its owner or to its readers, as no text ends:
// "Copyright ..", "Filed under ..", "Follow us ..". `text` in lower case.
bool closes_article(std::string_view text);

// A block that says what the author does: "Ann Other is a writer based in ..".
bool tells_of_author(std::string_view text);

// A block that sends readers to another article: "Read also: ..".
bool points_elsewhere(std::string_view text);

}  // namespace crawler
