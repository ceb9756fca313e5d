#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "training/models/plain_model.hpp"
#include "training/numeric/design.hpp"
#include "training/numeric/team.hpp"

namespace training {

// Trees as XGBoost keeps them, walked without it: a call of the library costs 16 ms for one row, a
// walk some microseconds.
class TreeWalk {
public:
    TreeWalk() = default;
    // Reads the library's binary JSON (its doc/model.schema); `margins` are what trees are added up
    // to. Throws base::Error in one line if it contradicts itself or has other columns or margins.
    TreeWalk(std::string_view ubjson, std::size_t columns, std::size_t margins);

    // What sums over the trees start from, one for each margin.
    void set_base(std::vector<float> base) { base_ = std::move(base); }

    // Sums over the trees, row-major rows x margins, in float and in the order of the trees, as the
    // library adds. NaN is missing, and of sparse rows what is not there.
    std::vector<float> margins(const Design& rows, Team& team) const;

    // What all splits by a column gained together, by column; columns without a split are left out.
    std::vector<std::pair<std::size_t, double>> gains() const { return gains_; }
    std::vector<PlainTree> plain() const;
    const std::vector<float>& base() const { return base_; }

private:
    struct Node {
        float value = 0;           // of a split its threshold, of a leaf what it adds
        std::uint32_t column = 0;  // by twice, plus 1 where what is missing goes left
        std::int32_t left = -1;    // places in nodes_; -1: a leaf
        std::int32_t right = -1;
    };
    struct Tree {
        std::uint32_t first = 0;
        std::uint32_t end = 0;
        std::uint32_t margin = 0;
    };

    void check(const Tree& tree, std::size_t columns) const;
    float leaf(const Tree& tree, const float* row) const;

    std::vector<Node> nodes_;
    std::vector<Tree> trees_;
    std::vector<float> base_;
    std::vector<std::pair<std::size_t, double>> gains_;
};

}  // namespace training
