#pragma once

#include <vector>

#include "labeling/truth/em.hpp"

// Truth discovery by one weight a worker, after how far the worker's answers lie from the truth so
// far: CATD (Li and others, A confidence-aware approach for truth discovery on long-tail data,
// 2014) and PM (Aydin and others, Crowdsourcing for multiple-choice question answering, 2014; for
// numbers Li and others, Resolving conflicts in heterogeneous data, 2014).
namespace labeling {

// By worker, from the sum of distances and the number of answers. `method` is catd or pm.
std::vector<double> worker_weights(
    Method method,
    const std::vector<double>& distance,
    const std::vector<double>& answers
);

// Votes by such weights; fills truth.posterior and truth.iterations.
void weigh_votes(const Votes& votes, Truth& truth);

}  // namespace labeling
