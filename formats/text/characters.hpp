#pragma once

#include <string>
#include <string_view>

// Character classes of ASCII and of UTF-8, as the web standards use them: independent of locale.
namespace crawler {

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_alnum(char c) {
    return is_digit(c) || is_alpha(c);
}
constexpr bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}
constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

constexpr int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

inline std::string to_lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = lower(c);
    return out;
}

constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

constexpr std::string_view trim(std::string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

// Whether `text` holds `part`, letters compared without case.
bool contains_ignoring_case(std::string_view text, std::string_view part);

// `text` with each maximal part that is not UTF-8 replaced by U+FFFD (WHATWG Encoding, "UTF-8
// decode without BOM").
std::string valid_utf8(std::string_view text);
bool is_utf8(std::string_view text);

void append_utf8(char32_t code_point, std::string& out);
std::size_t count_code_points(std::string_view utf8);

// Runs of white space become one space; none at either end.
std::string collapse_spaces(std::string_view text);

}  // namespace crawler
