#include "formats/text/charset.hpp"

#include "formats/text/characters.hpp"
#include "tests/fuzz/input.hpp"

// A Content-Type, then bytes. Whatever they are, the text is UTF-8.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    auto type = input.line();
    auto found = crawler::detect_charset(input.rest(), type);
    auto text = crawler::decode(input.rest(), found.encoding);
    must(text && crawler::is_utf8(*text));
    must(crawler::is_utf8(crawler::decode_page(input.rest(), type)));
    return 0;
}
