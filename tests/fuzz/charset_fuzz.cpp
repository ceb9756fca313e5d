#include "formats/text/charset.hpp"

#include "base/text/decoder.hpp"
#include "base/text/utf8.hpp"
#include "tests/fuzz/input.hpp"

// A Content-Type, then bytes. Whatever they are, the text is UTF-8.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    auto type = input.line();
    auto found = formats::detect_charset(input.rest(), type);
    must(base::is_utf8(base::decode(input.rest(), found.encoding)));
    must(base::is_utf8(formats::decode_page(input.rest(), type)));
    return 0;
}
