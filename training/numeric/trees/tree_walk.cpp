// Nodes of all trees lie one after the other, sixteen bytes each. Rows are taken in blocks, and
// each tree is walked by all rows of a block while it is in the cache. A block is of one size
// whatever the number of threads, and rows do not see each other.
#include "training/numeric/trees/tree_walk.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "training/numeric/bytes.hpp"
#include "training/numeric/trees/ubjson.hpp"

namespace training {

namespace {

constexpr std::size_t walked_at_once = 64;
constexpr float missing_value = std::numeric_limits<float>::quiet_NaN();

// Rows of a block, dense.
class DenseRows {
public:
    explicit DenseRows(const Design& rows) : rows_(rows) {
        if (rows.sparse) table_.assign(walked_at_once * rows.columns, missing_value);
    }
    void show(std::size_t from, std::size_t many) { put(from, many, true); }
    void forget(std::size_t from, std::size_t many) { put(from, many, false); }
    const float* row(std::size_t from, std::size_t i) const {
        return rows_.sparse ? table_.data() + i * rows_.columns : rows_.row_values(from + i);
    }

private:
    void put(std::size_t from, std::size_t many, bool shown) {
        if (!rows_.sparse) return;
        for (std::size_t i = 0; i < many; ++i) {
            float* line = table_.data() + i * rows_.columns;
            const auto* where = rows_.row_where(from + i);
            const auto* values = rows_.row_values(from + i);
            for (std::size_t v = 0; v < rows_.count(from + i); ++v)
                line[where[v]] = shown ? values[v] : missing_value;
        }
    }

    const Design& rows_;
    std::vector<float> table_;
};

}  // namespace

TreeWalk::TreeWalk(std::string_view ubjson, std::size_t columns, std::size_t margins) {
    const auto document = read_ubjson(ubjson);
    const auto& model = document.at("learner").at("gradient_booster").at("model");
    const auto of = model.at("tree_info").numbers<std::uint32_t>();
    const auto& trees = model.at("trees").array();
    if (of.size() != trees.size()) Reader::broken();
    std::map<std::size_t, double> gained;
    for (std::size_t t = 0; t < trees.size(); ++t) {
        const auto left = trees[t].at("left_children").numbers<std::int32_t>();
        const auto right = trees[t].at("right_children").numbers<std::int32_t>();
        const auto column = trees[t].at("split_indices").numbers<std::uint32_t>();
        const auto value = trees[t].at("split_conditions").numbers<float>();
        const auto missing_left = trees[t].at("default_left").numbers<std::int32_t>();
        const auto gain = trees[t].at("loss_changes").numbers<float>();
        const auto size = left.size();
        if (size == 0 || right.size() != size || column.size() != size || value.size() != size ||
            missing_left.size() != size || gain.size() != size || of[t] >= margins ||
            nodes_.size() + size > std::numeric_limits<std::int32_t>::max())
            Reader::broken();
        const auto first = static_cast<std::int32_t>(nodes_.size());
        for (std::size_t i = 0; i < size; ++i) {
            const bool leaf = left[i] < 0;
            const auto by = leaf ? 0 : column[i] * 2 + (missing_left[i] != 0 ? 1U : 0U);
            if (left[i] >= static_cast<std::int32_t>(size) ||
                right[i] >= static_cast<std::int32_t>(size) || (!leaf && right[i] < 0))
                Reader::broken();
            nodes_.push_back(
                {value[i], by, leaf ? -1 : first + left[i], leaf ? -1 : first + right[i]}
            );
            if (!leaf) gained[column[i]] += static_cast<double>(gain[i]);
        }
        trees_.push_back(
            {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(nodes_.size()), of[t]}
        );
        check(trees_.back(), columns);
    }
    gains_.assign(gained.begin(), gained.end());
    base_.assign(margins, 0);
}

// Every node is met once at most, so that a walk ends, and columns are those of the rows.
void TreeWalk::check(const Tree& tree, std::size_t columns) const {
    std::vector<char> met(tree.end - tree.first);
    std::vector<std::uint32_t> open{tree.first};
    while (!open.empty()) {
        const auto at = open.back();
        open.pop_back();
        if (met[at - tree.first]++ != 0) Reader::broken();
        const auto& node = nodes_[at];
        if (node.left < 0) continue;
        if (node.column / 2 >= columns) Reader::broken();
        open.push_back(static_cast<std::uint32_t>(node.left));
        open.push_back(static_cast<std::uint32_t>(node.right));
    }
}

float TreeWalk::leaf(const Tree& tree, const float* row) const {
    const auto* node = nodes_.data() + tree.first;
    while (node->left >= 0) {
        const float value = row[node->column / 2];
        const bool left = std::isnan(value) ? node->column % 2 == 1 : value < node->value;
        node = nodes_.data() + (left ? node->left : node->right);
    }
    return node->value;
}

std::vector<float> TreeWalk::margins(const Design& rows, Team& team) const {
    const auto width = base_.size();
    std::vector<float> out(rows.rows * width);
    const auto walk = [&](DenseRows& dense, std::size_t from, std::size_t many) {
        for (std::size_t i = 0; i < many; ++i)
            std::copy(
                base_.begin(),
                base_.end(),
                out.begin() + static_cast<std::ptrdiff_t>((from + i) * width)
            );
        dense.show(from, many);
        for (const auto& tree : trees_)
            for (std::size_t i = 0; i < many; ++i)
                out[(from + i) * width + tree.margin] += leaf(tree, dense.row(from, i));
        dense.forget(from, many);
    };
    // Few parts of many blocks, so that what a part needs is made seldom.
    const auto blocks = (rows.rows + walked_at_once - 1) / walked_at_once;
    const auto parts = std::min<std::size_t>(64, blocks);
    team.run(parts, [&](std::size_t part) {
        DenseRows dense(rows);
        for (auto block = blocks * part / parts; block < blocks * (part + 1) / parts; ++block) {
            const auto from = block * walked_at_once;
            walk(dense, from, std::min(walked_at_once, rows.rows - from));
        }
    });
    return out;
}

std::vector<PlainTree> TreeWalk::plain() const {
    std::vector<PlainTree> out;
    for (const auto& tree : trees_) {
        PlainTree one;
        one.margin = tree.margin;
        const auto first = static_cast<int>(tree.first);
        for (auto at = tree.first; at < tree.end; ++at) {
            const auto& node = nodes_[at];
            const bool leaf = node.left < 0;
            one.left.push_back(leaf ? -1 : node.left - first);
            one.right.push_back(leaf ? -1 : node.right - first);
            one.feature.push_back(static_cast<int>(node.column / 2));
            one.threshold.push_back(node.value);
            one.missing_left.push_back(node.column % 2 == 1);
        }
        out.push_back(std::move(one));
    }
    return out;
}

}  // namespace training
