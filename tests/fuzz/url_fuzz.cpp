#include "formats/url/url.hpp"

#include "formats/url/canonical.hpp"
#include "tests/fuzz/input.hpp"

// A base, then the address. What was parsed parses again to the same, and so does its canonical
// form.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    auto base = formats::parse_url(input.line());
    auto url = formats::parse_url(input.rest(), base ? &*base : nullptr);
    if (!url) return 0;
    auto href = url->href();
    auto again = formats::parse_url(href);
    must(again && again->href() == href);
    if (!formats::is_special_scheme(url->scheme)) return 0;
    auto canonical = formats::canonical_url(*url);
    auto parsed = formats::parse_url(canonical);
    must(parsed.has_value());
    must(formats::canonical_url(*parsed) == canonical);
    return 0;
}
