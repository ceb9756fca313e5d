#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace ingest::quality {

// Disjoint sets of rows (union by size, path halving; Tarjan 1975).
class Clusters {
public:
    explicit Clusters(std::size_t rows) : parent_(rows), size_(rows, 1) {
        std::iota(parent_.begin(), parent_.end(), std::uint32_t{0});
    }
    std::uint32_t root(std::uint32_t row) {
        while (parent_[row] != row) row = parent_[row] = parent_[parent_[row]];
        return row;
    }
    void join(std::uint32_t a, std::uint32_t b) {
        a = root(a);
        b = root(b);
        if (a == b) return;
        if (size_[a] < size_[b]) std::swap(a, b);
        parent_[b] = a;
        size_[a] += size_[b];
    }
    // Of the cluster that the row is in.
    std::uint32_t size(std::uint32_t row) { return size_[root(row)]; }

private:
    std::vector<std::uint32_t> parent_;
    std::vector<std::uint32_t> size_;
};

}  // namespace ingest::quality
