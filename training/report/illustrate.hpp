#pragma once

#include <vector>

#include "training/report/report.hpp"
#include "training/run_store.hpp"
#include "training/snapshots/example_store.hpp"

namespace training {

// Adds the records' text and picture to the findings of the same places.
void illustrate(
    const ExampleStore& store,
    const std::vector<Item>& items,
    std::vector<Finding>& findings
);

// Predicted values beside true ones, and the records that are missed by most. The store is left
// without texts and pictures where a column was learnt.
void add_values(
    ExampleStore& store,
    const RunInfo& run,
    std::vector<Prediction> predictions,
    Report& report
);

}  // namespace training
