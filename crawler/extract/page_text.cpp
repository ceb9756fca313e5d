#include "crawler/extract/page_text.hpp"

#include <cmath>

#include "base/json/described.hpp"
#include "crawler/extract/article/article_meta.hpp"
#include "crawler/extract/content/posts.hpp"
#include "crawler/extract/page_quality.hpp"

namespace crawler {

PageText
read_page_text(formats::Document& document, const formats::Facts& facts, std::string scraped) {
    PageText page;
    auto& [text, quality, about] = page;
    auto article = read_article(document, facts);
    auto& content = article.content;
    about["page_type"] = base::name_of(content.kind);
    about["page_type_confidence"] = std::round(content.confidence * 1000) / 1000;
    if (!article.byline.empty()) about["byline"] = article.byline;
    if (!article.published.empty()) about["published"] = article.published;
    if (scraped.empty()) {
        const auto* base = facts.base.is_web() ? &facts.base : nullptr;
        about["markdown"] = markdown_of(document, content, {.base = base});
        if (auto posts = posts_of(document, content); !posts.empty())
            about["posts"] = base::to_json(posts);
        scraped = std::move(content.text);
    }
    text.body = std::move(scraped);
    text.title = facts.title;
    // Where the page names its language, a short beginning is enough to judge by.
    auto guess = formats::judge_language(text.body, facts.language.empty() ? 4096 : 768);
    text.language = !facts.language.empty() ? facts.language : guess.reliable ? guess.language : "";
    quality = measure_page(document, text, guess);
    return page;
}

}  // namespace crawler
