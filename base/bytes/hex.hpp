#pragma once

#include <optional>
#include <string>
#include <string_view>

// Bytes as hexadecimal digits (RFC 4648, section 8), two a byte.
namespace base {

// The value of one digit in either case; -1 for any other character.
constexpr int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// In lower case.
std::string hex(std::string_view bytes);
void append_hex(std::string_view bytes, std::string& out);

// Either case. Nothing if a character is no digit or one digit is left over.
std::optional<std::string> from_hex(std::string_view text);

}  // namespace base
