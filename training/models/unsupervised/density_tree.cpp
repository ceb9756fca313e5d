// First the edges are joined from the shortest to the longest, which makes the dendrogram; then it
// is walked from its root, breadth first, and what is too small for a cluster falls out of the one
// that it belongs to.
#include "training/models/unsupervised/density_tree.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace training {

namespace {

// Joins 0 .. rows - 2 are the nodes rows .. 2 rows - 2; smaller numbers are rows.
struct Join {
    std::uint32_t left = 0, right = 0;
    double density = 0;
    std::uint32_t rows = 0;
};

std::vector<Join> dendrogram(std::vector<TreeEdge> edges, std::size_t rows) {
    std::stable_sort(edges.begin(), edges.end(), [](const TreeEdge& a, const TreeEdge& b) {
        return a.distance < b.distance;
    });
    double least = 1;
    for (const auto& edge : edges)
        if (edge.distance > 0) {
            least = edge.distance;
            break;
        }
    std::vector<std::uint32_t> up(rows), node(rows);
    std::iota(up.begin(), up.end(), 0U);
    std::iota(node.begin(), node.end(), 0U);
    const auto root = [&](std::uint32_t at) {
        while (up[at] != at) at = up[at] = up[up[at]];
        return at;
    };
    std::vector<Join> out;
    const auto rows_of = [&](std::uint32_t of) { return of < rows ? 1U : out[of - rows].rows; };
    for (const auto& edge : edges) {
        const auto a = root(edge.a), b = root(edge.b);
        const auto density = 1 / std::max(edge.distance, least / 1000);
        const auto joined = static_cast<std::uint32_t>(rows + out.size());
        out.push_back({node[a], node[b], density, rows_of(node[a]) + rows_of(node[b])});
        up[b] = a;
        node[a] = joined;
    }
    return out;
}

class Condenser {
public:
    Condenser(const std::vector<Join>& joins, std::size_t rows, std::size_t least)
        : joins_(joins), rows_(rows), least_(least) {
        out_.row_cluster.assign(rows, 0);
        out_.row_density.assign(rows, 0);
        out_.parent = {-1};
        out_.birth = {0};
    }

    DensityTree run() {
        if (joins_.empty()) return std::move(out_);
        std::vector<std::pair<std::uint32_t, std::int32_t>> open;  // node, cluster
        open.emplace_back(static_cast<std::uint32_t>(rows_ + joins_.size() - 1), 0);
        for (std::size_t next = 0; next < open.size(); ++next) {
            const auto [at, cluster] = open[next];
            const auto& join = joins_[at - rows_];
            const bool left = size(join.left) >= least_, right = size(join.right) >= least_;
            for (const auto& [part, big] : {std::pair{join.left, left}, {join.right, right}}) {
                if (!big) {
                    fall_out(part, cluster, join.density);
                } else if (left && right) {
                    open.emplace_back(part, static_cast<std::int32_t>(out_.parent.size()));
                    out_.parent.push_back(cluster);
                    out_.birth.push_back(join.density);
                } else {
                    open.emplace_back(part, cluster);
                }
            }
        }
        return std::move(out_);
    }

private:
    std::size_t size(std::uint32_t node) const {
        return node < rows_ ? 1 : joins_[node - rows_].rows;
    }

    void fall_out(std::uint32_t node, std::int32_t cluster, double density) {
        std::vector<std::uint32_t> open{node};
        while (!open.empty()) {
            const auto at = open.back();
            open.pop_back();
            if (at >= rows_) {
                open.push_back(joins_[at - rows_].left);
                open.push_back(joins_[at - rows_].right);
                continue;
            }
            out_.row_cluster[at] = cluster;
            out_.row_density[at] = density;
        }
    }

    const std::vector<Join>& joins_;
    std::size_t rows_;
    std::size_t least_;
    DensityTree out_;
};

}  // namespace

DensityTree condense(std::vector<TreeEdge> edges, std::size_t rows, std::size_t least) {
    const auto joins = dendrogram(std::move(edges), rows);
    return Condenser(joins, rows, least).run();
}

std::size_t DensityTree::choose(bool be_one) {
    const auto count = parent.size();
    std::vector<double> rows(count), stable(count), below(count);
    for (std::size_t row = 0; row < row_cluster.size(); ++row) {
        const auto at = static_cast<std::size_t>(row_cluster[row]);
        stable[at] += row_density[row] - birth[at];
        ++rows[at];
    }
    // Children stand behind their parents.
    for (auto at = count; at-- > 1;) {
        const auto up = static_cast<std::size_t>(parent[at]);
        rows[up] += rows[at];
        stable[up] += rows[at] * (birth[at] - birth[up]);
    }
    std::vector<char> chosen(count);
    for (auto at = count; at-- > 0;) {
        chosen[at] = (at > 0 || be_one) && stable[at] >= below[at] ? 1 : 0;
        if (at > 0) below[static_cast<std::size_t>(parent[at])] += std::max(stable[at], below[at]);
    }
    label.assign(count, -1);
    std::size_t labels = 0;
    for (std::size_t at = 0; at < count; ++at) {
        const auto above = at > 0 ? label[static_cast<std::size_t>(parent[at])] : -1;
        label[at] = above >= 0 ? above : chosen[at] ? static_cast<std::int32_t>(labels++) : -1;
    }
    only_ = label[0];
    only_density_ = 0;
    for (std::size_t row = 0; row < row_cluster.size(); ++row)
        if (row_cluster[row] == 0) only_density_ = std::max(only_density_, row_density[row]);
    for (std::size_t at = 1; at < count; ++at)
        if (parent[at] == 0) only_density_ = std::max(only_density_, birth[at]);
    return labels;
}

std::int32_t DensityTree::label_at(std::uint32_t row, double density) const {
    auto at = static_cast<std::size_t>(row_cluster[row]);
    // Of one cluster of all, its densest rows alone.
    if (only_ >= 0) return std::min(density, row_density[row]) >= only_density_ || at > 0 ? 0 : -1;
    while (at > 0 && birth[at] > density) at = static_cast<std::size_t>(parent[at]);
    return label[at];
}

}  // namespace training
