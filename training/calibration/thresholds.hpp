#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace training {

// Thresholds by class, sum 1, at which deciding by the highest ratio of probability and threshold
// makes F-beta (van Rijsbergen 1979) highest: of `positive`, or else its mean over the classes met.
// One class after the other is given the threshold that is best while the others stay, until none
// gains; of two classes that is the best there is. `probabilities` is row-major.
std::vector<double> best_thresholds(
    std::span<const double> probabilities,
    std::span<const int> truth,
    std::size_t classes,
    double beta,
    std::optional<std::size_t> positive
);

}  // namespace training
