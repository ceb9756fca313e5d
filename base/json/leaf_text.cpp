#include "base/json/leaf_text.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace base {

namespace {

constexpr std::pair<std::string_view, std::int64_t> units[] = {
    {"d", 86'400'000'000},
    {"h", 3'600'000'000},
    {"m", 60'000'000},
    {"s", 1'000'000},
    {"ms", 1'000},
    {"us", 1},
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Takes `digits` digits and the sign behind them, if one is wanted.
std::optional<int> take(std::string_view& text, std::size_t digits, char sign = 0) {
    if (text.size() < digits) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        if (!is_digit(text[i])) return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    if (sign == 0) return value;
    if (text.empty() || text.front() != sign) return std::nullopt;
    text.remove_prefix(1);
    return value;
}

std::int64_t take_fraction(std::string_view& text) {
    if (text.empty() || text.front() != '.') return 0;
    text.remove_prefix(1);
    std::int64_t micros = 0, weight = 100'000;
    while (!text.empty() && is_digit(text.front())) {
        micros += weight * (text.front() - '0');
        weight /= 10;
        text.remove_prefix(1);
    }
    return micros;
}

// Seconds that the zone is ahead of UTC; nothing for what is no zone.
std::optional<std::int64_t> zone(std::string_view text) {
    if (text.empty() || text == "Z" || text == "z") return 0;
    char sign = text.front();
    if (sign != '+' && sign != '-') return std::nullopt;
    text.remove_prefix(1);
    auto hours = take(text, 2, ':');
    auto minutes = take(text, 2);
    if (!hours || !minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
    return (sign == '-' ? -60 : 60) * (*hours * 60 + *minutes);
}

}  // namespace

std::optional<std::int64_t> parse_span(std::string_view text) {
    if (text.empty()) return std::nullopt;
    double sum = 0;
    while (!text.empty()) {
        double number = 0;
        const char* end = text.data() + text.size();
        auto [behind, error] = std::from_chars(text.data(), end, number);
        if (error != std::errc() || !(number >= 0)) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(behind - text.data()));
        std::size_t size = 0;
        while (size < text.size() && text[size] >= 'a' && text[size] <= 'z') ++size;
        std::int64_t length = 0;
        for (const auto& [name, microseconds] : units)
            if (name == text.substr(0, size)) length = microseconds;
        if (length == 0) return std::nullopt;
        text.remove_prefix(size);
        sum += number * static_cast<double>(length);
    }
    if (sum > 9.2e18) return std::nullopt;
    return std::llround(sum);
}

std::string span_text(std::int64_t microseconds) {
    if (microseconds == 0) return "0s";
    std::string text;
    for (const auto& [name, length] : units) {
        if (microseconds / length == 0) continue;
        text += fmt::format("{}{}", microseconds / length, name);
        microseconds %= length;
    }
    return text;
}

std::optional<std::int64_t> parse_time_text(std::string_view text) {
    namespace chrono = std::chrono;
    auto year = take(text, 4, '-');
    auto month = take(text, 2, '-');
    auto day = take(text, 2);
    if (!year || !month || !day) return std::nullopt;
    auto date = chrono::year(*year) / *month / *day;
    if (!date.ok()) return std::nullopt;
    chrono::microseconds since = chrono::sys_days(date).time_since_epoch();
    if (text.empty()) return since.count();
    if (text.front() != 'T' && text.front() != 't' && text.front() != ' ') return std::nullopt;
    text.remove_prefix(1);
    auto hour = take(text, 2, ':');
    auto minute = take(text, 2, ':');
    auto second = take(text, 2);
    if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60)
        return std::nullopt;
    since += chrono::hours(*hour) + chrono::minutes(*minute) + chrono::seconds(*second);
    since += chrono::microseconds(take_fraction(text));
    auto ahead = zone(text);
    if (!ahead) return std::nullopt;
    return (since - chrono::seconds(*ahead)).count();
}

std::string time_text(std::int64_t microseconds) {
    namespace chrono = std::chrono;
    chrono::sys_time<chrono::microseconds> time{chrono::microseconds(microseconds)};
    auto day = chrono::floor<chrono::days>(time);
    chrono::year_month_day date(day);
    chrono::hh_mm_ss clock(time - day);
    auto text = fmt::format(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        clock.hours().count(),
        clock.minutes().count(),
        clock.seconds().count()
    );
    if (auto rest = clock.subseconds().count(); rest > 0) {
        text += fmt::format(".{:06}", rest);
        text.erase(text.find_last_not_of('0') + 1);
    }
    return text + "Z";
}

std::string number_text(double value) {
    if (std::abs(value) < 1e15 && value == std::trunc(value))
        return fmt::format("{}", static_cast<std::int64_t>(value));
    return fmt::format("{}", value);
}

std::optional<double> parse_number_text(std::string_view text) {
    double value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace base
