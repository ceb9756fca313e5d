#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include "training/models/model.hpp"
#include "training/numeric/design.hpp"
#include "training/numeric/products.hpp"
#include "training/numeric/team.hpp"

namespace training {

struct LloydSpec {
    std::size_t k = 8;
    std::size_t starts = 3;         // from other first centres; the least inertia counts
    std::size_t most_rounds = 300;  // of each
    double tolerance = 1e-4;        // of the mean variance of the columns, by which centres move
    std::size_t batch = 0;          // rows of a step; 0: all
};

// Rows by the nearest of k centres.
struct Clustering {
    std::size_t k = 0;
    std::size_t columns = 0;
    std::vector<float> centres;              // k x columns
    std::vector<std::uint32_t> labels = {};  // of the rows
    double inertia = 0;                      // sum of squared distances to the nearest centre
    std::size_t rounds = 0;
};

// k-means (Lloyd 1982) from the best of `starts` first centres by greedy k-means++ (Arthur and
// Vassilvitskii 2007). With a batch: mini-batch k-means (Sculley 2010) from first centres of a few
// batches' rows, each centre with a rate of one over the rows that it has seen, until a moving mean
// of the inertia has not fallen for ten steps. A cluster without rows gets the row that is farthest
// from its centre. Members of a company have a stretch of the rows each, find the same centres, and
// have the labels of their own rows; of batches there is no company. Throws base::Error if there
// are fewer rows than clusters; base::Interrupted at a stop.
Clustering lloyd(
    const Design& rows,
    const LloydSpec& spec,
    std::uint64_t seed,
    Team& team,
    std::stop_token stop,
    const OnProgress& progress = {},
    Company* company = nullptr
);

// The nearest centre of each row, and its squared distance.
struct NearestCentres {
    std::vector<std::uint32_t> cluster;
    std::vector<float> distance;
};
NearestCentres nearest_of(const Design& rows, const Points& centres, Team& team);

// A cluster number, 0 .. k - 1 (or fewer rows), for each row: for slices by likeness.
std::vector<int> clusters_of(
    const Design& rows,
    std::size_t k,
    std::uint64_t seed,
    Team& team,
    std::stop_token stop = {}
);

}  // namespace training
