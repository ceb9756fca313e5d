#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "training/evaluation/metrics.hpp"

namespace training {

struct SetScore {
    ClassScore score;
    std::optional<double> auc;  // nothing where all rows have the class, or none
};

// How well sets of classes are told (Tsoumakas and Katakis 2007, section 4), with bootstrap
// intervals over the rows.
struct SetReport {
    std::size_t rows = 0;
    Estimate micro_f1;   // of all marks together; 1 where nothing is marked or said
    Estimate macro_f1;   // mean over the classes met in truth or prediction
    Estimate sample_f1;  // mean over the rows; a row without marks that is said to have none: 1
    Estimate subset_accuracy;         // share of rows whose set is exactly right
    Estimate hamming_loss;            // share of wrong marks
    std::optional<double> macro_auc;  // mean over the classes that have one
    std::vector<SetScore> classes;
};

// All row-major, rows x classes; `truth` and `said` are 0 or 1. Throws base::Error when the sizes
// do not fit.
SetReport judge_sets(
    std::span<const double> probabilities,
    std::span<const std::uint8_t> said,
    std::span<const std::uint8_t> truth,
    std::size_t classes,
    std::uint64_t seed = 1
);

// 95 % percentile bootstrap interval of a figure, which is asked for each resample: rows of n with
// repetition.
Interval resampled_interval(
    std::size_t n,
    std::uint64_t seed,
    const std::function<double(std::span<const std::uint32_t>)>& figure
);

// The share of pairs of a marked and an unmarked row in which the marked one is more probable, ties
// half (Hanley and McNeil 1982); nothing where there is no such pair.
std::optional<double> auc_of(std::vector<std::pair<double, bool>> said);

}  // namespace training
