#include "base/bytes/percent.hpp"

#include <algorithm>

#include "base/bytes/hex.hpp"

namespace base {

namespace {

// The byte of the escape at `at`, or -1.
int escape_at(std::string_view text, std::size_t at) {
    if (text[at] != '%' || at + 2 >= text.size()) return -1;
    int high = hex_value(text[at + 1]), low = hex_value(text[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

std::optional<std::string> decoded(std::string_view text, bool strict) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        int byte = escape_at(text, i);
        if (byte >= 0) {
            out.push_back(static_cast<char>(byte));
            i += 2;
        } else if (text[i] == '%' && strict) {
            return std::nullopt;
        } else {
            out.push_back(text[i]);
        }
    }
    return out;
}

}  // namespace

void append_percent(char byte, std::string& out) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    auto value = static_cast<unsigned char>(byte);
    out += {'%', digits[value >> 4], digits[value & 15]};
}

void percent_encode(std::string_view text, const ByteSet& escaped, std::string& out) {
    std::size_t start = 0;  // of what is copied as it stands
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!escaped[static_cast<unsigned char>(text[at])]) continue;
        out.append(text.substr(start, at - start));
        append_percent(text[at], out);
        start = at + 1;
    }
    out.append(text.substr(start));
}

std::string percent_encoded(std::string_view text) {
    static constexpr auto escaped = all_bytes_but(unreserved);
    std::string out;
    percent_encode(text, escaped, out);
    return out;
}

std::string percent_decode(std::string_view text) {
    return *decoded(text, false);
}

std::optional<std::string> percent_decode_strictly(std::string_view text) {
    return decoded(text, true);
}

std::string form_encoded(std::string_view text) {
    static constexpr auto escaped =
        all_bytes_but("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-._ ");
    std::string out;
    percent_encode(text, escaped, out);
    std::replace(out.begin(), out.end(), ' ', '+');
    return out;
}

std::optional<std::string> form_decoded(std::string_view text) {
    std::string spaced(text);
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    return decoded(spaced, true);
}

}  // namespace base
