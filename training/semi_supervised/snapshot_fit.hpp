#pragma once

#include <array>
#include <stop_token>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "training/semi_supervised/unlabelled_spec.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/snapshots/snapshot_store.hpp"
#include "training/trainer.hpp"

namespace training {

struct SnapshotFit {
    TrainResult fitted;
    // {"method", "found", "held_out", "denied", "taken", "rounds": [{"used", "changed", "cost"}],
    // "guard": {"folds", "rows", "costs", "errors", "best"}, "kept"}; empty where records without
    // a label were not asked for.
    boost::json::object unlabelled;
    std::vector<std::string> notes;  // the same in lines for people
};

// fit() of the parts of a snapshot, with its records without a label where they are asked for.
// `store` gives rows as it gave those of `examples`; `left_out` are columns that were dropped
// there.
SnapshotFit fit_snapshot(
    base::Database& database,
    const ExampleStore& store,
    const SnapshotInfo& snapshot,
    const std::array<Examples, 3>& examples,
    const std::vector<std::string>& left_out,
    const UnlabelledSpec& how,
    const TrainSpec& spec,
    const OnProgress& progress,
    std::stop_token stop
);

}  // namespace training
