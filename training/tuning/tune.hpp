#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "training/models/model.hpp"

namespace training {

struct Search {
    enum class Kind { none, random, grid, halving, tpe };
    Kind kind = Kind::none;
    std::size_t trials = 0;  // of random, halving and tpe
};

// "", "none", "grid", "random:N", "halving:N", "tpe:N" with N from 1 to 10,000. Throws
// base::UsageError for others.
Search parse_search(std::string_view text);

// One hyper-parameter setting that was tried. `cost` is better when lower; infinite when the fit
// failed.
struct Trial {
    std::size_t number = 0;
    std::string kind = {};  // of the model
    Params params = {};
    double fraction = 1;  // of the training rows it was given
    double cost = 0;
    double seconds = 0;                // of the fit, wall clock
    std::string failure = {};          // why the fit failed, empty if it did not
    std::vector<Progress> curve = {};  // of the fit, or of that of the first fold
};

// The failure of trials whose turn did not come before the end.
inline constexpr std::string_view not_begun = "the time was over before it began";

using Moment = std::chrono::steady_clock::time_point;

struct Tuning {
    std::string kind;
    std::vector<Hyperparameter> parameters;
    Params fixed = {};  // those given keep their value
    Search search = {};
    std::uint64_t seed = 1;
    std::size_t threads = 1;
    std::optional<Moment> end = {};   // no trial begins after it, but the very first
    std::vector<Trial> history = {};  // tried before; those of tpe are learnt from
};

// Fits with the trial's parameters on its fraction of the training rows and returns the cost.
// Called from several threads.
using Evaluate = std::function<double(const Trial& trial, std::vector<Progress>& curve)>;

// The settings to try: `fixed` parameters keep their value, the others are drawn from their
// ranges (uniformly, or uniformly in the logarithm), or are all combinations of their grid values.
// The first of a random draw is the defaults.
std::vector<Params> settings(
    const std::vector<Hyperparameter>& parameters,
    const Params& fixed,
    const Search& search,
    std::uint64_t seed
);

// Evaluates the trials from number `from` on, in any order.
void run_trials(
    std::vector<Trial>& trials,
    std::size_t from,
    std::size_t threads,
    std::optional<Moment> end,
    const Evaluate& evaluate,
    const OnProgress& progress
);

// Runs the search and returns all its trials in the order of their numbers, which go on from those
// of the history; the best of those with the most rows is best_trial(). Halving (Jamieson and
// Talwalkar 2016) gives all settings 1/9 of the rows, the best third 1/3, and the best third of
// those all. TPE (Bergstra et al. 2011) draws a quarter of its settings as a random search would,
// and the others where good ones are dense and bad ones are not. The result does not depend on
// `threads`; with an end it depends on the clock. base::Interrupted passes through.
std::vector<Trial> tune(const Tuning& tuning, const Evaluate& evaluate, const OnProgress& progress);

// The trial on all rows with the least cost, the earliest of equals. Throws base::Error if every
// one failed.
const Trial& best_trial(const std::vector<Trial>& trials);

}  // namespace training
