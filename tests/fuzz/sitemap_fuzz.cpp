#include "formats/sitemap/sitemap.hpp"

#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    (void)crawler::parse_sitemap(input.rest(), *crawler::parse_url("http://a.example/sitemap.xml"));
    return 0;
}
