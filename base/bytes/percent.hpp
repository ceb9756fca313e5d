#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

// Percent-encoding (RFC 3986, section 2.1).
namespace base {

// Indexed by the byte: whether it is in the set.
using ByteSet = std::array<bool, 256>;

constexpr ByteSet all_bytes_but(std::string_view kept) {
    ByteSet set{};
    set.fill(true);
    for (char c : kept) set[static_cast<unsigned char>(c)] = false;
    return set;
}

// RFC 3986, section 2.3: what never needs an escape.
constexpr std::string_view unreserved =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

// %XX in upper case.
void append_percent(char byte, std::string& out);

// Appends `text` with the bytes of the set as %XX.
void percent_encode(std::string_view text, const ByteSet& escaped, std::string& out);
// All but the unreserved characters as %XX: one value in a path or query.
std::string percent_encoded(std::string_view text);

// A broken escape stays as it is written.
std::string percent_decode(std::string_view text);
// Nothing if an escape is broken.
std::optional<std::string> percent_decode_strictly(std::string_view text);

// application/x-www-form-urlencoded (WHATWG URL, section 5): a blank is '+'.
std::string form_encoded(std::string_view text);
// Nothing if an escape is broken.
std::optional<std::string> form_decoded(std::string_view text);

}  // namespace base
