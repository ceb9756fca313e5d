#pragma once

#include <string>
#include <string_view>

// Character classes and case of ASCII, as the web standards use them: independent of locale. All
// other bytes belong to no class and have no case, so UTF-8 may be passed.
namespace base {

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_alnum(char c) {
    return is_digit(c) || is_alpha(c);
}
// "ASCII whitespace" of the Infra standard.
constexpr bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}
constexpr bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < 0x80;
}
constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
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

// Runs of white space become one space; none at either end.
std::string collapse_spaces(std::string_view text);

// How many bytes at the start are ASCII.
std::size_t ascii_prefix(std::string_view text);

}  // namespace base
