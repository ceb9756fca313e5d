#include "crawler/extract/article/article.hpp"

#include "formats/text/charset.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    auto document = crawler::Document::parse(crawler::decode_page(input.rest(), {}));
    auto facts = crawler::read_facts(document, *crawler::parse_url("http://a.example/"));
    (void)crawler::read_article(document, facts);
    return 0;
}
