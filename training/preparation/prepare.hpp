#pragma once

#include <optional>

#include "schema/records/record.hpp"
#include "training/preparation/preparation.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace training {

struct Prepared {
    int version = 0;  // 0: the source's records are not prepared
    FittedPreparation fitted;
};

// A version of the preparation of the snapshot's source (the present one if none is named), fitted
// on the snapshot's training side and on nothing else: as it was kept, or else fitted now and kept.
// The store then reads accepted fixes and pictures if the preparation asks for them.
Prepared prepare(
    base::Database& database,
    ExampleStore& store,
    const SnapshotInfo& snapshot,
    std::optional<int> version,
    schema::Time now
);

}  // namespace training
