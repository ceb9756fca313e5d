#include "base/numbers/parse.hpp"

#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "base/text/ascii.hpp"

namespace base {

std::optional<double> parse_number(std::string_view text) {
    auto value = trim(text);
    if (value.empty()) return std::nullopt;
    if (value.front() == '+') {
        value.remove_prefix(1);
        if (value.empty() || value.front() == '-') return std::nullopt;
    }
    auto begins = value.front() == '-' ? value.substr(1) : value;
    if (begins.empty() || !(is_digit(begins.front()) ||
                            (begins.front() == '.' && begins.size() > 1 && is_digit(begins[1])))) {
        return std::nullopt;  // from_chars would take inf and nan
    }
    double number = 0;
    auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (code == std::errc::result_out_of_range) return std::nullopt;
    if (end == value.data() + value.size()) return number;

    // Thousands apart by commas: 1 to 3 digits, then groups of three.
    if (value.find(',') == value.npos) return std::nullopt;
    std::string joined;
    std::size_t group = 0;
    bool first = true;
    auto whole = value.substr(0, value.find('.'));
    for (char c : whole) {
        if (c == ',') {
            if (first ? group < 1 || group > 3 : group != 3) return std::nullopt;
            first = false;
            group = 0;
        } else {
            if (is_digit(c)) ++group;
            joined.push_back(c);
        }
    }
    if (group != 3) return std::nullopt;
    joined.append(value.substr(whole.size()));
    if (joined.find(',') != joined.npos) return std::nullopt;
    auto result = std::from_chars(joined.data(), joined.data() + joined.size(), number);
    if (result.ec != std::errc() || result.ptr != joined.data() + joined.size())
        return std::nullopt;
    return number;
}

std::string number_text(double value) {
    if (std::abs(value) < 1e15 && value == std::trunc(value))
        return fmt::format("{}", static_cast<std::int64_t>(value));
    return fmt::format("{}", value);
}

}  // namespace base
