#pragma once

#include <cstddef>
#include <stop_token>
#include <vector>

#include "training/semi_supervised/unlabelled_spec.hpp"
#include "training/snapshots/examples.hpp"
#include "training/trainer.hpp"

// Learning classes from labelled rows and from others of the same kind without a label. What comes
// out is a model as any other; the unlabelled rows only took part in its training.
namespace training {

struct UnlabelledRound {
    std::size_t used = 0;  // unlabelled rows that were learnt from
    double changed = 0;    // share of them that are new or have another class than before
    double cost = 0;       // on validation, as a search counts it; NaN without one
};

struct SemiSupervised {
    TrainResult fitted;
    // The first is from labels alone. With validation that of the least cost was kept, else the
    // last.
    std::vector<UnlabelledRound> rounds;
    std::size_t kept = 0;  // which of them
};

// `self_training` (Yarowsky 1995; each round says anew which rows it is sure of), `em` (Nigam,
// McCallum, Thrun and Mitchell 2000, for any kind with probabilities; kinds that do not learn from
// unsure labels take the likeliest class) or `label_spreading`. A search runs in the first round
// only. With `none` it is fit(), and there are no rounds. Throws as fit() does, and base::Error if
// values are to be learnt.
SemiSupervised fit_with_unlabelled(
    const Examples& train,
    const Examples& unlabelled,
    const Examples& validation,
    const TrainSpec& spec,
    const UnlabelledSpec& how,
    const OnProgress& progress = {},
    std::stop_token stop = {}
);

}  // namespace training
