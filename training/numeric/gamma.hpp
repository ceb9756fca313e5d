#pragma once

#include <cmath>

namespace training {

// The derivative of log_gamma for x above 0, by its asymptotic series.
inline double digamma(double x) {
    double out = 0;
    for (; x < 6; ++x) out -= 1 / x;
    const double square = 1 / (x * x);
    return out + std::log(x) - 0.5 / x -
           square * (1.0 / 12 - square * (1.0 / 120 - square * (1.0 / 252 - square / 240)));
}

// By Stirling's series; that of the standard library is not for threads.
inline double log_gamma(double x) {
    double product = 1;
    for (; x < 8; ++x) product *= x;
    const double square = 1 / (x * x);
    constexpr double half_log_two_pi = 0.918938533204672741780;
    return (x - 0.5) * std::log(x) - x + half_log_two_pi +
           (1.0 / 12 - square * (1.0 / 360 - square / 1260)) / x - std::log(product);
}

}  // namespace training
