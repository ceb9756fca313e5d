#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "training/run_store.hpp"
#include "training/trainer.hpp"

// Golden predictions: what a model said of a few records when it was judged. They are the run's own
// predictions of validation and test, by the records' keys and versions; no content is kept, and
// what is purged from the records goes with it.
namespace training {

// At most eight, the first by key; none if the run judged nothing, or all went since.
std::vector<Prediction> golden_predictions(base::Tx& tx, std::int64_t run_id);

struct Replay {
    std::size_t records = 0;  // that were compared
    double worst = 0;  // how far the furthest is off: of a probability, or relative to a value
    std::string key;   // of that record
    double was = 0, is = 0;  // its probability, or value, then and now

    // Other processors add in another order: 1e-5 is no difference.
    bool holds() const { return worst <= 1e-5; }
};

// `rows`: the golden records, in their order. Predictions without a class where classes are learnt,
// or without a value where values are, are passed over.
Replay
replay(const Predictor& predictor, const Examples& rows, const std::vector<Prediction>& golden);

}  // namespace training
