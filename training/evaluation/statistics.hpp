#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/numbers/statistics.hpp"

namespace training {

using base::Interval;

// A number with its 95 % interval.
struct Estimate {
    double value = 0;
    Interval interval;
};

// Two-sided exact binomial test of `successes` among n against 1/2.
double binomial_test_half(std::size_t successes, std::size_t n);

// P(X >= hits) for X hypergeometric: `drawn` of `total` items of which `marked` are marked
// (Fisher's exact test, one-sided).
double
hypergeometric_tail(std::size_t hits, std::size_t drawn, std::size_t marked, std::size_t total);

// False-discovery-rate adjusted p-values (Benjamini and Hochberg 1995), in the order given.
std::vector<double> adjust(std::span<const double> p_values);

// 95 % percentile bootstrap (Efron 1979) over n rows: statistic(rows) is asked for each resample, a
// list of row numbers with repetition. The same seed gives the same interval. 200 to 1000
// resamples, fewer for more rows.
Interval bootstrap(
    std::size_t n,
    std::uint64_t seed,
    const std::function<double(std::span<const std::uint32_t>)>& statistic
);

}  // namespace training
