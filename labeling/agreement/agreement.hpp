#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/words.hpp"
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

constexpr auto words_of(Metric) {
    return std::to_array<base::Word<Metric>>({
        {Metric::percent, "percent", "share of agreeing pairs, chance not taken off"},
        {Metric::cohen, "cohen", "Cohen's kappa, the mean over pairs of raters"},
        {Metric::cohen_linear, "cohen-linear", "Cohen's kappa weighted by distance"},
        {Metric::cohen_quadratic, "cohen-quadratic", "Cohen's kappa weighted by squared distance"},
        {Metric::fleiss, "fleiss", "Fleiss' kappa"},
        {Metric::krippendorff_nominal, "krippendorff-nominal", "Krippendorff's alpha of classes"},
        {Metric::krippendorff_ordinal, "krippendorff-ordinal", "Krippendorff's alpha of ranks"},
        {Metric::krippendorff_interval, "krippendorff-interval", "Krippendorff's alpha of numbers"},
        {Metric::krippendorff_ratio, "krippendorff-ratio", "Krippendorff's alpha of amounts"},
        {Metric::gwet_ac1, "gwet-ac1", "Gwet's AC1"},
        {Metric::gwet_ac2, "gwet-ac2", "Gwet's AC2, weighted by squared distance"},
    });
}

// What a project's page shows beside each other.
inline constexpr std::array usual_metrics{
    Metric::krippendorff_nominal,
    Metric::gwet_ac1,
    Metric::percent,
};

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
