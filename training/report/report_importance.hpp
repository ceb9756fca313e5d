#pragma once

#include <stop_token>

#include "training/report/report.hpp"
#include "training/run_store.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace training {

// Importance of the columns on validation rows, or on those of test where there are none, and the
// gains of trees. Nothing for a run that made no model. Throws base::Interrupted at a stop.
void add_importance(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    const RunInfo& run,
    const SnapshotInfo& snapshot,
    Report& report,
    std::stop_token stop
);

}  // namespace training
