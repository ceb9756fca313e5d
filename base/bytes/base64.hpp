#pragma once

#include <optional>
#include <string>
#include <string_view>

// Bytes as text in the alphabets of RFC 4648.
namespace base {

// Section 4, padded with '='.
std::string base64(std::string_view bytes);
// Section 5 ('-' and '_'), without padding.
std::string base64_url(std::string_view bytes);

// Either alphabet, padded or not, blanks and line ends anywhere. Nothing if another character
// stands in it, something follows the padding, or one character is left over.
std::optional<std::string> from_base64(std::string_view text);

// Section 6, without padding.
std::string base32(std::string_view bytes);

}  // namespace base
