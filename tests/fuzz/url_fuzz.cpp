#include "formats/url/url.hpp"

#include "formats/url/canonical.hpp"
#include "tests/fuzz/input.hpp"

// A base, then the address. What was parsed parses again to the same, and so does its canonical
// form.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    auto base = crawler::parse_url(input.line());
    auto url = crawler::parse_url(input.rest(), base ? &*base : nullptr);
    if (!url) return 0;
    auto href = url->href();
    auto again = crawler::parse_url(href);
    must(again && again->href() == href);
    if (!crawler::is_special_scheme(url->scheme)) return 0;
    auto canonical = crawler::canonical_url(*url);
    auto parsed = crawler::parse_url(canonical);
    must(parsed.has_value());
    must(crawler::canonical_url(*parsed) == canonical);
    return 0;
}
