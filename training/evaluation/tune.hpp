#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "training/models/model.hpp"

namespace training {

struct Search {
    enum class Kind { none, random, grid, halving };
    Kind kind = Kind::none;
    std::size_t trials = 0;  // of random and halving
};

// "", "none", "grid", "random:N", "halving:N" with N from 1 to 10,000. Throws base::UsageError for
// others.
Search parse_search(std::string_view text);

// One hyper-parameter setting that was tried. `cost` is better when lower; infinite when the fit
// failed.
struct Trial {
    std::size_t number = 0;
    Params params;
    double fraction = 1;  // of the training rows it was given
    double cost = 0;
    double seconds = 0;   // of the fit, wall clock
    std::string failure;  // why the fit failed, empty if it did not
};

// Fits with `params` on that fraction of the training rows and returns the cost on validation.
// Called from several threads.
using Evaluate = std::function<double(const Params& params, double fraction)>;

// The settings to try: `fixed` parameters keep their value, the others are drawn from their
// ranges (uniformly, or uniformly in the logarithm), or are all combinations of their grid values.
// The first of a random draw is the defaults.
std::vector<Params> settings(
    const std::vector<Hyperparameter>& parameters,
    const Params& fixed,
    const Search& search,
    std::uint64_t seed
);

// Runs the search and returns all trials in the order of their numbers; the best full-size one is
// best_trial(). Halving (Jamieson and Talwalkar 2016) gives all settings 1/9 of the rows, the best
// third 1/3, and the best third of those all. The result does not depend on `threads`.
// base::Interrupted passes through.
std::vector<Trial> tune(
    const std::vector<Hyperparameter>& parameters,
    const Params& fixed,
    const Search& search,
    std::uint64_t seed,
    std::size_t threads,
    const Evaluate& evaluate,
    const OnProgress& progress
);

// The trial on all rows with the least cost, the earliest of equals. Throws base::Error if every
// one failed.
const Trial& best_trial(const std::vector<Trial>& trials);

}  // namespace training
