#include "training/features/column_values.hpp"

#include <algorithm>
#include <cmath>

namespace training {

Moments moments(const std::vector<double>& values) {
    Moments out;
    if (values.empty()) return out;
    const auto n = static_cast<double>(values.size());
    for (double v : values) out.mean += v / n;
    double second = 0;
    double third = 0;
    for (double v : values) {
        const double d = v - out.mean;
        second += d * d / n;
        third += d * d * d / n;
    }
    out.deviation = std::sqrt(second);
    if (second > 0) out.skewness = third / (second * out.deviation);
    return out;
}

bool varies(const Moments& m) {
    return m.deviation > 1e-12 * std::max(1.0, std::abs(m.mean));
}

double column_value(const Examples& rows, std::size_t row, std::size_t column) {
    return rows.numeric[row * rows.columns.size() + column];
}

std::vector<double> known_values(const Examples& rows, std::size_t column) {
    std::vector<double> known;
    known.reserve(rows.rows);
    for (std::size_t row = 0; row < rows.rows; ++row)
        if (const double value = column_value(rows, row, column); std::isfinite(value))
            known.push_back(value);
    return known;
}

double yeo_johnson(double x, double lambda) {
    if (x >= 0)
        return std::abs(lambda) < 1e-9 ? std::log1p(x) : (std::pow(x + 1, lambda) - 1) / lambda;
    return std::abs(lambda - 2) < 1e-9 ? -std::log1p(-x)
                                       : -(std::pow(1 - x, 2 - lambda) - 1) / (2 - lambda);
}

}  // namespace training
