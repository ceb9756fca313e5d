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

// The encoding of an HTML page: byte order mark, charset of the Content-Type header, <meta>, then a
// guess from the bytes (all UTF-8, or what uchardet thinks), windows-1252 if even that fails.
Charset detect_charset(std::string_view bytes, std::string_view content_type);

// Only what the page says itself: by the prescan of the HTML standard in the first 1,024 bytes, by
// an XML declaration, or by a <meta> further on, as a browser changes its mind at it.
std::optional<base::Encoding> prescan_meta(std::string_view bytes);

// What <?xml encoding="x"?> at the very start says; UTF-8 for UTF-16, which it can not be.
std::optional<base::Encoding> declared_by_xml(std::string_view bytes);

// Whether bytes that are said to be of another encoding are UTF-8: well-formed, and in more
// sequences than a text of that encoding has by chance.
bool is_rather_utf8(std::string_view bytes, base::Encoding said);

// The encoding that detect_charset finds, but UTF-8 when the bytes are that, in eight sequences or
// more, although header or <meta> say otherwise: no other encoding's text looks like UTF-8 for
// long, and labels are often wrong.
base::Encoding encoding_of_page(std::string_view bytes, std::string_view content_type);

// A page as UTF-8, by encoding_of_page().
std::string decode_page(std::string_view bytes, std::string_view content_type);

}  // namespace formats
