#include "formats/text/value_type.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace ingest {

using Time = std::chrono::system_clock::time_point;

namespace {

bool digit(char c) {
    return c >= '0' && c <= '9';
}
bool blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool equal_lower(std::string_view value, std::string_view lower) {
    if (value.size() != lower.size()) return false;
    for (std::size_t i = 0; i < value.size(); ++i) {
        char c = value[i];
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        if (c != lower[i]) return false;
    }
    return true;
}

// Reads exactly `digits` digits.
std::optional<int> take_digits(std::string_view& rest, std::size_t digits) {
    if (rest.size() < digits) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        if (!digit(rest[i])) return std::nullopt;
        value = value * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(digits);
    return value;
}

bool take(std::string_view& rest, char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
}

std::optional<std::chrono::sys_days> take_iso_date(std::string_view& rest) {
    auto year = take_digits(rest, 4);
    if (!year) return std::nullopt;
    char mark = rest.empty() ? '\0' : rest.front();
    if (mark != '-' && mark != '/') return std::nullopt;
    rest.remove_prefix(1);
    auto month = take_digits(rest, 2);
    if (!month || !take(rest, mark)) return std::nullopt;
    auto day = take_digits(rest, 2);
    if (!day) return std::nullopt;
    std::chrono::year_month_day date{
        std::chrono::year(*year),
        std::chrono::month(static_cast<unsigned>(*month)),
        std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date);
}

// hh:mm, hh:mm:ss, hh:mm:ss.fraction
std::optional<std::chrono::microseconds> take_clock(std::string_view& rest) {
    using namespace std::chrono;
    auto hour = take_digits(rest, 2);
    if (!hour || *hour > 24 || !take(rest, ':')) return std::nullopt;
    auto minute = take_digits(rest, 2);
    if (!minute || *minute > 59) return std::nullopt;
    microseconds time = hours(*hour) + minutes(*minute);
    if (!take(rest, ':')) return time;
    auto second = take_digits(rest, 2);
    if (!second || *second > 60) return std::nullopt;
    time += seconds(*second);
    if (take(rest, '.') || take(rest, ',')) {
        std::int64_t scale = 100'000;
        bool any = false;
        while (!rest.empty() && digit(rest.front())) {
            time += microseconds((rest.front() - '0') * scale);
            scale /= 10;
            rest.remove_prefix(1);
            any = true;
        }
        if (!any) return std::nullopt;
    }
    return time;
}

// Z, +hh, +hhmm, +hh:mm, GMT, UTC or nothing.
std::optional<std::chrono::minutes> take_zone(std::string_view& rest) {
    using namespace std::chrono;
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    if (rest.empty()) return minutes(0);
    for (std::string_view utc : {"Z", "z", "GMT", "UTC", "UT"}) {
        if (rest == utc) {
            rest = {};
            return minutes(0);
        }
    }
    int sign = rest.front() == '-' ? -1 : 1;
    if (!take(rest, '+') && !take(rest, '-')) return std::nullopt;
    auto hour = take_digits(rest, 2);
    if (!hour) return std::nullopt;
    int minute = 0;
    take(rest, ':');
    if (!rest.empty()) {
        auto m = take_digits(rest, 2);
        if (!m) return std::nullopt;
        minute = *m;
    }
    if (*hour > 23 || minute > 59) return std::nullopt;
    return minutes(sign * (*hour * 60 + minute));
}

// "Tue, 15 Nov 1994 12:45:26 GMT"; the day name is optional.
std::optional<Time> parse_mail_date(std::string_view rest) {
    using namespace std::chrono;
    if (auto comma = rest.find(','); comma == 3) rest = trim(rest.substr(4));
    auto space = rest.find(' ');
    if (space == rest.npos || space > 2) return std::nullopt;
    auto day_text = rest.substr(0, space);
    auto day = take_digits(day_text, space);
    rest = trim(rest.substr(space));
    constexpr std::array<std::string_view, 12> months = {
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
    unsigned month = 0;
    for (unsigned m = 0; m < 12; ++m) {
        if (equal_lower(rest.substr(0, 3), months[m])) month = m + 1;
    }
    if (!day || !month || rest.size() < 8) return std::nullopt;
    rest = trim(rest.substr(3));
    auto year = take_digits(rest, 4);
    if (!year) return std::nullopt;
    year_month_day date{
        std::chrono::year(*year),
        std::chrono::month(month),
        std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    rest = trim(rest);
    microseconds time{0};
    minutes zone{0};
    if (!rest.empty()) {
        auto clock = take_clock(rest);
        if (!clock) return std::nullopt;
        auto z = take_zone(rest);
        if (!z || !rest.empty()) return std::nullopt;
        time = *clock;
        zone = *z;
    }
    return sys_days(date) + time - zone;
}

}  // namespace

std::string_view name_of(ValueType type) {
    constexpr std::array<std::string_view, 9> names = {
        "empty", "integer", "number", "boolean", "date", "time", "datetime", "link", "text"};
    return names[static_cast<std::size_t>(type)];
}

std::string_view trim(std::string_view value) {
    while (!value.empty() && blank(value.front())) value.remove_prefix(1);
    while (!value.empty() && blank(value.back())) value.remove_suffix(1);
    return value;
}

std::optional<double> parse_number(std::string_view value) {
    value = trim(value);
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

std::optional<Time> parse_time(std::string_view value) {
    using namespace std::chrono;
    value = trim(value);
    auto rest = value;
    if (auto date = take_iso_date(rest)) {
        if (rest.empty()) return *date;
        if (!take(rest, 'T') && !take(rest, 't') && !take(rest, ' ')) return std::nullopt;
        auto clock = take_clock(rest);
        if (!clock) return std::nullopt;
        auto zone = take_zone(rest);
        if (!zone || !rest.empty()) return std::nullopt;
        return *date + *clock - *zone;
    }
    if (auto seconds_since = parse_number(value)) {
        if (std::abs(*seconds_since) > 4e9 * 60) return std::nullopt;
        return Time(duration_cast<Time::duration>(duration<double>(*seconds_since)));
    }
    return parse_mail_date(value);
}

ValueType type_of(std::string_view value) {
    value = trim(value);
    if (value.empty()) return ValueType::empty;
    char first = value.front();
    if (digit(first) || first == '-' || first == '+' || first == '.') {
        auto digits = first == '-' || first == '+' ? value.substr(1) : value;
        if (!digits.empty() && digits.size() <= 18 &&
            digits.find_first_not_of("0123456789") == digits.npos) {
            return ValueType::integer;
        }
        if (parse_number(value)) return ValueType::number;
        auto rest = value;
        if (take_iso_date(rest)) {
            if (rest.empty()) return ValueType::date;
            if (parse_time(value)) return ValueType::datetime;
        }
        rest = value;
        if (take_clock(rest) && rest.empty()) return ValueType::time;
        return parse_mail_date(value) ? ValueType::datetime : ValueType::text;
    }
    for (std::string_view word : {"true", "false", "yes", "no"}) {
        if (equal_lower(value, word)) return ValueType::boolean;
    }
    if (value.find("://") != value.npos && value.find(' ') == value.npos) return ValueType::link;
    if (value.size() > 20 && value[3] == ',' && parse_mail_date(value)) return ValueType::datetime;
    return ValueType::text;
}

}  // namespace ingest
