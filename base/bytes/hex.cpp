#include "base/bytes/hex.hpp"

namespace base {

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
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes[i] = static_cast<char>(high * 16 + low);
    }
    return bytes;
}

}  // namespace base
