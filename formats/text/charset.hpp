#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/text/encoding.hpp"

namespace formats {

// How the encoding of a page was found.
enum class CharsetFrom { bom, header, meta, guess, fallback };
std::string_view name_of(CharsetFrom from);  // "bom", "header", "meta", "guess", "default"

struct Charset {
    base::Encoding encoding = base::Encoding::windows1252;
    CharsetFrom from = CharsetFrom::fallback;
};

// The encoding of an HTML page: byte order mark, charset of the Content-Type header, <meta> in the
// first 1,024 bytes, then a guess from the bytes (all UTF-8, or what uchardet thinks), windows-1252
// if even that fails.
Charset detect_charset(std::string_view bytes, std::string_view content_type);

// Only the <meta> prescan of the HTML standard.
std::optional<base::Encoding> prescan_meta(std::string_view bytes);

// The charset parameter of a Content-Type, or an empty text.
std::string_view charset_parameter(std::string_view content_type);

// A page as UTF-8 by the encoding detect_charset finds, but as UTF-8 when its bytes are that, in
// eight sequences or more, although header or <meta> say otherwise: no other encoding's text looks
// like UTF-8 for long, and labels are often wrong.
std::string decode_page(std::string_view bytes, std::string_view content_type);

}  // namespace formats
