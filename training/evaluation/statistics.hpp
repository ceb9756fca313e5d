#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "base/numbers/statistics.hpp"
#include "training/numeric/team.hpp"

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

// The p-values of a family of tests, each adjusted so that the chance of any false finding is what
// a single one says (Holm 1979), in the order given.
std::vector<double> adjust_family(std::span<const double> p_values);

// How often each row is in a resample of n rows with repetition.
using Multiplicities = std::span<const std::uint8_t>;
// Writes figures of a resample; NaN for one that is undefined in it.
using Resampled = std::function<void(Multiplicities rows, std::span<double> figures)>;

// The spread of a figure over the resamples in which it is defined.
struct Spread {
    std::optional<Interval>
        interval;          // 95 % percentile; nothing if it is defined in less than half
    double deviation = 0;  // standard
};

// Bootstrap (Efron 1979) of several figures at once over the same resamples of n rows: 200 to 1000
// of them, fewer for more rows. The same seed gives the same bits at any number of threads, on
// which `statistic` is called at once. Throws base::Interrupted at a stop.
std::vector<Spread> bootstrap(
    std::size_t n,
    std::size_t figures,
    std::uint64_t seed,
    Team& team,
    const Resampled& statistic,
    std::stop_token stop = {}
);

}  // namespace training
