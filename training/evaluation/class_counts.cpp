#include "training/evaluation/class_counts.hpp"

#include <cmath>
#include <limits>

namespace training {

namespace {

constexpr double not_defined = std::numeric_limits<double>::quiet_NaN();

// A weighted mean of what is defined.
struct WeightedMean {
    double sum = 0;
    double weight = 0;

    void add(double value, double by) {
        sum += by * value;
        weight += by;
    }
    double value() const { return weight > 0 ? sum / weight : not_defined; }
};

}  // namespace

void count_figures(const ClassCounts& of, std::span<double> out) {
    WeightedMean precision, recall, f1, by_support_precision, by_support_recall, by_support_f1;
    double rows = 0;
    double right = 0;
    double expected = 0;
    double truth_squares = 0;
    double said_squares = 0;
    for (std::size_t c = 0; c < of.hits.size(); ++c) {
        const auto hits = static_cast<double>(of.hits[c]);
        const auto support = static_cast<double>(of.support[c]);
        const auto said = static_cast<double>(of.predicted[c]);
        if (support + said == 0) continue;
        rows += support;
        right += hits;
        expected += support * said;
        truth_squares += support * support;
        said_squares += said * said;
        if (said > 0) precision.add(hits / said, 1);
        if (said > 0) by_support_precision.add(hits / said, support);
        if (support > 0) recall.add(hits / support, 1);
        if (support > 0) by_support_recall.add(hits / support, support);
        f1.add(2 * hits / (support + said), 1);
        by_support_f1.add(2 * hits / (support + said), support);
    }
    const double accuracy = rows > 0 ? right / rows : not_defined;
    out[balanced_accuracy] = out[macro_recall] = recall.value();
    out[macro_precision] = precision.value();
    out[macro_f_1] = f1.value();
    out[weighted_precision] = by_support_precision.value();
    out[weighted_recall] = by_support_recall.value();
    out[weighted_f1] = by_support_f1.value();
    out[micro_precision] = out[micro_recall] = out[micro_f1] = accuracy;
    const double apart =
        std::sqrt(rows * rows - truth_squares) * std::sqrt(rows * rows - said_squares);
    out[mcc] = apart > 0 ? (right * rows - expected) / apart : not_defined;
    const double chance = rows > 0 ? expected / (rows * rows) : 1;
    out[kappa] = chance < 1 ? (accuracy - chance) / (1 - chance) : not_defined;
}

double f1_of(const ClassCounts& of, std::size_t which) {
    const auto met = of.support[which] + of.predicted[which];
    return met > 0 ? 2 * static_cast<double>(of.hits[which]) / static_cast<double>(met)
                   : not_defined;
}

double macro_f1(
    std::span<const int> said,
    std::span<const int> truth,
    std::size_t classes,
    Multiplicities times
) {
    ClassCounts counts(classes);
    for (std::size_t row = 0; row < truth.size(); ++row)
        if (times[row] > 0) counts.add(truth[row], said[row], times[row]);
    std::vector<double> out(counted_figures);
    count_figures(counts, out);
    return out[macro_f_1];
}

}  // namespace training
