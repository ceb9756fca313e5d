#include "base/text/utf8.hpp"

#include <algorithm>

#include <simdjson.h>

namespace base {

int utf8_sequence(std::string_view text) {
    auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    const int needed = first >= 0xc2 && first <= 0xdf   ? 1
                       : first >= 0xe0 && first <= 0xef ? 2
                       : first >= 0xf0 && first <= 0xf4 ? 3
                                                        : 0;
    if (!needed) return -1;
    unsigned low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    for (int i = 1; i <= needed; ++i) {
        if (static_cast<std::size_t>(i) >= text.size()) return -i;
        const auto next = byte(static_cast<std::size_t>(i));
        if (next < low || next > high) return -i;
        low = 0x80;
        high = 0xbf;
    }
    return needed + 1;
}

bool is_utf8(std::string_view text) {
    return simdjson::validate_utf8(text.data(), text.size());
}

std::string mend_utf8(std::string_view text) {
    if (is_utf8(text)) return std::string(text);
    std::string out;
    out.reserve(text.size() + 16);
    while (!text.empty()) {
        const int length = utf8_sequence(text);
        if (length > 0) {
            out.append(text.substr(0, static_cast<std::size_t>(length)));
        } else {
            out += replacement_utf8;
        }
        text.remove_prefix(static_cast<std::size_t>(length > 0 ? length : -length));
    }
    return out;
}

void append_utf8(char32_t c, std::string& out) {
    auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
    if ((c >= 0xd800 && c < 0xe000) || c > 0x10ffff) c = replacement_character;
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xc0 | (c >> 6));
        put(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        put(0xe0 | (c >> 12));
        put(0x80 | ((c >> 6) & 0x3f));
        put(0x80 | (c & 0x3f));
    } else {
        put(0xf0 | (c >> 18));
        put(0x80 | ((c >> 12) & 0x3f));
        put(0x80 | ((c >> 6) & 0x3f));
        put(0x80 | (c & 0x3f));
    }
}

std::size_t count_code_points(std::string_view utf8) {
    return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), starts_character));
}

std::string_view cut_at_character(std::string_view utf8, std::size_t bytes) {
    if (utf8.size() <= bytes) return utf8;
    while (bytes > 0 && !starts_character(utf8[bytes])) --bytes;
    return utf8.substr(0, bytes);
}

std::string_view first_characters(std::string_view utf8, std::size_t count) {
    std::size_t at = 0;
    for (; at < utf8.size(); ++at)
        if (starts_character(utf8[at]) && count-- == 0) break;
    return utf8.substr(0, at);
}

std::size_t unfinished_utf8(std::string_view text) {
    for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
        const auto tail = text.substr(text.size() - back);
        if (!starts_character(tail[0])) continue;
        const auto first = static_cast<unsigned char>(tail[0]);
        const std::size_t whole = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
        const bool open =
            first <= 0xf4 && whole > back && utf8_sequence(tail) == -static_cast<int>(back);
        return open ? back : 0;
    }
    return 0;
}

}  // namespace base
