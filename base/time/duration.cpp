#include "base/time/duration.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace base {

using std::chrono::microseconds;

namespace {

struct Unit {
    std::string_view name;
    std::int64_t micros;
};
constexpr std::array units{
    Unit{"w", 604'800'000'000},
    Unit{"d", 86'400'000'000},
    Unit{"h", 3'600'000'000},
    Unit{"m", 60'000'000},
    Unit{"s", 1'000'000},
    Unit{"ms", 1000},
};
constexpr double longest = 100 * 366 * 86'400e6;

// Of the unit that the text begins with, and is gone from it; 0 if there is none.
std::int64_t take_unit(std::string_view& text) {
    std::size_t size = 0;
    while (size < text.size() && text[size] >= 'a' && text[size] <= 'z') ++size;
    for (const auto& unit : units) {
        if (text.substr(0, size) != unit.name) continue;
        text.remove_prefix(size);
        return unit.micros;
    }
    return 0;
}

// At its start.
void skip_blanks(std::string_view& text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
}

}  // namespace

std::optional<microseconds> parse_duration(std::string_view text) {
    double sum = 0;
    bool first = true;
    skip_blanks(text);
    while (!text.empty()) {
        if (text[0] < '0' || text[0] > '9') return std::nullopt;
        double number = 0;
        auto [end, code] = std::from_chars(
            text.data(), text.data() + text.size(), number, std::chars_format::fixed
        );
        if (code != std::errc()) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        skip_blanks(text);
        auto unit = text.empty() && first ? std::int64_t{1'000'000} : take_unit(text);
        if (unit == 0) return std::nullopt;
        sum += number * static_cast<double>(unit);
        first = false;
        skip_blanks(text);
    }
    if (first || sum > longest) return std::nullopt;
    return microseconds(std::llround(sum));
}

std::string duration_text(microseconds span) {
    if (span.count() <= 0) return "0s";
    auto left = span.count();
    std::string text;
    for (const auto& unit : units) {
        if (unit.name == "w" || left < unit.micros) continue;
        text += fmt::format("{}{}", left / unit.micros, unit.name);
        left %= unit.micros;
    }
    if (left > 0) text += fmt::format("{:.3f}ms", static_cast<double>(left) / 1000);
    return text;
}

}  // namespace base
