#include "base/time/civil.hpp"

#include <climits>
#include <cstdlib>
#include <ctime>

#include <fmt/format.h>

#include "base/text/ascii.hpp"
#include "base/time/parse.hpp"
#include "base/time/pieces.hpp"

namespace base {

using namespace std::chrono;

namespace {

year_month_day date_of(const CivilTime& at) {
    return {
        year(at.year), month(static_cast<unsigned>(at.month)), day(static_cast<unsigned>(at.day))};
}

}  // namespace

bool CivilTime::is_valid() const {
    return year > 0 && year < 10'000 && month > 0 && month < 13 && day > 0 && day < 32 &&
           date_of(*this).ok() && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 &&
           second >= 0 && second <= 60;
}

sys_seconds CivilTime::seconds() const {
    return sys_days(date_of(*this)) + hours(hour) + minutes(minute) + std::chrono::seconds(second) -
           offset.value_or(minutes(0));
}

std::optional<Time> CivilTime::time() const {
    const auto clock = hours(hour) + minutes(minute) + std::chrono::seconds(second);
    return time_at(sys_days(date_of(*this)), clock, offset.value_or(minutes(0)));
}

std::string CivilTime::iso_date() const {
    return fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

std::string CivilTime::iso() const {
    auto text = fmt::format("{}T{:02}:{:02}:{:02}", iso_date(), hour, minute, second);
    if (!offset) return text;
    if (offset->count() == 0) return text + "Z";
    auto east = std::abs(offset->count());
    return text +
           fmt::format("{}{:02}:{:02}", offset->count() < 0 ? '-' : '+', east / 60, east % 60);
}

std::optional<CivilTime> parse_civil(const std::string& text, const std::string& format) {
    constexpr long no_zone = LONG_MIN;
    std::tm read{};
    read.tm_year = INT_MIN;
    read.tm_mday = 1;
    read.tm_gmtoff = no_zone;
    if (!strptime(text.c_str(), format.c_str(), &read) || read.tm_year == INT_MIN)
        return std::nullopt;
    CivilTime at{
        .year = read.tm_year + 1900,
        .month = read.tm_mon + 1,
        .day = read.tm_mday,
        .hour = read.tm_hour,
        .minute = read.tm_min,
        .second = read.tm_sec};
    bool zone = format.find("%z") != format.npos || format.find("%s") != format.npos;
    if (zone && read.tm_gmtoff != no_zone) at.offset = minutes(read.tm_gmtoff / 60);
    if (!at.is_valid()) return std::nullopt;
    return at;
}

std::optional<Time> parse_time_as(std::string_view text, const std::string& format) {
    if (format.empty()) return parse_time(text);
    const std::string whole(trim(text));
    const auto found =
        fits_time_format(whole, format) ? parse_civil(whole, format) : std::optional<CivilTime>();
    return found ? found->time() : std::nullopt;
}

bool fits_time_format(const std::string& text, const std::string& format) {
    std::tm time{};
    const char* end = strptime(text.c_str(), format.c_str(), &time);
    return end && *end == '\0';
}

}  // namespace base
