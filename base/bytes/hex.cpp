// Digits are read by a table and judged together: of bytes by chance a branch for each digit is
// guessed wrong every third time, and a picture has thousands.
#include "base/bytes/hex.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace base {

namespace {

constexpr std::uint8_t none = 0xf0;  // beyond what a digit says
constexpr auto values = [] {
    std::array<std::uint8_t, 256> all{};
    for (std::size_t c = 0; c < all.size(); ++c) {
        const int value = hex_value(static_cast<char>(c));
        all[c] = value < 0 ? none : static_cast<std::uint8_t>(value);
    }
    return all;
}();

}  // namespace

void append_hex(std::string_view bytes, std::string& out) {
    constexpr std::string_view digits = "0123456789abcdef";
    out.reserve(out.size() + 2 * bytes.size());
    for (unsigned char byte : bytes) {
        out.push_back(digits[byte >> 4]);
        out.push_back(digits[byte & 15]);
    }
}

std::string hex(std::string_view bytes) {
    std::string out;
    append_hex(bytes, out);
    return out;
}

std::optional<std::string> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string bytes(text.size() / 2, '\0');
    std::uint8_t seen = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto high = values[static_cast<unsigned char>(text[2 * i])];
        const auto low = values[static_cast<unsigned char>(text[2 * i + 1])];
        seen = static_cast<std::uint8_t>(seen | high | low);
        bytes[i] = static_cast<char>(high << 4 | low);
    }
    if ((seen & none) != 0) return std::nullopt;
    return bytes;
}

}  // namespace base
