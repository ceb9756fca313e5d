#include "crawler/extract/article/article_meta.hpp"
#include "crawler/extract/content/posts.hpp"

#include "formats/text/charset.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    auto document = formats::Document::parse(formats::decode_page(input.rest(), {}));
    auto facts = formats::read_facts(document, *formats::parse_url("http://a.example/"));
    auto article = crawler::read_article(document, facts);
    (void)crawler::posts_of(document, article.content);
    (void)crawler::markdown_of(document, article.content, {.base = &facts.base, .images = true});
    return 0;
}
