// The law of a curve, and how far from it the next run may come out.
//
// Intervals that resample the held-out rows alone are far too narrow where rows differ little, as
// values often do: which rows a model was trained on moves its error, too, and more, the fewer they
// are. Sizes below all rows are therefore fitted again on other draws. A forecast adds what the
// next run has of its own: its draw, and the chance of its judged rows. Earlier intervals aimed at
// 95 % and were met by all of 20 runs (classes) or by none of 15 (values); these aim at 80 %, which
// a few runs can prove wrong.
#include "training/analysis/forecast.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/numbers/random.hpp"

namespace training {

namespace {

constexpr std::size_t least_rows = 10;
constexpr double tail = (1 - expected_coverage) / 2;

// Quantiles of the normal distribution in the middle of ten equal shares.
constexpr std::array<double, 10> normal_steps{
    -1.6449,
    -1.0364,
    -0.6745,
    -0.3853,
    -0.1257,
    0.1257,
    0.3853,
    0.6745,
    1.0364,
    1.6449};

// The mean error of each draw of a size, or its root.
std::vector<double>
draws_of(const SizeErrors& size, std::span<const std::uint32_t> rows, bool roots) {
    std::vector<double> out;
    const auto add = [&](const std::vector<double>& errors) {
        double sum = 0;
        for (auto row : rows) sum += errors[row];
        sum /= static_cast<double>(rows.size());
        out.push_back(roots ? std::sqrt(sum) : sum);
    };
    add(size.errors);
    for (const auto& errors : size.again) add(errors);
    return out;
}

double mean_of(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::vector<CurveSample>
curve_means(std::span<const SizeErrors> sizes, std::span<const std::uint32_t> rows, bool roots) {
    std::vector<CurveSample> out;
    for (const auto& size : sizes)
        out.push_back({static_cast<double>(size.rows), mean_of(draws_of(size, rows, roots))});
    return out;
}

// Of all sizes that were drawn again together; the larger ones count more, as what comes is larger.
double
spread_by_draw(std::span<const SizeErrors> sizes, std::span<const std::uint32_t> rows, bool roots) {
    double sum = 0, weights = 0;
    for (const auto& size : sizes) {
        const auto draws = draws_of(size, rows, roots);
        const double mean = mean_of(draws);
        if (draws.size() < 2 || !(mean > 0)) continue;
        double squares = 0;
        for (double one : draws) squares += (one - mean) * (one - mean);
        const double weight =
            static_cast<double>(size.rows) * static_cast<double>(draws.size() - 1);
        sum += weight * squares / static_cast<double>(draws.size() - 1) / (mean * mean);
        weights += weight;
    }
    return weights > 0 ? std::sqrt(sum / weights) : 0;
}

// Of the largest size, as CurveLaws has it.
double spread_by_row(const SizeErrors& size, std::span<const std::uint32_t> rows, bool roots) {
    double sum = 0, squares = 0;
    for (auto row : rows) {
        sum += size.errors[row];
        squares += size.errors[row] * size.errors[row];
    }
    const auto n = static_cast<double>(rows.size());
    const double mean = sum / n;
    const double deviation = std::sqrt(std::max(0.0, squares / n - mean * mean));
    const double usual = roots ? mean : std::sqrt(std::max(0.0, mean * (1 - mean)));
    return usual > 0 ? deviation / usual : 1;
}

Expected within_tails(double error, std::vector<double> all) {
    if (all.empty()) all.push_back(error);
    std::sort(all.begin(), all.end());
    return {
        error,
        {std::min(error, base::quantile_of_sorted(all, tail)),
         std::max(error, base::quantile_of_sorted(all, 1 - tail))}};
}

}  // namespace

std::optional<CurveLaws> curve_laws(
    std::span<const SizeErrors> sizes,
    std::span<const std::uint32_t> rows,
    std::uint64_t seed,
    std::size_t resamples,
    bool roots
) {
    std::vector<std::uint32_t> chosen(rows.begin(), rows.end());
    if (rows.empty() && !sizes.empty()) {
        chosen.resize(sizes.front().errors.size());
        std::iota(chosen.begin(), chosen.end(), 0U);
    }
    if (chosen.size() < least_rows) return std::nullopt;
    const auto law = fit_power_law(curve_means(sizes, chosen, roots));
    if (!law) return std::nullopt;
    CurveLaws out{.law = *law, .roots = roots};
    out.by_draw = spread_by_draw(sizes, chosen, roots);
    out.by_row = spread_by_row(sizes.back(), chosen, roots);
    const base::CounterRandom random(seed, 37), moved(seed, 39);
    std::vector<std::uint32_t> drawn(chosen.size());
    for (std::size_t i = 0; i < resamples; ++i) {
        for (std::size_t k = 0; k < drawn.size(); ++k)
            drawn[k] = chosen[random.below(i * drawn.size() + k, chosen.size())];
        auto means = curve_means(sizes, drawn, roots);
        for (std::size_t s = 0; s < sizes.size(); ++s) {
            const auto draws = static_cast<double>(1 + sizes[s].again.size());
            const double by = out.by_draw / std::sqrt(draws) * moved.normal(i * sizes.size() + s);
            means[s].error = std::max(0.0, means[s].error * (1 + by));
        }
        if (const auto other = fit_power_law(means)) out.others.push_back(*other);
    }
    return out;
}

Expected error_at(const CurveLaws& curve, double rows, std::size_t judged) {
    const double error = curve.law.at(rows);
    std::vector<double> all;
    auto laws = curve.others;
    if (laws.empty()) laws.push_back(curve.law);
    for (const auto& law : laws) {
        const double value = law.at(rows);
        if (judged == 0) {
            all.push_back(value);
            continue;
        }
        const auto n = static_cast<double>(judged);
        // The root of a mean varies by half as much, as a share of it.
        const double by_chance =
            curve.roots ? value * curve.by_row / (2 * std::sqrt(n))
                        : curve.by_row * std::sqrt(std::max(0.0, value * (1 - value)) / n);
        const double deviation = std::hypot(curve.by_draw * value, by_chance);
        for (double step : normal_steps) all.push_back(std::max(0.0, value + step * deviation));
    }
    return within_tails(error, std::move(all));
}

Expected gain_of(const CurveLaws& curve, double rows, double more) {
    const auto fall = [&](const PowerLaw& law) { return law.at(rows) - law.at(rows + more); };
    std::vector<double> all;
    for (const auto& law : curve.others) all.push_back(fall(law));
    return within_tails(fall(curve.law), std::move(all));
}

}  // namespace training
