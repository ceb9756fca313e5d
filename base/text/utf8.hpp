#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// UTF-8 as the Unicode standard (15, 3.9, table 3-7) has it: no surrogates, nothing over U+10FFFF,
// no overlong forms.
namespace base {

constexpr char32_t replacement_character = 0xfffd;
constexpr std::string_view replacement_utf8 = "\xef\xbf\xbd";

bool is_utf8(std::string_view text);

// `text` with each maximal part that is not UTF-8 replaced by U+FFFD (WHATWG Encoding, "UTF-8
// decode without BOM").
std::string mend_utf8(std::string_view text);

// Surrogates and what lies over U+10FFFF are appended as U+FFFD.
void append_utf8(char32_t code_point, std::string& out);

// Whether a character starts with this byte of a UTF-8 text.
constexpr bool starts_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

std::size_t count_code_points(std::string_view utf8);

// The longest start of `utf8` of at most `bytes` bytes that does not end inside a character.
std::string_view cut_at_character(std::string_view utf8, std::size_t bytes);

// The first `count` characters.
std::string_view first_characters(std::string_view utf8, std::size_t count);

// Length of the well-formed sequence at the start of `text`, which is not empty, or minus the
// length of its longest malformed part.
int utf8_sequence(std::string_view text);

// How much of the end of `text` is the start of a sequence that its next bytes may complete: 0 to
// 3 bytes.
std::size_t unfinished_utf8(std::string_view text);

// The code point at text[at], and moves `at` behind it; U+FFFD for a malformed part, as in
// mend_utf8.
inline char32_t next_code_point(std::string_view text, std::size_t& at) {
    auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto first = byte(at);
    if (first < 0x80) {
        ++at;
        return first;
    }
    const int length = utf8_sequence(text.substr(at));
    if (length < 0) {
        at += static_cast<std::size_t>(-length);
        return replacement_character;
    }
    char32_t c = first & (0x7fU >> length);
    const auto end = at + static_cast<std::size_t>(length);
    for (++at; at < end; ++at) c = c << 6 | (byte(at) & 0x3fU);
    return c;
}

}  // namespace base
