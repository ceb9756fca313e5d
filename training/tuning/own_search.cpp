#include "training/tuning/own_search.hpp"

#include <chrono>
#include <cmath>

#include "base/error.hpp"

namespace training {

std::vector<Trial> search_by_validation(
    const std::string& kind,
    const TrainSpec& spec,
    std::size_t validation_rows,
    std::size_t threads,
    const Evaluate& cost,
    const OnProgress& progress
) {
    Tuning tuning;
    tuning.search = parse_search(spec.tune);
    if (tuning.search.kind == Search::Kind::none) return {};
    if (validation_rows == 0)
        throw base::Error(
            "tune",
            "a search for " + kind + " is judged on validation, and there is none",
            "split with a validation part, or give the parameters"
        );
    tuning.kind = kind;
    tuning.parameters = model_kind(kind).hyperparameters;
    tuning.fixed = spec.params;
    tuning.seed = spec.seed;
    tuning.threads = threads;
    if (spec.budget > 0)
        tuning.end = std::chrono::steady_clock::now() +
                     std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                         std::chrono::duration<double>(spec.budget)
                     );
    return tune(tuning, cost, progress);
}

bool in_fraction(std::size_t row, double fraction) {
    // Halving takes ninths and thirds.
    return row % 9 < static_cast<std::size_t>(std::lround(9 * fraction));
}

}  // namespace training
