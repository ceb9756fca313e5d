#include "base/text/ascii.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace base {

bool contains_ignoring_case(std::string_view text, std::string_view part) {
    return std::search(text.begin(), text.end(), part.begin(), part.end(), [](char a, char b) {
               return lower(a) == lower(b);
           }) != text.end();
}

std::string collapse_spaces(std::string_view text) {
    std::string out(text.size(), '\0');
    std::size_t size = 0;
    bool gap = false;
    for (char c : text) {
        if (is_space(c)) {
            gap = size > 0;
            continue;
        }
        if (gap) out[size++] = ' ';
        gap = false;
        out[size++] = c;
    }
    out.resize(size);
    return out;
}

std::size_t ascii_prefix(std::string_view text) {
    constexpr std::uint64_t high_bits = 0x8080808080808080;
    std::size_t i = 0;
    for (; i + 32 <= text.size(); i += 32) {
        std::uint64_t words[4];
        std::memcpy(words, text.data() + i, sizeof words);
        if (((words[0] | words[1] | words[2] | words[3]) & high_bits) != 0) break;
    }
    while (i < text.size() && is_ascii(text[i])) ++i;
    return i;
}

}  // namespace base
