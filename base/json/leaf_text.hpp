#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// How spans, times and numbers are spelled in JSON and in settings.
namespace base {

// "90s", "500ms", "2h30m", "1.5d" in microseconds; units are us, ms, s, m, h, d. Nothing for what
// is none, or is longer than 290,000 years.
std::optional<std::int64_t> parse_span(std::string_view text);
// The same, each unit at most once and the largest first; "0s" for none.
std::string span_text(std::int64_t microseconds);

// RFC 3339 in microseconds since 1970; the time of day may be missing, and the zone, which is UTC
// then.
std::optional<std::int64_t> parse_time_text(std::string_view text);
// "2024-05-01T12:00:00Z", with a fraction if there is one.
std::string time_text(std::int64_t microseconds);

// The shortest text that reads back as the same number; whole ones without a fraction.
std::string number_text(double value);
std::optional<double> parse_number_text(std::string_view text);

}  // namespace base
