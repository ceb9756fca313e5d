#pragma once

#include <string>
#include <vector>

#include "training/trainer.hpp"
#include "training/tuning/tune.hpp"

namespace training {

// A search for a model of `kind` that is judged by a figure of its own on validation, lower being
// better, as `spec` asks for it. No trials where it asks for none. Throws base::Error if there is
// no validation, base::Interrupted at a stop.
std::vector<Trial> search_by_validation(
    const std::string& kind,
    const TrainSpec& spec,
    std::size_t validation_rows,
    std::size_t threads,
    const Evaluate& cost,
    const OnProgress& progress
);

// Whether a training row belongs to a trial's share of them.
bool in_fraction(std::size_t row, double fraction);

}  // namespace training
