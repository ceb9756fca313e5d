#pragma once

#include <string>

namespace base {

// The first digits of a number as people read it: "46.5", "0.00012", "66,560"; never "6.656e+04".
// Beyond 1e15 and below 1e-6 with an exponent.
std::string short_figure(double value, int digits = 4);

// A chance, such as the p of a test: "0.03"; "< 0.0001" where more digits say nothing more.
std::string chance(double p);

}  // namespace base
