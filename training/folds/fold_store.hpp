#pragma once

#include <vector>

#include "training/snapshots/example_store.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace training {

// Gives the examples what a cross-validation must know of them (Examples::groups, folds): what the
// snapshot did not divide is not divided, and the folds that it was made with are used. Where it
// was split by time without folds, six follow each other. `items` are the examples' rows.
void give_folds(
    base::Database& database,
    const SnapshotInfo& snapshot,
    const std::vector<Item>& items,
    Examples& examples
);

}  // namespace training
