// Days and times of Excel, which are numbers that are shown so.
//
// What a number means is in its format alone, a little language for the eye. Only the letters count
// that are no text, and only of its first section. Serial numbers are days since 1899-12-30, with
// the leap day of 1900 that never was, or since 1904.
#include "formats/excel/number_format.hpp"

#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "base/text/ascii.hpp"

namespace formats {

namespace {

constexpr std::int64_t day_ms = 86'400'000;

struct Letters {
    bool day = false, time = false, month_or_minute = false;
};

// The letters of days and times in a code, texts, escapes, colours and locales aside. "m" is a
// month or minutes, by what else there is.
Letters letters_of(std::string_view code, bool& elapsed) {
    Letters found;
    for (std::size_t at = 0; at < code.size(); ++at) {
        const char c = base::lower(code[at]);
        if (c == ';') break;  // for negative numbers, and others
        if (c == '"') {
            at = std::min(code.find('"', at + 1), code.size());
        } else if (c == '\\' || c == '_' || c == '*') {
            ++at;
        } else if (c == '[') {
            const auto end = std::min(code.find(']', at), code.size());
            const auto inside = base::to_lower(code.substr(at + 1, end - at - 1));
            elapsed =
                elapsed || (!inside.empty() && (inside.find_first_not_of('h') == inside.npos ||
                                                inside.find_first_not_of('m') == inside.npos ||
                                                inside.find_first_not_of('s') == inside.npos));
            at = end;
        } else if (c == 'y' || c == 'd') {
            found.day = true;
        } else if (c == 'h' || c == 's') {
            found.time = true;
        } else if (c == 'm') {
            found.month_or_minute = true;
        }
    }
    return found;
}

std::string clock_text(std::int64_t ms) {
    auto text = fmt::format("{:02}:{:02}:{:02}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60);
    if (ms % 1000) text += fmt::format(".{:03}", ms % 1000);
    return text;
}

std::optional<std::string> day_text(std::int64_t day, bool from_1904) {
    using namespace std::chrono;
    // Excel has a 29 February 1900, as Lotus had; days before it are one later than they count.
    if (!from_1904 && (day < 1 || day == 60)) return std::nullopt;
    const auto origin = from_1904  ? sys_days(year(1904) / 1 / 1)
                        : day < 60 ? sys_days(year(1899) / 12 / 31)
                                   : sys_days(year(1899) / 12 / 30);
    const year_month_day date(origin + days(day));
    if (day < 0 || date.year() > year(9999)) return std::nullopt;
    return fmt::format(
        "{:04}-{:02}-{:02}",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day())
    );
}

}  // namespace

NumberLook look_of_code(std::string_view code) {
    if (base::equal_ignoring_case(code, "general")) return NumberLook::number;
    bool elapsed = false;
    const auto found = letters_of(code, elapsed);
    if (elapsed) return NumberLook::elapsed;
    if (found.day && found.time) return NumberLook::moment;
    if (found.time) return NumberLook::time;
    return found.day || found.month_or_minute ? NumberLook::day : NumberLook::number;
}

NumberLook look_of_builtin(int id) {
    if (id == 22) return NumberLook::moment;
    if (id == 46) return NumberLook::elapsed;
    if ((id >= 18 && id <= 21) || id == 45 || id == 47 || (id >= 32 && id <= 35))
        return NumberLook::time;
    // Of East Asian versions too.
    if ((id >= 14 && id <= 17) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58))
        return NumberLook::day;
    return NumberLook::number;
}

std::optional<std::string> moment_text(double value, NumberLook look, bool from_1904) {
    if (!(value >= 0) || value >= 3'000'000) return std::nullopt;
    const auto ms = static_cast<std::int64_t>(std::llround(value * static_cast<double>(day_ms)));
    const auto day = ms / day_ms, rest = ms % day_ms;
    switch (look) {
        case NumberLook::elapsed:
            return clock_text(ms);
        case NumberLook::time:
            if (day == 0) return clock_text(rest);
            break;
        case NumberLook::moment:
            if (day == 0 && !from_1904) return clock_text(rest);
            break;
        case NumberLook::day:
            if (rest == 0) return day_text(day, from_1904);
            break;
        case NumberLook::number:
            return std::nullopt;
    }
    // More is there than is shown: nothing of it is dropped.
    auto date = day_text(day, from_1904);
    if (!date) return std::nullopt;
    return *date + "T" + clock_text(rest);
}

}  // namespace formats
