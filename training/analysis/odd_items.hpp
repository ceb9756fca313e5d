#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "training/numeric/design.hpp"

// Rows that deserve a look for what they are, whatever the model says of them. Pure.
namespace training {

struct OddItem {
    std::uint32_t row = 0;
    double score = 0;  // the higher the odder
};

// Rows whose label is right by the model, or at least among its two likeliest, and yet doubtful:
// the entropy of the probabilities, over what it is at most, is 0.5 or more, or those who labelled
// the row are less than 0.75 sure (`reliability`, empty or one per row, NaN where nobody knows).
// The highest doubt first: the greater of the two, 0 to 1.
std::vector<OddItem> ambiguous_items(
    std::span<const double> probabilities,
    std::span<const int> labels,
    std::size_t classes,
    std::span<const double> reliability = {}
);

// How far rows are from those that a model has learnt from.
struct Distances {
    std::vector<double> of_rows;      // to the k-th nearest training row
    std::vector<double> of_training;  // of a sample of training rows, to the k-th nearest other one
    double limit = 0;                 // the 99 % quantile of the latter: farther is out of it
};

// k-th nearest neighbours (Ramaswamy, Rastogi, Shim 2000) among a seeded sample of at most
// `at_most` training rows, as the model's featuriser gives them: 1 less the cosine of sparse rows,
// the Euclidean distance of dense ones. Throws base::Interrupted at a stop.
Distances distances_to(
    const Design& training,
    const Design& rows,
    std::size_t k = 5,
    std::size_t at_most = 10'000,
    std::uint64_t seed = 1,
    std::stop_token stop = {}
);

// Those beyond the limit, the farthest first.
std::vector<OddItem> out_of_distribution(const Distances& distances);

// Two rows that are nearly the same.
struct AlikeRows {
    std::uint32_t a = 0, b = 0;
};
// Pairs of rows whose SimHashes differ in at most `near` bits and that are in different parts (0
// training, 1 validation, 2 test) or have different labels; of equal hashes only neighbours are
// paired.
std::vector<AlikeRows> alike_rows(
    std::span<const std::uint64_t> simhashes,
    std::span<const int> parts,
    std::span<const int> labels,
    int near = 3
);

}  // namespace training
