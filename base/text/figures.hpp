#pragma once

#include <cstdint>
#include <string>

// Figures as people read them.
namespace base {

// "1,234,567"
std::string grouped(std::uint64_t number);
// "0.8734 (0.8667 to 0.8799)"
std::string with_interval(double value, double low, double high);

}  // namespace base
