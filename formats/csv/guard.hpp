#pragma once

#include <string>

namespace formats {

// Puts a ' before a text that a spreadsheet would take for a formula: one that begins with = + - @,
// also in full width, a tab or an end of line (OWASP, "CSV Injection"). Numbers stay as they are.
void guard_formula(std::string& cell);
// What that is to people who may ask for it.
inline constexpr auto guard_words =
    "of CSV: a ' before texts that a spreadsheet would take for formulas";

}  // namespace formats
