#include "formats/text/characters.hpp"

#include <algorithm>

#include <simdjson.h>

namespace crawler {

namespace {

// Length of the well-formed sequence at the start of `text`, or minus the length of its longest
// malformed prefix.
int sequence(std::string_view text) {
    auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    unsigned first = byte(0);
    if (first < 0x80) return 1;
    int needed = first >= 0xc2 && first <= 0xdf   ? 1
                 : first >= 0xe0 && first <= 0xef ? 2
                 : first >= 0xf0 && first <= 0xf4 ? 3
                                                  : 0;
    if (!needed) return -1;
    unsigned low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    for (int i = 1; i <= needed; ++i) {
        if (static_cast<std::size_t>(i) >= text.size()) return -i;
        auto next = byte(static_cast<std::size_t>(i));
        if (next < low || next > high) return -i;
        low = 0x80;
        high = 0xbf;
    }
    return needed + 1;
}

}  // namespace

bool is_utf8(std::string_view text) {
    return simdjson::validate_utf8(text.data(), text.size());
}

std::string valid_utf8(std::string_view text) {
    if (is_utf8(text)) return std::string(text);
    std::string out;
    out.reserve(text.size() + 16);
    while (!text.empty()) {
        int length = sequence(text);
        if (length > 0) {
            out.append(text.substr(0, static_cast<std::size_t>(length)));
        } else {
            out += "\xef\xbf\xbd";
        }
        text.remove_prefix(static_cast<std::size_t>(length > 0 ? length : -length));
    }
    return out;
}

void append_utf8(char32_t c, std::string& out) {
    auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
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
    return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    }));
}

bool contains_ignoring_case(std::string_view text, std::string_view part) {
    return std::search(text.begin(), text.end(), part.begin(), part.end(), [](char a, char b) {
               return lower(a) == lower(b);
           }) != text.end();
}

std::string collapse_spaces(std::string_view text) {
    std::string out(text.size(), '\0');
    std::size_t size = 0;
    bool gap = false;
    for (char c : text) {
        if (is_space(c)) {
            gap = size > 0;
            continue;
        }
        if (gap) out[size++] = ' ';
        gap = false;
        out[size++] = c;
    }
    out.resize(size);
    return out;
}

}  // namespace crawler
