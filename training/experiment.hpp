#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "training/leakage/leakage.hpp"
#include "training/run_store.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/train_settings.hpp"

namespace training {

struct TrainOutcome {
    RunInfo run;
    std::vector<Metric> metrics;
    std::string model_name;
    int model_version = 0;
    std::size_t training_rows = 0;
    std::vector<std::string> label_columns;  // that repeat the label, and were left out
    Leakage leakage;
    bool existing = false;  // the same was trained before: that run is told of, none was made
};

// Fits the model on the training part of a snapshot, tunes it on validation, judges it once on
// test, and stores run, metrics, predictions of validation and test, and the model, in one
// transaction at the end. A run that fails or is interrupted is kept as such. Throws LeakFound
// before anything is fitted, or kept, if a leak stops it (training/leakage).
//
// Where a run of the same key (registry/run_key) is done, nothing is fitted and the test part is
// not read again: that run is the outcome, and its model gets the name that was asked for.
// `settings.again` trains anyway; a search with a budget, and a preparation that looks at accepted
// fixes, always do.
TrainOutcome train(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    const TrainSettings& settings,
    const std::string& code_version,
    const OnProgress& progress,
    std::stop_token stop
);

}  // namespace training
