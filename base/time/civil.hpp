#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/time/time.hpp"

namespace base {

// A date and a time of day as somebody wrote them, with the zone only if that was written too.
struct CivilTime {
    int year = 0;
    int month = 0;  // 1 to 12
    int day = 0;    // 1 to 31
    int hour = 0;
    int minute = 0;
    int second = 0;                                // 60: a leap second
    std::optional<std::chrono::minutes> offset{};  // east of UTC

    // Whether the calendar has it, in the years 1 to 9999.
    bool is_valid() const;

    // Only of a valid one. Without an offset it is taken as UTC.
    std::chrono::sys_seconds seconds() const;
    // Nothing for what base::Time can not hold: before 1678 and after 2261.
    std::optional<Time> time() const;

    std::string iso_date() const;  // 2024-02-29
    std::string iso() const;       // 2024-02-29T12:00:00, with Z or +01:00 if the zone is known
};

// Reads by a format of strptime (names in English) from the start of the text. Nothing if it does
// not fit, names no year, or the result is not valid. The zone is kept of %z and %s.
std::optional<CivilTime> parse_civil(const std::string& text, const std::string& format);

// The time that the whole text is by a format of strptime, UTC if it names no zone; by parse_time()
// if the format is empty.
std::optional<Time> parse_time_as(std::string_view text, const std::string& format);

// Whether the whole text fits a format of strptime.
bool fits_time_format(const std::string& text, const std::string& format);

}  // namespace base
