#pragma once

#include <array>
#include <optional>
#include <vector>

#include "training/answers/asked_question.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/snapshots/snapshot_store.hpp"
#include "training/train_settings.hpp"

namespace training {

// Gives the three parts of a snapshot the labels that their items have besides classes and values:
// sets, spans and answers as the project's kind has them (`question` if these), and for the
// training part how sure they are, if that is asked for, and its folds. Throws base::Error in one
// line for what cannot be learnt so.
void give_labels(
    base::Database& database,
    const ExampleStore& store,
    const SnapshotInfo& snapshot,
    const TrainSettings& settings,
    const std::optional<AskedQuestion>& question,
    const std::array<std::vector<Item>, 3>& items,
    std::array<Examples, 3>& examples
);

}  // namespace training
