#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/time/time.hpp"

// The parts of which dates are made, each taken from the start of a text; for base/time alone.
namespace base {

// Nothing, and the text as it was, if there are fewer.
std::optional<int> take_digits(std::string_view& rest, std::size_t count);
bool take(std::string_view& rest, char c);

// A day of the calendar.
std::optional<std::chrono::sys_days> day_of(int year_number, unsigned month_number, int day_number);

// Nothing for what base::Time can not hold: before 1678 and after 2261, as the 9999-12-31 of
// databases, which would come out as some day of another century.
std::optional<Time>
time_at(std::chrono::sys_days day, std::chrono::microseconds clock, std::chrono::minutes offset);

// hh:mm, hh:mm:ss, hh:mm:ss.fraction; what is beyond a microsecond is cut off.
std::optional<std::chrono::microseconds>
take_clock(std::string_view& rest, std::size_t hour_digits = 2);

// +hh, +hhmm, +hh:mm and the whole rest.
std::optional<std::chrono::minutes> numeric_offset(std::string_view rest);
// The same, a zone's name, or both: "GMT+0200", "UTC+2".
std::optional<std::chrono::minutes> mail_offset(std::string_view rest);

// From 1, the English name that begins with the word's letters, three of them at least; 0 if none
// does. Monday is the first day.
unsigned month_named(std::string_view word);
unsigned weekday_named(std::string_view word);

// What a word names in the other languages of Europe, whole or abbreviated, in any case: nothing
// where they differ.
struct CalendarName {
    unsigned month = 0;    // from 1
    unsigned weekday = 0;  // from 1, which is Monday
    bool operator==(const CalendarName&) const = default;
};
CalendarName calendar_name(std::string_view word);

// "12:00:00 +0100 (CET)": a comment at the end says nothing new.
std::string_view without_comment(std::string_view text);

}  // namespace base
