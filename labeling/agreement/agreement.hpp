#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

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
    conger,  // Conger 1980: Cohen's kappa of many raters at once
    scott,   // Scott 1955, as cohen the mean over pairs; of many raters at once it is fleiss
    fleiss,  // Fleiss 1971, units may have different numbers of ratings
    krippendorff_nominal,  // Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011
    krippendorff_ordinal,
    krippendorff_interval,
    krippendorff_ratio,
    brennan_prediger,  // Brennan and Prediger 1981, with weights as AC2
    brennan_prediger_linear,
    brennan_prediger_quadratic,
    brennan_prediger_ordinal,
    gwet_ac1,  // Gwet 2008
    gwet_ac2,  // AC1 with quadratic weights over the values, or over the places in an order
    gwet_ac2_linear,
    gwet_ac2_ordinal,  // weights by how many pairs of categories lie between two
    gwet_ac2_radical,
    gwet_ac2_ratio,
    kendall,   // tau-b, Kendall 1945, the mean over pairs of raters
    spearman,  // rank correlation, Spearman 1904, likewise
};

constexpr auto words_of(Metric) {
    return std::to_array<base::Word<Metric>>({
        {Metric::percent, "percent", "share of agreeing pairs, chance not taken off"},
        {Metric::cohen, "cohen", "Cohen's kappa, the mean over pairs of raters"},
        {Metric::cohen_linear, "cohen-linear", "Cohen's kappa weighted by distance"},
        {Metric::cohen_quadratic, "cohen-quadratic", "Cohen's kappa weighted by squared distance"},
        {Metric::conger, "conger", "Conger's kappa, of all raters at once"},
        {Metric::scott, "scott", "Scott's pi, the mean over pairs of raters"},
        {Metric::fleiss, "fleiss", "Fleiss' kappa"},
        {Metric::krippendorff_nominal, "krippendorff-nominal", "Krippendorff's alpha of classes"},
        {Metric::krippendorff_ordinal, "krippendorff-ordinal", "Krippendorff's alpha of ranks"},
        {Metric::krippendorff_interval, "krippendorff-interval", "Krippendorff's alpha of numbers"},
        {Metric::krippendorff_ratio, "krippendorff-ratio", "Krippendorff's alpha of amounts"},
        {Metric::brennan_prediger, "brennan-prediger", "Brennan and Prediger's coefficient"},
        {Metric::brennan_prediger_linear, "brennan-prediger-linear", ".. weighted by distance"},
        {Metric::brennan_prediger_quadratic,
         "brennan-prediger-quadratic",
         ".. weighted by squared distance"},
        {Metric::brennan_prediger_ordinal,
         "brennan-prediger-ordinal",
         ".. weighted by places between"},
        {Metric::gwet_ac1, "gwet-ac1", "Gwet's AC1"},
        {Metric::gwet_ac2, "gwet-ac2", "Gwet's AC2, weighted by squared distance"},
        {Metric::gwet_ac2_linear, "gwet-ac2-linear", "Gwet's AC2, weighted by distance"},
        {Metric::gwet_ac2_ordinal, "gwet-ac2-ordinal", "Gwet's AC2, weighted by places between"},
        {Metric::gwet_ac2_radical,
         "gwet-ac2-radical",
         "Gwet's AC2, weighted by the root of the distance"},
        {Metric::gwet_ac2_ratio, "gwet-ac2-ratio", "Gwet's AC2, weighted by the ratio of amounts"},
        {Metric::kendall, "kendall", "Kendall's tau-b of numbers, the mean over pairs of raters"},
        {Metric::spearman,
         "spearman",
         "Spearman's rank correlation, the mean over pairs of raters"},
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

// Metrics of ranks and weights need numbers or an order of the ratings (in_order()), interval and
// ratio ones numbers, ratio none below 0; metrics of pairs need two raters; every metric a unit
// with two ratings: otherwise base::Error. The same input and seed give the same result. Where a
// replicate takes long there are fewer of them, 100 at least; asked to stop it throws
// base::Interrupted.
Agreement agreement(
    const Judgements& ratings,
    Metric metric,
    std::size_t replicates = 1000,
    std::uint64_t seed = 1,
    const std::stop_token& stop = {}
);

// Whether the metric needs an order of the ratings and can do without values.
bool needs_order(Metric metric);

// The same ratings, by which `order` is the scale from least to most: places in it are their
// values, and all of it are categories. Throws base::Error for a rating that it does not hold.
Judgements in_order(const Judgements& ratings, const std::vector<std::string>& order);

}  // namespace labeling
