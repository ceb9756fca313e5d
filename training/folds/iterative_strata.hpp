#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace training {

// What is dealt out as a whole: so many rows, with so many of each label.
struct LabelledCluster {
    double rows = 0;
    std::vector<std::pair<std::uint32_t, double>> labels;  // and how many of the rows have it
    std::uint64_t order = 0;                               // by chance, among equals
    std::optional<std::size_t> known;                      // the side it is on already
};

// The side of each cluster, so that each side has its share of the rows and of each label:
// iterative stratification (Sechidis, Tsoumakas and Vlahavas 2011, algorithm 1), the rarest label
// first, here of clusters.
std::vector<std::size_t>
deal_labels(std::span<const LabelledCluster> clusters, std::span<const double> shares);

}  // namespace training
