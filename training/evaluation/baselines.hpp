#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "training/trainer.hpp"

namespace training {

// A model that others are measured by, fitted on the same rows.
struct Baseline {
    std::string kind;  // "majority", "rule"
    Predictor model;
};

// The kinds of baselines but that of `spec` itself, on features as plain as they need. One that
// learns nothing of the kind is left out; one that cannot learn from these rows too, which a line
// of `notes` says. Throws base::Interrupted.
std::vector<Baseline> fit_baselines(
    const Examples& train,
    const TrainSpec& spec,
    std::stop_token stop,
    std::vector<std::string>* notes = nullptr
);

}  // namespace training
