#pragma once

#include <string>

#include "base/words.hpp"
#include "crawler/extract/article/article.hpp"
#include "crawler/extract/markdown/markdown.hpp"
#include "formats/html/html.hpp"

namespace crawler {

// What a page is for, as far as it bears on where its content is. The kinds are those of WCXB
// (Foley, "WCXB: A Multi-Type Web Content Extraction Benchmark", arXiv 2605.21097).
enum class PageKind { article, forum, product, collection, listing, documentation, service };

constexpr auto words_of(PageKind) {
    return std::to_array<base::Word<PageKind>>({
        {PageKind::article, "article", "one text: news, a blog post, a review, a recipe"},
        {PageKind::forum, "forum", "a thread of posts, a question with its answers"},
        {PageKind::product, "product", "one thing that is sold"},
        {PageKind::collection, "collection", "a category or grid of things that are sold"},
        {PageKind::listing, "listing", "an index of other pages"},
        {PageKind::documentation, "documentation", "a manual, reference or tutorial"},
        {PageKind::service, "service", "what an organisation offers"},
    });
}

// The main content of a page of any kind.
struct Content {
    PageKind kind = PageKind::article;
    double confidence = 0;  // how likely the page is of that kind, 0 to 1
    MainPart part = {};     // what of the page; no nodes if only machines are told
    std::string told = {};  // HTML that the page does not show; stands before what it shows
    std::string text = {};  // UTF-8, a line per block
};

// Cuts the page into blocks and takes those that fitted trees find to be content, given what the
// page is for, the block's text, names, place and repetition, and whether read_main_part took it.
// What the page tells machines alone is content too: an articleBody, posts and a product's
// description and properties of which it shows less than half; and if there is nothing else, its
// description. Shows <noscript> where scripts bring the rest (show_unscripted). Never empty where
// the page has text for readers.
Content read_content(formats::Document& document, const formats::Facts& facts);

std::string markdown_of(
    const formats::Document& document,
    const Content& content,
    const MarkdownOptions& options = {}
);

}  // namespace crawler
