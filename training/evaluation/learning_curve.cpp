#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "training/analysis/errors.hpp"

namespace training {

double PowerLaw::at(double rows) const {
    return floor + scale * std::pow(rows, -exponent);
}

namespace {

// The best floor and scale, neither negative, for an exponent; a linear least-squares problem.
PowerLaw with_exponent(std::span<const CurveSample> samples, double exponent) {
    const auto n = static_cast<double>(samples.size());
    double sx = 0;
    double sy = 0;
    double sxx = 0;
    double sxy = 0;
    for (const auto& s : samples) {
        const double x = std::pow(s.rows, -exponent);
        sx += x;
        sy += s.error;
        sxx += x * x;
        sxy += x * s.error;
    }
    PowerLaw law;
    law.exponent = exponent;
    const double spread = n * sxx - sx * sx;
    law.scale = spread > 0 ? (n * sxy - sx * sy) / spread : 0;
    law.floor = (sy - law.scale * sx) / n;
    if (law.floor < 0) {
        law.floor = 0;
        law.scale = sxx > 0 ? sxy / sxx : 0;
    }
    if (law.scale < 0) {
        law.scale = 0;
        law.floor = sy / n;
    }
    for (const auto& s : samples)
        law.rmse += (law.at(s.rows) - s.error) * (law.at(s.rows) - s.error);
    law.rmse = std::sqrt(law.rmse / n);
    return law;
}

}  // namespace

std::optional<PowerLaw> fit_power_law(std::span<const CurveSample> samples) {
    std::set<double> sizes;
    for (const auto& s : samples) {
        if (s.rows > 0 && std::isfinite(s.error)) sizes.insert(s.rows);
    }
    if (sizes.size() < 3) return std::nullopt;
    PowerLaw best;
    best.rmse = std::numeric_limits<double>::infinity();
    for (double exponent = 0.01; exponent <= 3; exponent += 0.01) {
        const auto law = with_exponent(samples, exponent);
        if (law.rmse < best.rmse) best = law;
    }
    return best;
}

}  // namespace training
