#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "training/numeric/design.hpp"
#include "training/numeric/team.hpp"

namespace training {

// How far clusters agree with classes that they were not told. Numbers of classes and clusters are
// names only; a negative cluster (noise) is a cluster of its own.
struct ClusterAgreement {
    // Mutual information over the mean of the two entropies; the same as the V-measure (Rosenberg
    // and Hirschberg 2007). 0 to 1.
    double nmi = 0;
    // Pairs that both keep together or apart, corrected for chance (Hubert and Arabie 1985). 1 at
    // most, about 0 by chance.
    double ari = 0;
    double homogeneity = 0;   // each cluster has rows of one class only: 1
    double completeness = 0;  // each class is in one cluster: 1
};
// Throws base::Error if the two differ in length.
ClusterAgreement agreement_of(std::span<const int> classes, std::span<const int> clusters);

// Mean silhouette (Rousseeuw 1987) with Euclidean distances of at most `most` rows, drawn by the
// seed: how much nearer rows are to those of their own cluster than to those of the next one, -1 to
// 1. Rows of negative clusters are left out; a row alone in its cluster counts 0. Nothing where
// fewer than two clusters are left.
std::optional<double> silhouette(
    const Design& rows,
    std::span<const int> clusters,
    std::size_t most,
    std::uint64_t seed,
    Team& team
);

}  // namespace training
