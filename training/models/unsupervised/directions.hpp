#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "training/models/model.hpp"
#include "training/numeric/design.hpp"
#include "training/numeric/team.hpp"

namespace training {

// The directions in which rows vary most.
struct Directions {
    std::size_t count = 0;
    std::size_t columns = 0;
    std::vector<float> vectors;    // count x columns, orthonormal; the greatest entry is positive
    std::vector<double> singular;  // singular values of the rows, or of the rows less their mean
    std::vector<float> mean;       // subtracted first; all 0 where rows are taken as they are
};

// Truncated singular value decomposition by random projection with power iterations (Halko,
// Martinsson and Tropp 2011, algorithm 4.4) and a Rayleigh-Ritz step; with `centred` principal
// components, without writing down the centred rows. Throws base::Error if the rows do not have so
// many directions; base::Interrupted at a stop.
Directions
directions_of(const Design& rows, std::size_t count, bool centred, const FitContext& context);

// Row-major, rows x count: the rows less the mean, along each direction.
std::vector<float> project(const Design& rows, const Directions& directions, Team& team);

}  // namespace training
