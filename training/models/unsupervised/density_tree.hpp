#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace training {

// One edge of a spanning tree.
struct TreeEdge {
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    double distance = 0;
};

// The condensed tree of a spanning tree (Campello, Moulavi and Sander 2013; McInnes and Healy
// 2017): as the distance falls, clusters lose rows, and split where both parts have at least
// `least` rows. Densities are 1 / distance. Cluster 0 has all rows; parents stand before their
// children.
struct DensityTree {
    std::vector<std::int32_t> row_cluster;  // that each row falls out of
    std::vector<double> row_density;        // .. and where
    std::vector<std::int32_t> parent;       // of each cluster; -1 of the first
    std::vector<double> birth;              // density at which each comes to be
    std::vector<std::int32_t>
        label;  // 0, 1 .. of the chosen clusters, and of all below these; else -1

    // What is chosen: the clusters that are most stable together (excess of mass), the first only
    // where it may `be_one`.
    std::size_t choose(bool be_one);
    // The label at a density, of a row that is as near to row `row` as that: -1 for none.
    std::int32_t label_at(std::uint32_t row, double density) const;

private:
    std::int32_t only_ = -1;  // 0 where the first cluster is the only one
    double only_density_ = 0;
};

// Edges in any order, rows - 1 of them; `least` is 2 or more. Rows that are equal count as a
// thousandth of the least distance apart.
DensityTree condense(std::vector<TreeEdge> edges, std::size_t rows, std::size_t least);

}  // namespace training
