#pragma once

#include <vector>

#include "training/report/report.hpp"
#include "training/snapshots/example_store.hpp"

namespace training {

// Adds the records' text and picture to the findings of the same places.
void illustrate(
    const ExampleStore& store,
    const std::vector<Item>& items,
    std::vector<Finding>& findings
);

}  // namespace training
