#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/text/encoding.hpp"

// The tables of the WHATWG Encoding standard that the decoder looks up. Each is made when it is
// first asked for, and then kept; safe to ask from several threads.
namespace base {

// One byte from 0x80 on, as UTF-8; U+FFFD where the encoding has no character.
struct HighByte {
    std::array<char, 4> utf8{};
    std::uint8_t size = 0;
};
using HighBytes = std::array<HighByte, 128>;
const HighBytes& high_bytes(Encoding single_byte);

// "Indexes" (section 5): by pointer, 0 for none.
enum class Index { gb18030, gb18030_ranges, big5, euc_kr, jis0208, jis0212 };
const std::vector<char32_t>& index_of(Index index);

}  // namespace base
