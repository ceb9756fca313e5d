#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace base {

// Spans of time as people write them: numbers with a unit (ms, s, m, h, d, w), several behind each
// other ("2h30m", "1d 12h"), with decimals ("1.5h"); a number alone is seconds. Nothing for a
// negative one, another unit, or more than a hundred years.
std::optional<std::chrono::microseconds> parse_duration(std::string_view text);

// A text that parse_duration() reads back to the same, largest units first: "1m30s"; "0s" for
// nothing or less.
std::string duration_text(std::chrono::microseconds span);

}  // namespace base
