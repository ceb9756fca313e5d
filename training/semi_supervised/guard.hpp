#pragma once

#include <cstddef>
#include <stop_token>
#include <vector>

#include "training/semi_supervised/semi_rounds.hpp"

namespace training {

// What a cross-validation of the labelled rows says of learning from unlabelled ones too. Figures
// are means over the rows that were judged, by round; the first is of the labels alone.
struct UnlabelledGuard {
    std::size_t folds = 0;       // that were judged; 0: there are too few rows for it
    std::size_t rows = 0;        // labelled rows that were judged
    std::vector<double> costs;   // as a search counts them (TrainSpec::objective)
    std::vector<double> errors;  // 1 less the accuracy
    // The round that costs least of those that err no more often than the labels alone; 0 if none
    // costs less than these.
    std::size_t best = 0;
};

// Learns in up to five folds (three beyond 500 rows, one beyond 5,000; of folds in time the last)
// from the rows of the others, with 5,000 unlabelled rows at most, and judges each round on the
// fold. Throws as fit() does.
UnlabelledGuard guard_unlabelled(const RoundsInput& input, std::stop_token stop);

}  // namespace training
