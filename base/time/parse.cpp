// Readers for the two families of dates that machines write, ISO 8601 and RFC 5322 with its kin,
// and for what people write: a month by name, or numbers of which no other reading is possible.
//
// By hand and not by std::chrono::parse, which g++ 12 has not got, nor by strptime, which takes
// "2024-1-1", "24:61" and a half-read text for good. A text is taken only if all of it fits: data
// that is read as a time although it is none is worse than a time that stays a text.
#include "base/time/parse.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"

namespace base {

using namespace std::chrono;

namespace {

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

// hh:mm, hh:mm:ss, hh:mm:ss.fraction; what is beyond a microsecond is cut off.
std::optional<microseconds> take_clock(std::string_view& rest, std::size_t hour_digits = 2) {
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

// +hh, +hhmm, +hh:mm and the whole rest.
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

std::optional<minutes> iso_offset(std::string_view rest) {
    for (std::string_view utc : {"Z", "z", "GMT", "UTC", "UT"})
        if (rest == utc) return minutes(0);
    return numeric_offset(rest);
}

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

// +hhmm, a name, or both: "GMT+0200", "UTC+2".
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

// "12:00:00 +0100 (CET)": a comment at the end says nothing new.
std::string_view without_comment(std::string_view text) {
    text = trim(text);
    if (!text.ends_with(')')) return text;
    return trim(text.substr(0, text.rfind('(')));
}

std::optional<Time> joined(
    std::string_view day_word,
    std::string_view month_word,
    std::string_view year_word,
    std::string_view clock_word,
    std::string_view zone_word
) {
    auto day_number = day_word.size() <= 2 ? number_in(day_word) : std::nullopt;
    auto month_number = place_in(months, month_word);
    auto year_number = year_in(year_word);
    if (!day_number || month_number == 0 || !year_number) return std::nullopt;
    auto date = day_of(*year_number, month_number, *day_number);
    std::optional<microseconds> clock(0);
    if (!clock_word.empty()) clock = take_clock(clock_word, clock_word.find(':') == 1 ? 1 : 2);
    auto offset = zone_word.empty() ? minutes(0) : mail_offset(zone_word);
    if (!date || !clock || !clock_word.empty() || !offset) return std::nullopt;
    return *date + *clock - *offset;
}

// A date as people write it, word by word, each of which says one thing once.
class Written {
public:
    std::optional<Time> read(std::string_view text) {
        text = without_comment(text);
        while (!text.empty()) {
            const auto start = text.find_first_not_of(" \t\r\n\f,");
            if (start == text.npos) break;
            text.remove_prefix(start);
            const auto word = text.substr(0, text.find_first_of(" \t\r\n\f,"));
            text.remove_prefix(word.size());
            if (!take_word(word)) return std::nullopt;
        }
        if (!day_ || !month_ || !year_) return std::nullopt;
        const auto date = day_of(*year_, static_cast<unsigned>(*month_), *day_);
        if (!date || (zone_ && !clock_)) return std::nullopt;
        auto clock = clock_.value_or(microseconds(0));
        if (half_) {
            if (!clock_ || clock < hours(1) || clock >= hours(13)) return std::nullopt;
            clock = clock % hours(12) + hours(*half_);
        }
        return *date + clock - zone_.value_or(minutes(0));
    }

private:
    template <typename T, typename U>
    static bool once(std::optional<T>& into, const std::optional<U>& value) {
        if (!value || into) return false;
        into = *value;
        return true;
    }

    bool take_word(std::string_view word) {
        const auto low = to_lower(word);
        for (std::string_view filler : {"at", "on", "of", "um", "-", "\u2013", "|", "@", "\u00b7"})
            if (low == filler) return true;
        if (low == "am" || low == "a.m.") return once(half_, std::optional(0));
        if (low == "pm" || low == "p.m.") return once(half_, std::optional(12));
        const auto name = word.substr(0, word.size() - (word.ends_with('.') ? 1 : 0));
        if (place_in(weekdays, name) > 0) return !std::exchange(weekday_, true);
        if (const auto month = place_in(months, name))
            return once(month_, std::optional(static_cast<int>(month)));
        if (is_digit(word.front())) return number(word);
        return once(zone_, mail_offset(word));
    }

    bool number(std::string_view word) {
        if (word.find(':') != word.npos) return clock(word);
        if (word.size() == 4 && once(year_, take_digits(word, 4))) return true;
        if (word.size() > 4) return numbers(word);
        std::size_t digits = word.size() > 1 && is_digit(word[1]) ? 2 : 1;
        const auto value = take_digits(word, digits);
        const auto end = to_lower(word);
        for (std::string_view ordinal : {"", ".", "st", "nd", "rd", "th"})
            if (end == ordinal) return once(day_, value);
        return false;
    }

    // "8:53", "08:53:11.5", "8:53am", "08:53Z".
    bool clock(std::string_view word) {
        const auto found = take_clock(word, word.find(':') == 1 ? 1 : 2);
        if (!once(clock_, found)) return false;
        const auto end = to_lower(word);
        if (end == "am" || end == "pm") return once(half_, std::optional(end == "am" ? 0 : 12));
        return word.empty() || once(zone_, mail_offset(word));
    }

    // "2024-5-8", "8.5.2024"; "13/5/2024" and "5/13/2024", but not "5/8/2024".
    bool numbers(std::string_view word) {
        std::array<int, 3> part{};
        std::array<std::size_t, 3> size{};
        const auto mark = word[std::min(word.find_first_not_of("0123456789"), word.size() - 1)];
        if (mark != '-' && mark != '/' && mark != '.') return false;
        for (std::size_t i = 0; i < 3; ++i) {
            const auto end = std::min(word.find(mark), word.size());
            size[i] = end;
            const auto value = end > 0 && end <= 4 ? take_digits(word, end) : std::nullopt;
            if (!value || (i < 2 && !take(word, mark))) return false;
            part[i] = *value;
        }
        if (!word.empty() && word != ".") return false;
        if (size[0] == 4) return date(part[2], part[1], part[0]);
        if (size[2] != 4 || size[0] > 2 || size[1] > 2) return false;
        if (mark == '.' || part[0] > 12 || part[0] == part[1])
            return date(part[0], part[1], part[2]);
        return part[1] > 12 && date(part[1], part[0], part[2]);
    }

    bool date(int day_number, int month_number, int year_number) {
        return once(day_, std::optional(day_number)) && once(month_, std::optional(month_number)) &&
               once(year_, std::optional(year_number));
    }

    std::optional<int> day_, month_, year_;
    std::optional<microseconds> clock_;
    std::optional<minutes> zone_;
    std::optional<int> half_;  // hours that "am" and "pm" add to a clock of twelve
    bool weekday_ = false;
};

}  // namespace

std::optional<minutes> zone_offset(std::string_view name) {
    const auto lower = to_lower(name);
    for (const auto& zone : zones)
        if (zone.name == lower) return minutes(zone.minutes);
    return std::nullopt;
}

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
    return found->time();
}

std::optional<Time> parse_w3c_time(std::string_view text) {
    auto rest = trim(text);
    if (rest.size() > 7) return parse_iso_time(rest);
    auto year_number = take_digits(rest, 4);
    if (!year_number) return std::nullopt;
    std::optional<int> month_number = 1;
    if (take(rest, '-')) month_number = take_digits(rest, 2);
    if (!month_number || !rest.empty()) return std::nullopt;
    return day_of(*year_number, static_cast<unsigned>(*month_number), 1);
}

std::optional<Time> parse_mail_time(std::string_view text) {
    auto words = words_of(without_comment(text));
    auto word = [&](std::size_t i) { return i < words.size() ? words[i] : std::string_view(); };
    std::size_t first = place_in(weekdays, word(0)) > 0 ? 1 : 0;
    // "Sun Nov  6 08:49:37 1994", and with a zone before the year.
    if (first == 1 && place_in(months, word(1)) > 0) {
        if (words.size() != 5 && words.size() != 6) return std::nullopt;
        auto zone = words.size() == 6 ? word(4) : std::string_view();
        return joined(word(2), word(1), words.back(), word(3), zone);
    }
    if (words.size() > first + 5) return std::nullopt;
    return joined(word(first), word(first + 1), word(first + 2), word(first + 3), word(first + 4));
}

std::optional<Time> parse_written_time(std::string_view text) {
    if (auto time = parse_w3c_time(text)) return time;
    if (auto time = parse_mail_time(text)) return time;
    return Written().read(text);
}

std::optional<Time> parse_time(std::string_view text) {
    if (auto time = parse_iso_time(text)) return time;
    if (auto number = parse_number(text)) {
        if (std::abs(*number) > 4e9 * 60) return std::nullopt;
        return Time(duration_cast<Time::duration>(duration<double>(*number)));
    }
    return parse_written_time(text);
}

}  // namespace base
