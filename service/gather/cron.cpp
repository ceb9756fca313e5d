// Each field is a bit set, so matching a minute is five look-ups. next_time() walks from the last
// time in steps that never pass over a match: a day when the date does not fit (stopping an hour
// short of midnight, as clocks may change), a quarter of an hour when the hour does not, a minute
// otherwise.
//
// Times are walked in UTC and compared in local time. So an hour that the clocks skip has no match,
// and one that comes twice has two.
#include "service/gather/cron.hpp"

#include <array>
#include <charconv>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <unicode/timezone.h>

#include "base/error.hpp"

namespace service {

using namespace std::chrono;

namespace {

constexpr std::array<std::string_view, 12>
    month_names{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7>
    day_names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

[[noreturn]] void fail(std::string_view field, std::string_view text, std::string_view mend) {
    throw base::UsageError(
        fmt::format("schedule, {}", field), fmt::format("'{}' cannot be understood", text), mend
    );
}

struct Field {
    std::string_view name;
    int low;
    int high;
};

int value_of(std::string_view text, const Field& field) {
    std::string lower(text);
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (field.name == "month")
        for (std::size_t i = 0; i < month_names.size(); ++i)
            if (lower == month_names[i]) return static_cast<int>(i) + 1;
    if (field.name == "day of week")
        for (std::size_t i = 0; i < day_names.size(); ++i)
            if (lower == day_names[i]) return static_cast<int>(i);
    int value = -1;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < field.low ||
        value > field.high)
        fail(
            field.name,
            text,
            fmt::format(
                "use {} to {}, *, ranges like 1-5, lists and steps like */15", field.low, field.high
            )
        );
    return value;
}

template <typename Set>
void read_field(std::string_view text, const Field& field, Set set) {
    while (true) {
        auto comma = text.find(',');
        auto item = text.substr(0, comma);
        auto slash = item.find('/');
        int step = slash == item.npos
                       ? 1
                       : value_of(item.substr(slash + 1), {field.name, 1, std::max(1, field.high)});
        auto range = item.substr(0, slash);
        int low = field.low, high = field.high;
        if (range != "*") {
            auto dash = range.find('-');
            low = value_of(range.substr(0, dash), field);
            high = dash != range.npos   ? value_of(range.substr(dash + 1), field)
                   : slash != item.npos ? field.high
                                        : low;
            if (high < low) fail(field.name, range, "put the lower number first");
        }
        for (int value = low; value <= high; value += step) set(static_cast<std::size_t>(value));
        if (comma == text.npos) return;
        text.remove_prefix(comma + 1);
    }
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (true) {
        auto start = text.find_first_not_of(" \t");
        if (start == text.npos) return words;
        auto end = text.find_first_of(" \t", start);
        words.push_back(text.substr(start, end == text.npos ? end : end - start));
        if (end == text.npos) return words;
        text.remove_prefix(end);
    }
}

std::unique_ptr<icu::TimeZone> zone_of(const std::string& name) {
    std::unique_ptr<icu::TimeZone> zone(
        icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name))
    );
    if (!zone || *zone == icu::TimeZone::getUnknown())
        fail("time zone", name, "use a name such as Europe/Berlin");
    return zone;
}

sys_seconds local_of(const icu::TimeZone& zone, sys_seconds time) {
    int32_t raw = 0, saving = 0;
    UErrorCode status = U_ZERO_ERROR;
    zone.getOffset(
        static_cast<UDate>(time.time_since_epoch().count()) * 1000.0, false, raw, saving, status
    );
    return time + seconds((raw + saving) / 1000);
}

bool day_matches(const Cron& cron, const year_month_day& date) {
    bool day = cron.days[static_cast<unsigned>(date.day())];
    bool weekday_fits = cron.weekdays[weekday(sys_days(date)).c_encoding()];
    if (cron.any_day || cron.any_weekday) return day && weekday_fits;
    return day || weekday_fits;
}

}  // namespace

Cron parse_cron(std::string_view text) {
    Cron cron;
    auto words = words_of(text);
    if (!words.empty() && words[0].starts_with("TZ=")) {
        cron.zone = std::string(words[0].substr(3));
        zone_of(cron.zone);
        words.erase(words.begin());
    }
    static constexpr std::pair<std::string_view, std::string_view> names[] = {
        {"@hourly", "0 * * * *"},
        {"@daily", "0 0 * * *"},
        {"@midnight", "0 0 * * *"},
        {"@weekly", "0 0 * * 0"},
        {"@monthly", "0 0 1 * *"},
        {"@yearly", "0 0 1 1 *"}};
    if (words.size() == 1)
        for (const auto& [name, meaning] : names)
            if (words[0] == name) {
                words = words_of(meaning);
                break;
            }
    if (words.size() != 5)
        fail(
            "whole", text, "give five fields: minute hour day month weekday, or @daily and the like"
        );
    read_field(words[0], {"minute", 0, 59}, [&](std::size_t v) { cron.minutes.set(v); });
    read_field(words[1], {"hour", 0, 23}, [&](std::size_t v) { cron.hours.set(v); });
    read_field(words[2], {"day of month", 1, 31}, [&](std::size_t v) { cron.days.set(v); });
    read_field(words[3], {"month", 1, 12}, [&](std::size_t v) { cron.months.set(v); });
    read_field(words[4], {"day of week", 0, 7}, [&](std::size_t v) { cron.weekdays.set(v % 7); });
    cron.any_day = words[2].starts_with("*");
    cron.any_weekday = words[4].starts_with("*");
    return cron;
}

system_clock::time_point next_time(const Cron& cron, system_clock::time_point after) {
    auto zone = zone_of(cron.zone);
    auto time = sys_seconds(floor<minutes>(after)) + minutes(1);
    auto limit = time + years(5);
    while (time < limit) {
        auto local = local_of(*zone, time);
        auto midnight = floor<days>(local);
        year_month_day date(midnight);
        auto of_day = local - midnight;
        auto hour = duration_cast<hours>(of_day);
        if (!cron.months[static_cast<unsigned>(date.month())] || !day_matches(cron, date)) {
            time += days(1) - of_day > hours(2)
                        ? days(1) - of_day - hours(1)
                        : minutes(1);  // short of midnight: clocks may change
        } else if (!cron.hours[static_cast<std::size_t>(hour.count())]) {
            time += minutes(60) - duration_cast<minutes>(of_day - hour) > minutes(15) ? minutes(15)
                                                                                      : minutes(1);
        } else if (!cron.minutes[static_cast<std::size_t>(duration_cast<minutes>(of_day - hour)
                                                              .count())]) {
            time += minutes(1);
        } else {
            return time;
        }
    }
    throw base::UsageError("schedule", "never comes", "mend the day and month");
}

}  // namespace service
