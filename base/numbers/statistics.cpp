#include "base/numbers/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace base {

Interval wilson(double part, double whole) {
    if (whole <= 0) return {0, 1};
    constexpr double z = 1.959963984540054;
    const double share = part / whole;
    const double centre = share + z * z / (2 * whole);
    const double reach = z * std::sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole));
    const double scale = 1 + z * z / whole;
    return {
        part <= 0 ? 0 : std::max(0.0, (centre - reach) / scale),
        part >= whole ? 1 : std::min(1.0, (centre + reach) / scale)};
}

double quantile_of_sorted(std::span<const double> ascending, double q) {
    if (ascending.empty()) return std::numeric_limits<double>::quiet_NaN();
    const double place = q * static_cast<double>(ascending.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto above = std::min(below + 1, ascending.size() - 1);
    return ascending[below] +
           (place - static_cast<double>(below)) * (ascending[above] - ascending[below]);
}

double quantile(std::span<double> values, double q) {
    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    const double place = q * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto nth = values.begin() + static_cast<std::ptrdiff_t>(below);
    std::nth_element(values.begin(), nth, values.end());
    const double low = *nth;
    if (below + 1 >= values.size()) return low;
    const double high = *std::min_element(nth + 1, values.end());
    return low + (place - static_cast<double>(below)) * (high - low);
}

}  // namespace base
