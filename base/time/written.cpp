// Dates as people and programs write them without a standard in mind. Each word says one thing, all
// words must be known, and numbers count only where no other reading is possible.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/text/ascii.hpp"
#include "base/time/parse.hpp"
#include "base/time/pieces.hpp"

namespace base {

using namespace std::chrono;

namespace {

// Words between the parts of a date, which say nothing of it.
constexpr std::array<std::string_view, 25> fillers{
    "at",  "on",     "of",      "um",   "-",   "\u2013", "|",   "@",  "\u00b7",
    "de",  "del",    "den",     "le",   "les", "el",     "il",  "om", "kl.",
    "uhr", "\u00e0", "\u00e0s", "alle", "ore", "г.",     "года"};

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
        return time_at(*date, clock, zone_.value_or(minutes(0)));
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
        for (std::string_view filler : fillers)
            if (low == filler) return true;
        if (low == "am" && !day_ && !clock_) return true;  // "am 3. Mai", and never "am 8:53"
        if (low == "am" || low == "a.m.") return once(half_, std::optional(0));
        if (low == "pm" || low == "p.m.") return once(half_, std::optional(12));
        const auto name = word.substr(0, word.size() - (word.ends_with('.') ? 1 : 0));
        if (weekday_named(name) > 0) return !std::exchange(weekday_, true);
        if (const auto month = month_named(name))
            return once(month_, std::optional(static_cast<int>(month)));
        if (is_digit(word.front())) return number(word);
        if (const auto offset = mail_offset(word)) return once(zone_, offset);
        const auto found = calendar_name(name);
        if (found.weekday > 0) return !std::exchange(weekday_, true);
        return found.month > 0 && once(month_, std::optional(static_cast<int>(found.month)));
    }

    bool number(std::string_view word) {
        if (word.find(':') != word.npos) return clock(word);
        if (word.size() == 4 && once(year_, take_digits(word, 4))) return true;
        if (word.size() > 4) return numbers(word);
        std::size_t digits = word.size() > 1 && is_digit(word[1]) ? 2 : 1;
        const auto value = take_digits(word, digits);
        const auto end = to_lower(word);
        for (std::string_view ordinal : {"", ".", "st", "nd", "rd", "th", "er", "\u00ba"})
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

// "20241002T080000Z" and "20241002" of ISO 8601's basic form, "1727856000" and "1727856000000".
std::optional<Time> compact_time(std::string_view text) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == text.size() && (digits == 10 || digits == 13)) return parse_time(text);
    if (digits != 8) return std::nullopt;
    const auto year_number = *take_digits(text, 4);
    const auto month_number = *take_digits(text, 2);
    const auto date =
        day_of(year_number, static_cast<unsigned>(month_number), *take_digits(text, 2));
    if (!date || year_number < 1900 || year_number > 2100) return std::nullopt;
    if (text.empty()) return *date;
    if (!take(text, 'T')) return std::nullopt;
    const int hour = take_digits(text, 2).value_or(99);
    const int minute = take_digits(text, 2).value_or(99);
    const bool has_second = !text.empty() && is_digit(text[0]);
    const int second = has_second ? take_digits(text, 2).value_or(99) : 0;
    if (hour > 24 || minute > 59 || second > 60) return std::nullopt;
    const auto offset = text.empty() ? minutes(0) : mail_offset(text);
    if (!offset) return std::nullopt;
    return time_at(*date, hours(hour) + minutes(minute) + seconds(second), *offset);
}

}  // namespace

std::optional<Time> parse_written_time(std::string_view text) {
    if (auto time = parse_w3c_time(text)) return time;
    if (auto time = parse_mail_time(text)) return time;
    if (auto time = compact_time(trim(text))) return time;
    return Written().read(text);
}

}  // namespace base
