#include <array>

#include "formats/archive/coding.hpp"
#include "tests/fuzz/input.hpp"

// A compressed body: within the limit whatever it holds, and the same however it is cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    constexpr std::array codings{
        "gzip", "deflate", "br", "zstd", "gzip, br", "zstd, gzip", "identity"};
    constexpr std::size_t limit = 1U << 18U;
    const char* coding = codings[data[0] % codings.size()];
    std::size_t step = data[1] + 1U;
    std::string_view body(reinterpret_cast<const char*>(data + 2), size - 2);
    using Outcome = crawler::Decoder::Outcome;
    auto whole = crawler::Decoder::make(coding), pieces = crawler::Decoder::make(coding);
    std::string first, second;
    auto outcome = whole->feed(body, first, limit);
    auto other = Outcome::good;
    for (std::size_t at = 0; at < body.size() && other == Outcome::good; at += step)
        other = pieces->feed(body.substr(at, step), second, limit);
    must(first.size() <= limit && second.size() <= limit);
    must((outcome == Outcome::good) == (other == Outcome::good));
    if (outcome == Outcome::good) must(first == second && whole->is_whole() == pieces->is_whole());
    return 0;
}
