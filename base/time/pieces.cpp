// What dates are made of. Names of zones and months are taken as mail and feeds write them, in
// English; each reader of dates decides in which order the pieces may stand.
#include "base/time/pieces.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "base/text/ascii.hpp"
#include "base/time/parse.hpp"

namespace base {

using namespace std::chrono;

namespace {

struct Zone {
    std::string_view name;
    int minutes;
};
// RFC 822, section 5, and the names that feeds use where only one zone is meant by them: "IST" is
// of India, Israel and Ireland, and so of none.
constexpr std::array zones{
    Zone{"z", 0},      Zone{"ut", 0},     Zone{"utc", 0},     Zone{"gmt", 0},     Zone{"est", -300},
    Zone{"edt", -240}, Zone{"cst", -360}, Zone{"cdt", -300},  Zone{"mst", -420},  Zone{"mdt", -360},
    Zone{"pst", -480}, Zone{"pdt", -420}, Zone{"akst", -540}, Zone{"akdt", -480}, Zone{"hst", -600},
    Zone{"ast", -240}, Zone{"adt", -180}, Zone{"nst", -210},  Zone{"ndt", -150},  Zone{"brt", -180},
    Zone{"wet", 0},    Zone{"west", 60},  Zone{"bst", 60},    Zone{"cet", 60},    Zone{"cest", 120},
    Zone{"mez", 60},   Zone{"mesz", 120}, Zone{"eet", 120},   Zone{"eest", 180},  Zone{"msk", 180},
    Zone{"msd", 240},  Zone{"sast", 120}, Zone{"pkt", 300},   Zone{"wib", 420},   Zone{"hkt", 480},
    Zone{"sgt", 480},  Zone{"awst", 480}, Zone{"jst", 540},   Zone{"kst", 540},   Zone{"acst", 570},
    Zone{"acdt", 630}, Zone{"aest", 600}, Zone{"aedt", 660},  Zone{"nzst", 720},  Zone{"nzdt", 780},
};

constexpr std::array<std::string_view, 12> months{
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december"};
constexpr std::array<std::string_view, 7>
    weekdays{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

// From 1, the name that begins with the word's letters, three of them at least; 0 if none does.
unsigned place_in(std::span<const std::string_view> names, std::string_view word) {
    if (word.size() < 3) return 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
        bool same = word.size() <= names[i].size() &&
                    std::equal(word.begin(), word.end(), names[i].begin(), [](char a, char b) {
                        return lower(a) == b;
                    });
        if (same) return static_cast<unsigned>(i + 1);
    }
    return 0;
}

}  // namespace

std::optional<int> take_digits(std::string_view& rest, std::size_t count) {
    if (rest.size() < count) return std::nullopt;
    int value = 0;
    for (char c : rest.substr(0, count)) {
        if (!is_digit(c)) return std::nullopt;
        value = value * 10 + (c - '0');
    }
    rest.remove_prefix(count);
    return value;
}

bool take(std::string_view& rest, char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
}

std::optional<sys_days> day_of(int year_number, unsigned month_number, int day_number) {
    year_month_day date{
        year(year_number), month(month_number), day(static_cast<unsigned>(day_number))};
    if (!date.ok()) return std::nullopt;
    return sys_days(date);
}

std::optional<Time> time_at(sys_days day, microseconds clock, minutes offset) {
    const auto year_number = static_cast<int>(year_month_day(day).year());
    if (year_number < 1678 || year_number > 2261) return std::nullopt;
    return day + clock - offset;
}

std::optional<microseconds> take_clock(std::string_view& rest, std::size_t hour_digits) {
    auto hour = take_digits(rest, hour_digits);
    if (!hour || *hour > 24 || !take(rest, ':')) return std::nullopt;
    auto minute = take_digits(rest, 2);
    if (!minute || *minute > 59) return std::nullopt;
    microseconds clock = hours(*hour) + minutes(*minute);
    if (!take(rest, ':')) return clock;
    auto second = take_digits(rest, 2);
    if (!second || *second > 60) return std::nullopt;
    clock += seconds(*second);
    if (!take(rest, '.') && !take(rest, ',')) return clock;
    if (rest.empty() || !is_digit(rest.front())) return std::nullopt;
    for (std::int64_t scale = 100'000; !rest.empty() && is_digit(rest.front()); scale /= 10) {
        clock += microseconds((rest.front() - '0') * scale);
        rest.remove_prefix(1);
    }
    return clock;
}

std::optional<minutes> numeric_offset(std::string_view rest) {
    int sign = rest.starts_with('-') ? -1 : 1;
    if (!take(rest, '+') && !take(rest, '-')) return std::nullopt;
    auto hour = take_digits(rest, 2);
    if (!hour) return std::nullopt;
    std::optional<int> minute = 0;
    take(rest, ':');
    if (!rest.empty()) minute = take_digits(rest, 2);
    if (!minute || !rest.empty() || *hour > 23 || *minute > 59) return std::nullopt;
    return minutes(sign * (*hour * 60 + *minute));
}

std::optional<minutes> zone_offset(std::string_view name) {
    const auto lower = to_lower(name);
    for (const auto& zone : zones)
        if (zone.name == lower) return minutes(zone.minutes);
    return std::nullopt;
}

std::optional<minutes> mail_offset(std::string_view rest) {
    if (auto offset = numeric_offset(rest)) return offset;
    if (auto offset = zone_offset(rest)) return offset;
    const auto name = to_lower(rest);
    if (!name.starts_with("gmt") && !name.starts_with("utc")) return std::nullopt;
    rest.remove_prefix(3);
    if (rest.size() == 2 && is_digit(rest[1]) && (rest[0] == '+' || rest[0] == '-'))
        return minutes((rest[0] == '-' ? -60 : 60) * (rest[1] - '0'));
    return numeric_offset(rest);
}

unsigned month_named(std::string_view word) {
    return place_in(months, word);
}

unsigned weekday_named(std::string_view word) {
    return place_in(weekdays, word);
}

std::string_view without_comment(std::string_view text) {
    text = trim(text);
    if (!text.ends_with(')')) return text;
    return trim(text.substr(0, text.rfind('(')));
}

}  // namespace base
