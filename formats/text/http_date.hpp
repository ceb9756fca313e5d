#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace crawler {

// The three date formats of RFC 9110, 5.6.7. Nothing for anything else.
std::optional<std::chrono::system_clock::time_point> parse_http_date(std::string_view value);

}  // namespace crawler
