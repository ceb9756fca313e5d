#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "training/numeric/design.hpp"

namespace training {

// One class against the others, or two classes: rows with y = 1 or -1 and their costs.
struct DualProblem {
    const Design* rows = nullptr;
    std::span<const float> squares;  // |x|^2 of each row, 1 for the bias included
    std::span<const float> scale;    // of each column; empty: 1
    std::span<const signed char> sides;
    std::span<const float> costs;  // C of each row
    bool logistic = false;         // else the squared hinge
    double tolerance = 0.1;        // of the projected gradient
    std::size_t passes = 1000;
    std::uint64_t seed = 1;
    std::stop_token stop;
};

// Minimises |w|^2 / 2 + sum of C loss(y w'x) by dual coordinate descent: for the squared hinge
// Hsieh et al. 2008 with shrinking, for the logistic loss Yu, Huang and Lin 2011. The last weight
// is that of the bias, a feature of value 1. Throws base::Interrupted.
std::vector<float> descend_dual(const DualProblem& problem);

// |x|^2 of each row scaled by `scale`, and 1 for the bias.
std::vector<float> squared_lengths(const Design& rows, std::span<const float> scale);

}  // namespace training
