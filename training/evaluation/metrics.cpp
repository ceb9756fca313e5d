// Everything is counted once into vectors by row, and the intervals are bootstraps over row
// numbers: a resample reads the vectors again and predicts nothing. Accuracy is a share and has
// Wilson's interval instead, which needs no resampling.
//
// Macro F1 leaves out classes that neither truth nor prediction names, as a resample may miss a
// rare class. The calibration error is the expected one over ten equal ranges (Guo et al. 2017, "On
// calibration of modern neural networks", section 2).
#include "training/evaluation/metrics.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace training {

namespace {

double ratio(std::size_t a, std::size_t b) {
    return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b);
}

// Undefined of none, which is not the same as 0.
std::optional<double> share(std::size_t a, std::size_t b) {
    return b == 0 ? std::nullopt : std::optional(ratio(a, b));
}

double macro_f1(
    std::span<const std::size_t> hits,
    std::span<const std::size_t> truth,
    std::span<const std::size_t> said
) {
    double sum = 0;
    std::size_t met = 0;
    for (std::size_t c = 0; c < hits.size(); ++c) {
        if (truth[c] + said[c] == 0) continue;
        ++met;
        sum += 2 * static_cast<double>(hits[c]) / static_cast<double>(truth[c] + said[c]);
    }
    return met == 0 ? 0 : sum / static_cast<double>(met);
}

double mean_of(std::span<const double> values, std::span<const std::uint32_t> rows) {
    double sum = 0;
    for (auto row : rows) sum += values[row];
    return sum / static_cast<double>(rows.size());
}

double mean_of(std::span<const double> values) {
    double sum = 0;
    for (double v : values) sum += v;
    return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

void calibrate(
    ClassReport& report,
    std::span<const double> highest,
    std::span<const int> said,
    std::span<const int> truth
) {
    report.bins.resize(10);
    for (std::size_t row = 0; row < highest.size(); ++row) {
        auto& bin = report.bins[std::min<std::size_t>(
            9, static_cast<std::size_t>(std::max(0.0, highest[row]) * 10)
        )];
        ++bin.rows;
        bin.confidence += highest[row];
        bin.accuracy += said[row] == truth[row] ? 1 : 0;
    }
    for (auto& bin : report.bins) {
        if (bin.rows == 0) continue;
        const auto n = static_cast<double>(bin.rows);
        bin.confidence /= n;
        bin.accuracy /= n;
        report.calibration_error +=
            n / static_cast<double>(highest.size()) * std::abs(bin.confidence - bin.accuracy);
    }
}

}  // namespace

std::vector<int> decide(std::span<const double> probabilities, std::size_t classes) {
    std::vector<int> out;
    for (std::size_t at = 0; classes > 0 && at + classes <= probabilities.size(); at += classes) {
        const auto line = probabilities.subspan(at, classes);
        out.push_back(static_cast<int>(std::max_element(line.begin(), line.end()) - line.begin()));
    }
    return out;
}

ClassReport judge_classes(
    std::span<const double> probabilities,
    std::span<const int> truth,
    std::size_t classes,
    std::uint64_t seed
) {
    if (probabilities.size() != truth.size() * classes)
        throw base::Error("metrics", "predictions and truth differ in rows");
    for (int label : truth) {
        if (label < 0 || static_cast<std::size_t>(label) >= classes)
            throw base::Error("metrics", "a true class is out of range");
    }
    ClassReport report;
    const auto n = report.rows = truth.size();
    const auto said = decide(probabilities, classes);
    std::vector<double> losses(n);
    std::vector<double> highest(n);
    report.confusion.assign(classes * classes, 0);
    for (std::size_t row = 0; row < n; ++row) {
        const auto label = static_cast<std::size_t>(truth[row]);
        const auto guess = static_cast<std::size_t>(said[row]);
        losses[row] = -std::log(std::max(probabilities[row * classes + label], 1e-15));
        highest[row] = probabilities[row * classes + guess];
        ++report.confusion[label * classes + guess];
        if (label == guess) ++report.correct;
    }
    report.classes.resize(classes);
    std::vector<std::size_t> hits(classes);
    std::vector<std::size_t> support(classes);
    std::vector<std::size_t> predicted(classes);
    for (std::size_t a = 0; a < classes; ++a) {
        hits[a] = report.confusion[a * classes + a];
        for (std::size_t b = 0; b < classes; ++b) {
            support[a] += report.confusion[a * classes + b];
            predicted[a] += report.confusion[b * classes + a];
        }
        report.classes[a] = {
            share(hits[a], predicted[a]),
            share(hits[a], support[a]),
            ratio(2 * hits[a], predicted[a] + support[a]),
            support[a],
            predicted[a],
        };
    }
    report.accuracy = {
        ratio(report.correct, n),
        base::wilson(static_cast<double>(report.correct), static_cast<double>(n))};
    report.macro_f1.value = macro_f1(hits, support, predicted);
    report.macro_f1.interval = bootstrap(n, seed, [&](std::span<const std::uint32_t> rows) {
        std::fill(hits.begin(), hits.end(), 0);
        std::fill(support.begin(), support.end(), 0);
        std::fill(predicted.begin(), predicted.end(), 0);
        for (auto row : rows) {
            const auto label = static_cast<std::size_t>(truth[row]);
            ++support[label];
            ++predicted[static_cast<std::size_t>(said[row])];
            if (said[row] == truth[row]) ++hits[label];
        }
        return macro_f1(hits, support, predicted);
    });
    report.log_loss = {
        mean_of(losses), bootstrap(n, seed, [&](auto rows) { return mean_of(losses, rows); })};
    calibrate(report, highest, said, truth);
    return report;
}

ValueReport
judge_values(std::span<const double> predicted, std::span<const double> truth, std::uint64_t seed) {
    if (predicted.size() != truth.size())
        throw base::Error("metrics", "predictions and truth differ in rows");
    ValueReport report;
    const auto n = report.rows = truth.size();
    if (n == 0) return report;
    std::vector<double> squares(n);
    std::vector<double> misses(n);
    for (std::size_t row = 0; row < n; ++row) {
        misses[row] = std::abs(predicted[row] - truth[row]);
        squares[row] = misses[row] * misses[row];
    }
    const auto r2 = [&](std::span<const std::uint32_t> rows) {
        const double mean = mean_of(truth, rows);
        double total = 0;
        for (auto row : rows) total += (truth[row] - mean) * (truth[row] - mean);
        return total > 0 ? 1 - mean_of(squares, rows) * static_cast<double>(rows.size()) / total
                         : 0;
    };
    std::vector<std::uint32_t> all(n);
    for (std::size_t row = 0; row < n; ++row) all[row] = static_cast<std::uint32_t>(row);
    report.rmse = {std::sqrt(mean_of(squares)), bootstrap(n, seed, [&](auto rows) {
                       return std::sqrt(mean_of(squares, rows));
                   })};
    report.mae = {
        mean_of(misses), bootstrap(n, seed, [&](auto rows) { return mean_of(misses, rows); })};
    report.r2 = {r2(all), bootstrap(n, seed, r2)};
    return report;
}

}  // namespace training
