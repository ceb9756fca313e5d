#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "labeling/answers.hpp"

namespace labeling {

// How far raters agree, chance taken off in each but `percent`.
//
// Units with one rating say nothing about agreement; Krippendorff's alpha leaves them out, Fleiss'
// kappa and Gwet's AC count them in the categories' shares only (Gwet, Handbook of Inter-Rater
// Reliability, 4th ed., 2014, chapters 2-4).
enum class Metric {
    percent,  // mean over units of the share of agreeing pairs
    cohen,  // Cohen 1960; for more than two raters the mean over all pairs that share a unit (Light
            // 1971)
    cohen_linear,  // weights by distance in the order of the categories the two raters used (Cohen
                   // 1968)
    cohen_quadratic,
    fleiss,                // Fleiss 1971, units may have different numbers of ratings
    krippendorff_nominal,  // Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011
    krippendorff_ordinal,
    krippendorff_interval,
    krippendorff_ratio,
    gwet_ac1,  // Gwet 2008
    gwet_ac2,  // AC1 with quadratic weights over the values, or over the ranks if a category is no
               // number
};

// The names of the command line: "krippendorff-nominal" and so on.
std::optional<Metric> parse_metric(std::string_view name);
std::string_view metric_names();  // separated by ", "

struct Agreement {
    std::optional<double> value;  // nothing if it is undefined: only one category was ever used
    std::optional<double> low;    // 95 % interval: percentiles of a bootstrap over units
    std::optional<double> high;
    std::size_t units = 0;   // with two ratings or more
    std::size_t raters = 0;  // of any unit
};

// Interval and ratio metrics need numbers, ratio none below 0; Cohen needs two raters; every metric
// a unit with two ratings: otherwise base::Error. The same input and seed give the same result.
Agreement agreement(
    const Judgements& ratings,
    Metric metric,
    std::size_t replicates = 1000,
    std::uint64_t seed = 1
);

}  // namespace labeling
