#pragma once

#include <chrono>
#include <string>

// Points in time, and how they are written. All of it in UTC and without a locale.
namespace base {

using Time = std::chrono::system_clock::time_point;

enum class Precision { seconds, microseconds };

// RFC 3339: "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678901Z". Cut, not rounded.
std::string rfc3339(Time time, Precision precision = Precision::seconds);

// "2026-01-02"
std::string iso_date(Time time);

// RFC 9110, section 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(Time time);

// By a pattern of strftime; at most 200 bytes, empty if it would be longer.
std::string formatted(Time time, const std::string& pattern);

}  // namespace base
