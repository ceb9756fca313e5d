#include "base/time/time.hpp"

#include <array>
#include <ctime>

#include <fmt/format.h>

namespace base {

using namespace std::chrono;

namespace {

constexpr std::array weekday_names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array
    month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Split {
    explicit Split(Time time)
        : day(floor<days>(time)), date(day), clock(floor<microseconds>(time - day)) {}

    sys_days day;
    year_month_day date;
    hh_mm_ss<microseconds> clock;

    int year() const { return static_cast<int>(date.year()); }
    unsigned month() const { return static_cast<unsigned>(date.month()); }
    unsigned day_of_month() const { return static_cast<unsigned>(date.day()); }
    auto hour() const { return clock.hours().count(); }
    auto minute() const { return clock.minutes().count(); }
    auto second() const { return clock.seconds().count(); }
};

}  // namespace

std::string iso_date(Time time) {
    Split at(time);
    return fmt::format("{:04}-{:02}-{:02}", at.year(), at.month(), at.day_of_month());
}

std::string rfc3339(Time time, Precision precision) {
    Split at(time);
    auto fraction = precision == Precision::seconds
                        ? std::string()
                        : fmt::format(".{:06}", at.clock.subseconds().count());
    return fmt::format(
        "{}T{:02}:{:02}:{:02}{}Z", iso_date(time), at.hour(), at.minute(), at.second(), fraction
    );
}

std::string http_date(Time time) {
    Split at(time);
    return fmt::format(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        weekday_names[weekday(at.day).c_encoding()],
        at.day_of_month(),
        month_names[at.month() - 1],
        at.year(),
        at.hour(),
        at.minute(),
        at.second()
    );
}

std::string formatted(Time time, const std::string& pattern) {
    std::time_t seconds = floor<std::chrono::seconds>(time).time_since_epoch().count();
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 200> out{};
    auto size = std::strftime(out.data(), out.size(), pattern.c_str(), &parts);
    return {out.data(), size};
}

}  // namespace base
