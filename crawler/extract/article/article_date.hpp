#pragma once

#include <string>
#include <string_view>

namespace crawler {

// Which of two numbers such as 03/04 is the day.
enum class DayPlace { unknown, first, second };

// As people of a language tag write ("en-GB", "de"): day first, but month first in the United
// States, the Philippines and where the year comes first. English without a country tells nothing.
DayPlace day_place_of(std::string_view language_tag);

// The first date in a text, as "2025-12-17"; empty if there is none. Reads "December 17, 2025",
// "17. Dezember 2025", "2025-12-17", "17.12.2025" and the like in ten languages; "03/04/2025" only
// if one of the numbers can be no month, or `place` tells.
std::string find_date(std::string_view text, DayPlace place = DayPlace::unknown);

// A stamp told to machines: as it stands if it is ISO 8601, as "2025-12-17" if it is seconds or
// milliseconds since 1970 or written out. Empty if it is no date, or one that only fills its field:
// the beginning of 1970 or of the calendar, or the end of it.
std::string machine_date(std::string_view stamp, DayPlace place = DayPlace::unknown);

// The month that a word names or abbreviates, 1 to 12; 0 if it is none.
int month_of(std::string_view word);

}  // namespace crawler
