#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// How Excel shows a number, as far as that says what it is (ECMA-376, part 1, 18.8.30 and 18.17.4).
namespace formats {

// What a format makes of a number: a number, a day, a time of day, both, or hours beyond 24.
enum class NumberLook { number, day, time, moment, elapsed };

// Of a format's code: "yyyy-mm-dd", "[h]:mm", "0.00%".
NumberLook look_of_code(std::string_view code);
// Of a format that needs no code; number for others.
NumberLook look_of_builtin(int id);

// A number as what its format shows: "2024-01-31", "09:30:00", "2024-01-31T09:30:00", "36:15:00",
// fractions of a second to the millisecond where there are any. Nothing for what is no day: before
// 1900, after 9999, and Excel's 29 February 1900. `from_1904`: days count from 1904-01-01.
std::optional<std::string> moment_text(double value, NumberLook look, bool from_1904);

}  // namespace formats
