#include "formats/html/document.hpp"
#include "formats/html/form.hpp"
#include "formats/url/url.hpp"
#include "tests/fuzz/input.hpp"

// A page with a form: what would be sent is made of printable characters only.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto page = *crawler::parse_url("https://example.org/in?x");
    auto document =
        crawler::Document::parse(std::string(reinterpret_cast<const char*>(data), size));
    for (std::string selector : {"", "form"}) {
        auto form = crawler::find_form(document, page, selector);
        if (!form) continue;
        must(crawler::parse_url(form->action).has_value());
        for (char c : form->encoded()) must(c > ' ' && c < '\x7f');
    }
    return 0;
}
