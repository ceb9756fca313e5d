#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "training/evaluation/statistics.hpp"
#include "training/models/model.hpp"

namespace training {

// A figure by its name, with its 95 % interval where there is one. Nothing where it is undefined,
// which is not the same as 0.
struct Measure {
    std::string name;
    std::optional<double> value;
    std::optional<Interval> interval;
};

struct ClassScore {
    std::optional<double> precision;  // nothing where nothing was predicted
    std::optional<double> recall;     // nothing where there was nothing to find
    double f1 = 0;
    std::size_t support = 0;                       // rows that are of the class
    std::size_t predicted = 0;                     // rows said to be of the class
    std::optional<double> auc = {};                // against all others (ranking.hpp)
    std::optional<double> average_precision = {};  // the same
    std::optional<Interval> f1_interval = {};      // where there are 100 classes at most
    // Wilson's; of precision and recall.
    Interval precision_interval() const;
    Interval recall_interval() const;
};

// Rows of one class that were said to be of one class.
struct ConfusionCell {
    std::size_t truth = 0;
    std::size_t predicted = 0;
    std::size_t rows = 0;

    bool operator==(const ConfusionCell&) const = default;
};

// Rows whose highest probability lies in one of ten equal ranges.
struct CalibrationBin {
    std::size_t rows = 0;
    double confidence = 0;  // mean of the highest probability
    double accuracy = 0;
};

// Names of measures of classes: accuracy (Wilson's interval), balanced_accuracy; precision, recall
// and f1 as macro_ (the mean over classes that have one; of f1 over the classes met in truth or
// prediction), weighted_ (by support) and micro_ (of one label a row all three are the accuracy);
// mcc (Gorodkin 2004), kappa (Cohen 1960), log_loss (nats, probabilities cut at 1e-15), brier
// (Brier 1950; halved where there are two classes), calibration_error (expected, over the bins; Guo
// et al. 2017), top_3_accuracy and top_5_accuracy where there are more classes; roc_auc and
// average_precision (ranking.hpp); mean_cost where costs are given.
struct ClassReport {
    std::size_t rows = 0;
    std::size_t correct = 0;
    Estimate accuracy;
    Estimate macro_f1;
    Estimate log_loss;
    double calibration_error = 0;
    std::vector<CalibrationBin> bins;
    std::vector<ClassScore> classes;
    std::vector<ConfusionCell> confusion;  // those that are not empty, by truth and prediction
    std::vector<Measure> measures;         // all, the four above too
};

// Names of measures of values: rmse, mae, median_ae, mape (undefined if a true value is 0), r2 (1 -
// residual / total sum of squares, undefined where the truth does not vary), pinball (for Loss
// quantile), poisson_deviance (for Loss poisson; undefined where a prediction is not above 0).
struct ValueReport {
    std::size_t rows = 0;
    std::size_t zero_truths = 0;  // rows whose true value is 0
    Estimate rmse;
    Estimate mae;
    Estimate r2;  // NaN where it is undefined
    std::vector<Measure> measures;
};

struct Judging {
    std::uint64_t seed = 1;
    std::size_t threads = 0;         // 0: one per processor; the figures do not depend on it
    bool brief = false;              // accuracy, macro F1 and log-loss only, or rmse, mae and r2
    std::span<const int> said = {};  // the class of each row at once; empty: decide()
    // What it costs to say a class of a row of another; empty: no mean cost.
    std::function<double(std::size_t truth, std::size_t said)> cost = {};
    Loss loss = Loss::squared;
    double quantile = 0.5;
    std::stop_token stop = {};
};

// The class of each row: the most probable, the first of equals.
std::vector<int> decide(std::span<const double> probabilities, std::size_t classes);

// What the figures of classes ask of each row. It is added block by block of rows, so that a
// hundred thousand classes need no matrix of all rows by all classes.
struct RowsSaid {
    // `brief`: as Judging says.
    explicit RowsSaid(std::size_t of_classes, bool brief_figures = false)
        : classes(of_classes), brief(brief_figures) {}

    // Rows after those that are here: their probabilities (row-major), true classes, and the
    // classes that are said of them. Throws base::Error when the sizes do not fit or a class is
    // none.
    void add(
        std::span<const double> probabilities,
        std::span<const int> truth,
        std::span<const int> decided
    );
    std::size_t rows() const { return said.size(); }

    std::size_t classes;
    bool brief;
    std::vector<int> truth, said;
    std::vector<double> sure;          // how probable the class is that is said
    std::vector<double> next;          // and the most probable of the others
    std::vector<double> of_truth;      // the true one
    std::vector<double> squares;       // of all misses: Brier's sum; not where it is brief
    std::vector<std::uint32_t> place;  // how many classes come before the true one; likewise
};

// Figures of rows that were seen; those that rank rows of `probabilities`, which are all of them,
// or empty where there were too many for one matrix (most_ranked). Intervals are bootstraps
// (statistics.hpp), which take seconds for a million rows. Throws base::Error when the sizes do not
// fit, base::Interrupted at a stop.
ClassReport
judge_classes(const RowsSaid& rows, std::span<const double> probabilities, const Judging& how = {});
// Of all rows at once: `probabilities` is row-major, truth.size() x classes; what is said of them
// is `how.said`.
ClassReport judge_classes(
    std::span<const double> probabilities,
    std::span<const int> truth,
    std::size_t classes,
    const Judging& how = {}
);
ValueReport judge_values(
    std::span<const double> predicted,
    std::span<const double> truth,
    const Judging& how = {}
);

// Nothing if the list has none of that name.
const Measure* find_measure(std::span<const Measure> measures, std::string_view name);

// -log of the probability of what is true, cut at 1e-15.
double loss_of_probability(double probability);

// What a prediction costs by a loss: squared error (of `huber` too), absolute or pinball error, or
// Poisson deviance, for which a prediction counts as 1e-9 at least.
double loss_of(double predicted, double truth, Loss loss, double quantile);

}  // namespace training
