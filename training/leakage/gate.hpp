#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "training/leakage/leakage.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace training {

// All that is looked for before anything is fitted: columns and texts of the training rows, their
// order, and what reaches from one side to another. Columns that are known to be the label have
// been taken out before.
std::vector<LeakFinding> look_for_leaks(
    base::Database& database,
    const SnapshotInfo& snapshot,
    const std::array<std::vector<Item>, 3>& items,
    const std::array<Examples, 3>& examples,
    std::uint64_t seed
);

// A score on rows that were held out which is too good to be true. Of values it stops; classes may
// be told apart without a fault, so it is said. `commonest`: the share of the commonest class.
std::vector<LeakFinding> score_leaks(std::size_t rows, double accuracy, double commonest);
std::vector<LeakFinding> score_leaks(std::size_t rows, double r2);

}  // namespace training
