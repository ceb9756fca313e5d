#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "training/analysis/errors.hpp"

namespace training {

double PowerLaw::at(double rows) const {
    return floor + scale * std::pow(rows + shift, -exponent);
}

namespace {

// The best floor and scale, neither negative, for an exponent and a shift; a linear least-squares
// problem.
PowerLaw with_exponent(std::span<const CurveSample> samples, double exponent, double shift) {
    double n = 0;
    double sx = 0;
    double sy = 0;
    double sxx = 0;
    double sxy = 0;
    for (const auto& s : samples) {
        const double x = std::pow(s.rows + shift, -exponent);
        n += s.rows;
        sx += s.rows * x;
        sy += s.rows * s.error;
        sxx += s.rows * x * x;
        sxy += s.rows * x * s.error;
    }
    PowerLaw law;
    law.exponent = exponent;
    law.shift = shift;
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
        law.rmse += s.rows * (law.at(s.rows) - s.error) * (law.at(s.rows) - s.error);
    law.rmse = std::sqrt(law.rmse / n);
    return law;
}

PowerLaw with_shift(std::span<const CurveSample> samples, double shift) {
    PowerLaw best;
    best.rmse = std::numeric_limits<double>::infinity();
    for (double exponent = 0.01; exponent <= 3; exponent += 0.01) {
        const auto law = with_exponent(samples, exponent, shift);
        if (law.rmse < best.rmse) best = law;
    }
    return best;
}

}  // namespace

std::optional<PowerLaw> fit_power_law(std::span<const CurveSample> samples) {
    std::vector<CurveSample> known;
    std::set<double> sizes;
    for (const auto& s : samples) {
        if (!(s.rows > 0) || !std::isfinite(s.error)) continue;
        known.push_back(s);
        sizes.insert(s.rows);
    }
    if (sizes.size() < 3) return std::nullopt;
    auto best = with_shift(known, 0);
    if (sizes.size() == 3) return best;
    constexpr std::array shares{0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0};
    constexpr double exact = 1e-6;    // nothing is left to explain
    constexpr double worth = 0.9486;  // the root of nine tenths
    for (double share : shares) {
        if (best.rmse < exact) break;
        const auto law = with_shift(known, share * *sizes.rbegin());
        if (law.rmse < worth * best.rmse) best = law;
    }
    return best;
}

}  // namespace training
