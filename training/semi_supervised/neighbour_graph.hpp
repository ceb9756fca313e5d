#pragma once

#include <cstddef>
#include <span>
#include <stop_token>
#include <vector>

#include "training/numeric/design.hpp"
#include "training/numeric/team.hpp"

namespace training {

// Rows beside their k nearest: a sparse symmetric matrix, rows x rows, with a weight where one of
// two is among the nearest of the other. Of dense rows exp(-d^2 / (s_i s_j)), where s is the
// distance to the k-th nearest (Zelnik-Manor and Perona 2004); of sparse ones the square of the
// cosine. Exact up to 50,000 rows, beyond nearly (training/numeric/near_index.hpp). Throws
// base::Interrupted.
Design neighbour_graph(const Design& rows, std::size_t k, Team& team, std::stop_token stop = {});

// Label spreading (Zhou, Bousquet, Lal, Weston and Schoelkopf 2004): F = spread S F + (1 - spread)
// Y until F settles, with S = D^-1/2 W D^-1/2. `known` is Y, row-major, rows x classes, 0 for rows
// without a label. Each row of the result sums to 1, or is 0 where no label reaches it.
std::vector<float> spread_labels(
    const Design& graph,
    std::span<const float> known,
    std::size_t classes,
    double spread,
    Team& team,
    std::stop_token stop = {}
);

// Class mass normalisation (Zhu, Ghahramani and Lafferty 2003): each class is multiplied so that
// its sum over the rows is its share of the whole, then each row is brought to sum to 1 again; a
// class that is near many rows by chance does not take all. `soft` is row-major, rows x shares.
void normalise_masses(std::span<float> soft, std::span<const double> shares);

}  // namespace training
