#pragma once

#include <cstddef>
#include <span>

namespace base {

struct Interval {
    double low = 0;
    double high = 0;
};

// Wilson score interval (Wilson 1927) of the share `part` / `whole`, 95 %; 0 to 1 for a whole of
// nothing.
Interval wilson(double part, double whole);

// The q-quantile, q from 0 to 1, linear between the two nearest values (type 7 of Hyndman and Fan
// 1996, what most programs do by default); NaN for no values. The values must hold no NaN.
double quantile_of_sorted(std::span<const double> ascending, double q);
// The same of values in any order, which it changes.
double quantile(std::span<double> values, double q);

}  // namespace base
