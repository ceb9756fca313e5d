#include "base/bytes/base64.hpp"

#include <array>
#include <cstdint>

#include "base/text/ascii.hpp"

namespace base {

namespace {

constexpr std::string_view standard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_safe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view letters_of_32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

constexpr std::array<signed char, 256> values_of_64 = [] {
    std::array<signed char, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < 64; ++i) {
        values[static_cast<unsigned char>(standard[i])] = static_cast<signed char>(i);
        values[static_cast<unsigned char>(url_safe[i])] = static_cast<signed char>(i);
    }
    return values;
}();

// `width` bits a letter; the last ones filled up with zero bits.
std::string spelled(std::string_view bytes, std::string_view letters, unsigned width) {
    std::string text;
    text.reserve((bytes.size() * 8 + width - 1) / width + 3);
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (unsigned char byte : bytes) {
        held = held << 8U | byte;
        for (bits += 8; bits >= width; bits -= width)
            text.push_back(letters[held >> (bits - width) & (letters.size() - 1)]);
    }
    if (bits > 0) text.push_back(letters[held << (width - bits) & (letters.size() - 1)]);
    return text;
}

}  // namespace

std::string base64(std::string_view bytes) {
    auto text = spelled(bytes, standard, 6);
    while (text.size() % 4 != 0) text.push_back('=');
    return text;
}

std::string base64_url(std::string_view bytes) {
    return spelled(bytes, url_safe, 6);
}

std::string base32(std::string_view bytes) {
    return spelled(bytes, letters_of_32, 5);
}

std::optional<std::string> from_base64(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t held = 0;
    unsigned bits = 0;
    bool ended = false;
    for (char c : text) {
        if (is_space(c)) continue;
        if (c == '=') {
            ended = true;
            continue;
        }
        auto value = values_of_64[static_cast<unsigned char>(c)];
        if (value < 0 || ended) return std::nullopt;
        held = held << 6U | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<char>(held >> bits & 0xffU));
    }
    if (bits == 6) return std::nullopt;
    return bytes;
}

}  // namespace base
