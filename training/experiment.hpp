#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "training/snapshots/example_store.hpp"
#include "training/run_store.hpp"
#include "training/trainer.hpp"

namespace training {

struct TrainRequest {
    std::string snapshot;
    TrainSpec spec;
    std::string target;      // numeric column to predict instead of the project's labels
    std::string model_name;  // empty: PROJECT-KIND
    bool learning_curve = false;
    std::string code_version;
    std::optional<int>
        preparation;  // a version of the source's, 0 for none; nothing: the present one
};

struct TrainOutcome {
    RunInfo run;
    std::vector<Metric> metrics;
    std::string model_name;
    int model_version = 0;
    std::size_t training_rows = 0;
};

// Fits the model on the training part of a snapshot, tunes it on validation, judges it once on
// test, and stores run, metrics, predictions of validation and test, and the model, in one
// transaction at the end. A run that fails or is interrupted is kept as such.
TrainOutcome train(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    const TrainRequest& request,
    const OnProgress& progress,
    std::stop_token stop
);

}  // namespace training
