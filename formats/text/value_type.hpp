#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace ingest {

enum class ValueType { empty, integer, number, boolean, date, time, datetime, link, text };

std::string_view name_of(ValueType type);

// The form of one value as written. Surrounding blanks do not matter.
ValueType type_of(std::string_view value);

// A decimal number as written in JSON, C or a table ("+1.5", "1e6", "1,234.5"); nothing else, no
// inf or nan.
std::optional<double> parse_number(std::string_view value);

// ISO 8601 dates and times (a date alone is its midnight; without a zone it is UTC), RFC 5322 dates
// as in mail, and seconds since 1970 when `value` is a plain number.
std::optional<std::chrono::system_clock::time_point> parse_time(std::string_view value);

std::string_view trim(std::string_view value);

}  // namespace ingest
