// Readers for the two families of dates that machines write: ISO 8601 and RFC 5322 with its kin.
//
// By hand and not by std::chrono::parse, which g++ 12 has not got, nor by strptime, which takes
// "2024-1-1", "24:61" and a half-read text for good. A text is taken only if all of it fits: data
// that is read as a time although it is none is worse than a time that stays a text.
#include "base/time/parse.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"
#include "base/time/pieces.hpp"

namespace base {

using namespace std::chrono;

namespace {

std::optional<sys_days> take_date(std::string_view& rest) {
    auto left = rest;
    auto year_number = take_digits(left, 4);
    if (!year_number || left.empty() || (left[0] != '-' && left[0] != '/')) return std::nullopt;
    char mark = left[0];
    left.remove_prefix(1);
    auto month_number = take_digits(left, 2);
    if (!month_number || !take(left, mark)) return std::nullopt;
    auto day_number = take_digits(left, 2);
    if (!day_number) return std::nullopt;
    auto found = day_of(*year_number, static_cast<unsigned>(*month_number), *day_number);
    if (found) rest = left;
    return found;
}

std::optional<minutes> iso_offset(std::string_view rest) {
    for (std::string_view utc : {"Z", "z", "GMT", "UTC", "UT"})
        if (rest == utc) return minutes(0);
    return numeric_offset(rest);
}

// One or two digits for a day; two or four for a year.
std::optional<int> number_in(std::string_view word) {
    if (word.empty() || word.size() > 4) return std::nullopt;
    return take_digits(word, word.size());
}

std::optional<int> year_in(std::string_view word) {
    auto value = number_in(word);
    if (!value || (word.size() != 2 && word.size() != 4)) return std::nullopt;
    if (word.size() == 2) return *value + (*value < 70 ? 2000 : 1900);
    return value;
}

// Apart by blanks and commas; the first three of a date also by '-' ("06-Nov-94").
std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at < text.size();) {
        auto apart = words.size() < 4 ? " \t\r\n\f,-" : " \t\r\n\f,";
        auto start = text.find_first_not_of(apart, at);
        if (start == text.npos) break;
        auto end = std::min(text.find_first_of(apart, start), text.size());
        words.push_back(text.substr(start, end - start));
        at = end;
    }
    return words;
}

std::optional<Time> joined(
    std::string_view day_word,
    std::string_view month_word,
    std::string_view year_word,
    std::string_view clock_word,
    std::string_view zone_word
) {
    auto day_number = day_word.size() <= 2 ? number_in(day_word) : std::nullopt;
    auto month_number = month_named(month_word);
    auto year_number = year_in(year_word);
    if (!day_number || month_number == 0 || !year_number) return std::nullopt;
    auto date = day_of(*year_number, month_number, *day_number);
    std::optional<microseconds> clock(0);
    if (!clock_word.empty()) clock = take_clock(clock_word, clock_word.find(':') == 1 ? 1 : 2);
    auto offset = zone_word.empty() ? minutes(0) : mail_offset(zone_word);
    if (!date || !clock || !clock_word.empty() || !offset) return std::nullopt;
    return time_at(*date, *clock, *offset);
}

}  // namespace

std::optional<IsoTime> parse_iso(std::string_view text) {
    auto rest = trim(text);
    IsoTime found;
    found.day = take_date(rest);
    if (found.day) {
        if (rest.empty()) return found;
        if (!take(rest, 'T') && !take(rest, 't') && !take(rest, ' ')) return std::nullopt;
    }
    found.clock = take_clock(rest);
    if (!found.clock) return std::nullopt;
    while (take(rest, ' ')) {
    }
    if (rest.empty()) return found;
    found.offset = iso_offset(rest);
    if (!found.offset) return std::nullopt;
    return found;
}

std::optional<Time> parse_iso_time(std::string_view text) {
    auto found = parse_iso(text);
    if (!found || !found->day) return std::nullopt;
    return time_at(
        *found->day, found->clock.value_or(microseconds(0)), found->offset.value_or(minutes(0))
    );
}

std::optional<Time> parse_w3c_time(std::string_view text) {
    auto rest = trim(text);
    if (rest.size() > 7) return parse_iso_time(rest);
    auto year_number = take_digits(rest, 4);
    if (!year_number) return std::nullopt;
    std::optional<int> month_number = 1;
    if (take(rest, '-')) month_number = take_digits(rest, 2);
    if (!month_number || !rest.empty()) return std::nullopt;
    const auto date = day_of(*year_number, static_cast<unsigned>(*month_number), 1);
    return date ? time_at(*date, microseconds(0), minutes(0)) : std::nullopt;
}

std::optional<Time> parse_mail_time(std::string_view text) {
    auto words = words_of(without_comment(text));
    auto word = [&](std::size_t i) { return i < words.size() ? words[i] : std::string_view(); };
    std::size_t first = weekday_named(word(0)) > 0 ? 1 : 0;
    // "Sun Nov  6 08:49:37 1994", and with a zone before the year.
    if (first == 1 && month_named(word(1)) > 0) {
        if (words.size() != 5 && words.size() != 6) return std::nullopt;
        auto zone = words.size() == 6 ? word(4) : std::string_view();
        return joined(word(2), word(1), words.back(), word(3), zone);
    }
    if (words.size() > first + 5) return std::nullopt;
    return joined(word(first), word(first + 1), word(first + 2), word(first + 3), word(first + 4));
}

std::optional<Time> parse_time(std::string_view text) {
    if (auto time = parse_iso_time(text)) return time;
    if (auto count = whole_number<std::int64_t>(trim(text))) {
        constexpr std::int64_t first_micros = 92'000'000'000'000,
                               first_nanos = 92'000'000'000'000'000;
        const auto size = *count < 0 ? -(*count + 1) : *count;
        if (size >= first_nanos) return Time(floor<microseconds>(nanoseconds(*count)));
        if (size >= first_micros && size <= first_nanos / 10) return Time(microseconds(*count));
    }
    if (auto number = parse_number(text)) {
        constexpr double last_second = 9.2e9, last_millisecond = 9.2e12;
        if (std::abs(*number) > last_millisecond) return std::nullopt;
        const bool milliseconds = std::abs(*number) > last_second * 10;
        if (!milliseconds && std::abs(*number) > last_second) return std::nullopt;
        return Time(microseconds(std::llround(*number * (milliseconds ? 1e3 : 1e6))));
    }
    return parse_written_time(text);
}

}  // namespace base
