#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

namespace base {

// The whole text as a number of type T, as std::from_chars reads it: no blanks, no '+', and what T
// cannot hold is nothing.
template <std::integral T>
std::optional<T> whole_number(std::string_view text, int base = 10) {
    T value{};
    const char* last = text.data() + text.size();
    auto [end, code] = std::from_chars(text.data(), last, value, base);
    if (code != std::errc() || end != last) return std::nullopt;
    return value;
}

// A decimal number as written in JSON, C or a table ("+1.5", "1e6", "1,234.5"), blanks around it
// aside; nothing else, no inf or nan.
std::optional<double> parse_number(std::string_view text);

// The shortest text that reads back as the same number; whole ones without a fraction.
std::string number_text(double value);

}  // namespace base
