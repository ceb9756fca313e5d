#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "training/evaluation/statistics.hpp"
#include "training/numeric/team.hpp"

// How well scores put the rows of a class before the others, whatever the threshold.
namespace training {

struct Ranking {
    // Of each class against all others; nothing where one of the two sides has no row. Area under
    // the ROC curve with ties as one half (Mann and Whitney 1947), and the mean of the precision at
    // each row of the class, equal scores taken at once.
    std::vector<std::optional<double>> auc;
    std::vector<std::optional<double>> average_precision;
    // The means over the classes that have one; of two classes the area of the second. Intervals by
    // the infinitesimal jackknife (Efron 1982; of one area DeLong et al. 1988) on the logit scale.
    std::optional<Estimate> macro_auc;
    std::optional<Estimate> macro_average_precision;
};

// rows x classes above which judge_ranking() is not to be asked: it sorts every column.
constexpr std::size_t most_ranked = 50'000'000;

// `probabilities` is row-major, truth.size() x classes. The same bits at any number of threads.
// Throws base::Interrupted at a stop.
Ranking judge_ranking(
    std::span<const double> probabilities,
    std::span<const int> truth,
    std::size_t classes,
    Team& team,
    std::stop_token stop = {}
);

// Points of a curve, x rising.
using CurveOfPoints = std::vector<std::pair<double, double>>;

struct ThresholdCurves {
    CurveOfPoints roc;               // share of the others taken, share of the class taken
    CurveOfPoints precision_recall;  // recall, precision
};

// Of a class against all others, thinned out to `most` points each; empty where a side has no row.
ThresholdCurves threshold_curves(
    std::span<const double> scores,
    std::span<const char> is_of,
    std::size_t most = 200
);

// Accuracy of the rows answered when only the surest are (El-Yaniv and Wiener 2010): coverage and
// accuracy, coverage rising, thinned out to `most` points.
CurveOfPoints coverage_curve(
    std::span<const double> confidence,
    std::span<const char> right,
    std::size_t most = 200
);

}  // namespace training
