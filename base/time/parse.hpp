#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/time/time.hpp"

// Times as machines write them. Blanks around the text do not matter; anything else that is not
// part of the form makes it nothing.
namespace base {

// What an ISO 8601 text says; at least a day or a clock.
struct IsoTime {
    std::optional<std::chrono::sys_days> day;
    std::optional<std::chrono::microseconds> clock;  // since midnight
    std::optional<std::chrono::minutes> offset;      // east of UTC
};

// ISO 8601 in its extended form, and RFC 3339: YYYY-MM-DD or YYYY/MM/DD, then T or a blank,
// hh:mm[:ss[.fraction]], then Z, UTC, GMT, +hh, +hhmm or +hh:mm. A clock alone is read too.
std::optional<IsoTime> parse_iso(std::string_view text);

// The same of a text with a day.
std::optional<Time> parse_iso_time(std::string_view text);

// W3C's profile of ISO 8601 (NOTE-datetime): as parse_iso_time(), and YYYY and YYYY-MM, which are
// their first day.
std::optional<Time> parse_w3c_time(std::string_view text);

// East of UTC, of a zone's name that means one zone only, in any case: those of RFC 822, CEST, JST
// ..
std::optional<std::chrono::minutes> zone_offset(std::string_view name);

// Dates of mail, feeds and HTTP headers: RFC 5322 with or without the day's name and the time,
// RFC 850, asctime with or without a zone; years of two digits (70 to 99 are of the last century);
// a zone as +hhmm or by a name (zone_offset()). Without a zone it is UTC; a zone of another name is
// nothing.
std::optional<Time> parse_mail_time(std::string_view text);

// A time as feeds, sitemaps and pages write it: parse_w3c_time(), parse_mail_time(), or in words
// ("May 8, 2024 8:53 AM EST", "8th of May 2024", "8.5.2024 10:00", "8 de mayo de 2024"; months and
// weekdays in English and some twenty languages of Europe), or ISO 8601's basic form, or seconds or
// milliseconds since 1970 in 10 or 13 digits. A date in numbers that can be read in two ways
// ("5/8/2024"), or of a name that is another month elsewhere, is nothing.
std::optional<Time> parse_written_time(std::string_view text);

// A time as data hold it: parse_iso_time(), seconds since 1970 as a plain number (base/numbers;
// within 291 years of 1970; numbers from 9.2e10 on are milliseconds, whole ones from 9.2e13 on
// microseconds and from 9.2e16 on nanoseconds), or parse_written_time().
std::optional<Time> parse_time(std::string_view text);

}  // namespace base
