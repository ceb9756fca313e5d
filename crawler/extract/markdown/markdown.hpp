#pragma once

#include <string>

#include "crawler/extract/article/article.hpp"
#include "formats/html/document.hpp"
#include "formats/url/url.hpp"

namespace crawler {

struct MarkdownOptions {
    const formats::Url* base =
        nullptr;  // what links are relative to; without it they stay as written
    bool links = true;
    bool images = false;
};

// The part as Markdown (CommonMark 0.31 with GitHub's tables and strikethrough): headings, nested
// lists, quotes, tables, code with the language that its class names, emphasis, links; definition
// lists as "term" and ": meaning" lines. Formulas stand as TeX between $ or $$: what the page gives
// as TeX (annotations, scripts of type math/tex, alternative texts of formula images), else
// MathML rewritten. What would be read as a mark of Markdown is escaped. Tables that only lay out
// the page are read cell by cell. Never fails; white space at the ends is trimmed.
std::string markdown_of(
    const formats::Document& document,
    const MainPart& part,
    const MarkdownOptions& options = {}
);

}  // namespace crawler
