#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The encodings of the WHATWG Encoding standard (https://encoding.spec.whatwg.org/) by name and
// label, and UTF-32, which only files have.
namespace base {

// clang-format off
enum class Encoding : std::uint8_t {
    utf8, ibm866, iso8859_2, iso8859_3, iso8859_4, iso8859_5, iso8859_6, iso8859_7, iso8859_8,
    iso8859_8i, iso8859_10, iso8859_13, iso8859_14, iso8859_15, iso8859_16, koi8_r, koi8_u,
    macintosh, windows874, windows1250, windows1251, windows1252, windows1253, windows1254,
    windows1255, windows1256, windows1257, windows1258, x_mac_cyrillic, gbk, gb18030, big5, euc_jp,
    iso2022_jp, shift_jis, euc_kr, replacement, utf16be, utf16le, x_user_defined,
    utf32be, utf32le  // not of the standard
};
// clang-format on
constexpr std::size_t encoding_count = static_cast<std::size_t>(Encoding::utf32le) + 1;

// As the standard spells it: "UTF-8", "windows-1252", "Shift_JIS".
std::string_view name_of(Encoding encoding);
// The name in lower case, as it is written in settings and told to people: "utf-8".
std::string_view label_of(Encoding encoding);

// "Get an encoding" of the standard: what a label stands for, without regard to case and white
// space around it ("latin1" -> windows-1252), or nothing.
std::optional<Encoding> encoding_of_label(std::string_view label);

// The encoding that a person names: a label, also with its hyphens and underscores left out or
// exchanged ("utf_8", "cp-1251"), or UTF-32. Throws base::UsageError for any other.
Encoding parse_encoding(std::string_view name);

// Each byte is one character.
bool is_single_byte(Encoding encoding);
// Some characters take several bytes, in one of the encodings of East Asia.
bool is_multi_byte(Encoding encoding);

struct ByteOrderMark {
    Encoding encoding;
    std::size_t size;  // bytes
};
// "BOM sniff" of the standard: that of UTF-8, UTF-16BE or UTF-16LE.
std::optional<ByteOrderMark> byte_order_mark(std::string_view bytes);

}  // namespace base
