#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "training/leakage/leakage.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace training {

// Members of a snapshot that must not be on different sides, by what is known of them now: groups,
// equal contents, equal or nearly equal texts, clusters of duplicates that were found since. It
// stops from one held-out record in a hundred on.
std::vector<LeakFinding> part_leaks(base::Database& database, const SnapshotInfo& snapshot);

// Times that the training records say (of their own, or in a field of nearly all), where their
// labels follow each other, unless the snapshot is split by time. `rows`: the examples of `items`.
std::vector<LeakFinding> order_leaks(
    base::Database& database,
    const SnapshotInfo& snapshot,
    const std::vector<Item>& items,
    const Examples& rows
);

}  // namespace training
