#pragma once

#include <optional>
#include <string>

#include "training/experiment.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace training {

// What the model of a training is called: as it was asked for, or PROJECT-KIND, of a form's
// question PROJECT-QUESTION-KIND (SNAPSHOT-KIND where there is no project).
std::string model_name(const TrainSettings& settings, const SnapshotInfo& snapshot);

// The run of this key that is done, as the outcome of asking for it again; its model gets this
// name, as a new version, if it has another. Nothing if there is no such run.
std::optional<TrainOutcome>
trained_before(base::Database& database, const std::string& name, const std::string& key);

}  // namespace training
