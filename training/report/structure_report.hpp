#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "training/report/report.hpp"
#include "training/run_store.hpp"
#include "training/snapshots/example_store.hpp"

namespace training {

// Adds what a model without labels found in the training rows: figures, groups with their size,
// features and nearest records, and the records that fit least. `analysis` is what the run stored,
// `predictions` those of the training part. The table of models goes: there is nothing in it.
void add_structure(
    const ExampleStore& store,
    const boost::json::object& analysis,
    const std::vector<Metric>& metrics,
    std::vector<Prediction> predictions,
    Report& report
);

// As HTML.
std::string found_figures(const Report& report);
std::string groups_list(const Report& report);
std::string odd_list(const Report& report);

}  // namespace training
