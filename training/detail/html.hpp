#pragma once

#include <string>
#include <string_view>

namespace training::detail {

// Text for HTML content and quoted attributes: markup escaped, control characters and broken UTF-8
// replaced.
std::string escape(std::string_view text);

// 12345 -> "12,345"
std::string grouped(std::size_t value);
// Four significant digits, or a percentage with one decimal.
std::string number(double value);
std::string percent(double share);

// The style sheet of the page.
extern const std::string_view report_style;

}  // namespace training::detail
