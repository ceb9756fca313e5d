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

}  // namespace crawler
