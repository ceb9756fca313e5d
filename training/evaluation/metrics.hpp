#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "training/evaluation/statistics.hpp"

namespace training {

struct ClassScore {
    std::optional<double> precision;  // nothing where nothing was predicted
    std::optional<double> recall;     // nothing where there was nothing to find
    double f1 = 0;
    std::size_t support = 0;    // rows that are of the class
    std::size_t predicted = 0;  // rows said to be of the class
};

// Rows whose highest probability lies in one of ten equal ranges.
struct CalibrationBin {
    std::size_t rows = 0;
    double confidence = 0;  // mean of the highest probability
    double accuracy = 0;
};

struct ClassReport {
    std::size_t rows = 0;
    std::size_t correct = 0;
    Estimate accuracy;             // Wilson
    Estimate macro_f1;             // over the classes met in truth or prediction; bootstrap
    Estimate log_loss;             // nats, probabilities cut at 1e-15; bootstrap
    double calibration_error = 0;  // expected calibration error over the bins (Guo et al. 2017)
    std::vector<CalibrationBin> bins;
    std::vector<ClassScore> classes;
    std::vector<std::size_t> confusion;  // classes x classes, row: truth, column: prediction
};

struct ValueReport {
    std::size_t rows = 0;
    Estimate rmse;
    Estimate mae;
    Estimate r2;  // 1 - residual / total sum of squares; 0 where the truth does not vary
};

// The class of each row: the most probable, the first of equals.
std::vector<int> decide(std::span<const double> probabilities, std::size_t classes);

// `probabilities` is row-major, truth.size() x classes. Throws base::Error when the sizes do not
// fit.
ClassReport judge_classes(
    std::span<const double> probabilities,
    std::span<const int> truth,
    std::size_t classes,
    std::uint64_t seed = 1
);
ValueReport judge_values(
    std::span<const double> predicted,
    std::span<const double> truth,
    std::uint64_t seed = 1
);

}  // namespace training
