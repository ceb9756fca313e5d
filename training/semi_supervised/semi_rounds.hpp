#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

#include "training/semi_supervised/unlabelled_spec.hpp"
#include "training/snapshots/examples.hpp"
#include "training/trainer.hpp"

namespace training {

struct UnlabelledRound {
    std::size_t used = 0;  // unlabelled rows that were learnt from
    double changed = 0;    // share of them that are new or have another class than before
    double cost = 0;       // on validation, as a search counts it; NaN without one
};

// What rounds learn from; it has to live as long as they go on. `spec` names a kind and searches
// nothing.
struct RoundsInput {
    const Examples& train;
    const Examples& unlabelled;
    const Examples& validation;
    const TrainSpec& spec;
    const UnlabelledSpec& how;
};

using OnRound = std::function<void(const TrainResult& fitted, UnlabelledRound round)>;

// The rounds of self_training, em or label_spreading that follow the model of the labels alone;
// `on_round` gets each, without its cost. Throws as fit() does.
void learn_rounds(
    const RoundsInput& input,
    const TrainResult& alone,
    const OnRound& on_round,
    const OnProgress& progress,
    std::stop_token stop
);

// What the model costs on these rows, as a search counts it.
double cost_on(const Examples& judged, const TrainResult& fitted, const TrainSpec& spec);

}  // namespace training
