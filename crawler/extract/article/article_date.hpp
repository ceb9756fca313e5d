#pragma once

#include <string>
#include <string_view>

namespace crawler {

// The first date in a text, as "2025-12-17"; empty if there is none. Reads "December 17, 2025",
// "17. Dezember 2025", "17 déc. 2025", "2025-12-17", "17.12.2025" and the like in ten languages;
// "03/04/2025" only if one of the numbers can be no month.
std::string find_date(std::string_view text);

// The month that a word names or abbreviates, 1 to 12; 0 if it is none.
int month_of(std::string_view word);

}  // namespace crawler
