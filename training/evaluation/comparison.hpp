#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "training/evaluation/statistics.hpp"

namespace training {

// Two classifiers on the same rows. McNemar's exact test (1947) asks whether they err equally
// often.
struct ClassComparison {
    std::size_t rows = 0;
    std::size_t only_first = 0;   // right in the first only
    std::size_t only_second = 0;  // right in the second only
    double p_value = 1;
    Estimate difference;  // accuracy of the second less that of the first; paired bootstrap
};

// Throws base::Error when the lists differ in length.
ClassComparison compare_classes(
    std::span<const int> first,
    std::span<const int> second,
    std::span<const int> truth,
    std::uint64_t seed = 1
);

// Two runs by their loss on each of the same rows: mean of second - first with a paired bootstrap
// interval. A difference whose interval excludes 0 is significant at 5 %.
Estimate compare_losses(
    std::span<const double> first,
    std::span<const double> second,
    std::uint64_t seed = 1
);

}  // namespace training
