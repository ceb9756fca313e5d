#include "formats/html/select.hpp"

#include "base/error.hpp"
#include "tests/fuzz/input.hpp"

// A selector, then a page.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    auto css = input.line();
    try {
        auto selector = crawler::Selector::parse(css);
        auto document = crawler::Document::parse(std::string(input.rest().substr(0, 4000)));
        for (auto id : selector.select(document)) must(selector.matches(document, id));
    } catch (const base::UsageError&) {
    }
    return 0;
}
