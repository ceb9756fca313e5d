#pragma once

#include <cmath>
#include <limits>

#include <boost/json/value.hpp>

namespace base {

// JSON has no infinity and no NaN: what is not finite is null, which reads as NaN again.
inline boost::json::value finite_or_null(double value) {
    return std::isfinite(value) ? boost::json::value(value) : boost::json::value();
}
inline double number_or_nan(const boost::json::value& json) {
    return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.to_number<double>();
}

}  // namespace base
