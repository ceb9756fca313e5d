#pragma once

#include <stop_token>

#include "base/numbers/random.hpp"
#include "training/models/unsupervised/lloyd.hpp"

namespace training {

// Mini-batch k-means from one start, as lloyd() says. `first` draws the first centres and `random`
// the rows of batches. Labels and inertia are of all rows.
Clustering lloyd_batches(
    const Design& rows,
    const LloydSpec& spec,
    const base::CounterRandom& first,
    const base::CounterRandom& random,
    Team& team,
    const std::stop_token& stop
);

}  // namespace training
