#pragma once

#include <cstddef>
#include <stop_token>
#include <vector>

#include "training/semi_supervised/guard.hpp"
#include "training/semi_supervised/semi_rounds.hpp"
#include "training/semi_supervised/unlabelled_spec.hpp"
#include "training/snapshots/examples.hpp"
#include "training/trainer.hpp"

// Learning classes from labelled rows and from others of the same kind without a label. What comes
// out is a model as any other; the unlabelled rows only took part in its training.
namespace training {

struct SemiSupervised {
    TrainResult fitted;
    // The first is from labels alone. Of those that the guard allows, with validation that of the
    // least cost was kept, else the last.
    std::vector<UnlabelledRound> rounds;
    std::size_t kept = 0;  // which of them
    UnlabelledGuard guard;
};

// `self_training` (Yarowsky 1995; each round says anew which rows it is sure of), `em` (Nigam,
// McCallum, Thrun and Mitchell 2000, for any kind with probabilities; kinds that do not learn from
// unsure labels take the likeliest class) or `label_spreading`. A search runs in the first round
// only. What is learnt from unlabelled rows is kept only where a cross-validation of the labelled
// ones says that it is better (guard.hpp), else the model of the labels alone is; where there are
// too few for one, validation decides by itself, and without it the labels alone are kept.
//
// With `none` it is fit(), and there are no rounds. Throws as fit() does, and base::Error if values
// are to be learnt.
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
