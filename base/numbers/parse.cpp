#include "base/numbers/parse.hpp"

#include <string>

namespace base {

namespace {

bool digit(char c) {
    return c >= '0' && c <= '9';
}

std::string_view trimmed(std::string_view text) {
    auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
    auto value = trimmed(text);
    if (value.empty()) return std::nullopt;
    if (value.front() == '+') {
        value.remove_prefix(1);
        if (value.empty() || value.front() == '-') return std::nullopt;
    }
    auto begins = value.front() == '-' ? value.substr(1) : value;
    if (begins.empty() || !(digit(begins.front()) ||
                            (begins.front() == '.' && begins.size() > 1 && digit(begins[1])))) {
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
            if (digit(c)) ++group;
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

}  // namespace base
