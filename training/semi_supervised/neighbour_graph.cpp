// Distances are made block by block as products of rows, and of each row only the k nearest are
// kept, so that memory grows with rows x k. The graph is that of both directions: whether a row is
// near another does not depend on which of the two is asked.
//
// Texts lie at nearly one distance from each other, so that exp(-d^2) tells near from far by
// little: of sparse rows the squared cosine is the weight, which on 20 Newsgroups spreads more
// right labels than the cosine, and that more than distances.
#include "training/semi_supervised/neighbour_graph.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "base/error.hpp"
#include "training/numeric/near_index.hpp"
#include "training/numeric/products.hpp"

namespace training {

namespace {

constexpr std::size_t most_spreads = 400;

struct Edge {
    std::uint32_t from = 0, to = 0;
    float squared = 0;
};

// The rows with length 1; those of length 0 stay.
Design of_length_one(Design rows, const std::vector<float>& squares) {
    for (std::size_t row = 0; row < rows.rows; ++row)
        for (auto i = rows.starts[row]; i < rows.starts[row + 1]; ++i)
            if (squares[row] > 0) rows.values[i] /= std::sqrt(squares[row]);
    return rows;
}

// The k nearest of each row, itself not among them; in the order of the rows. A sparse row without
// anything has nothing in common with any.
std::vector<Edge> nearest_edges(
    const Design& rows,
    const std::vector<float>& squares,
    std::size_t k,
    Team& team,
    const std::stop_token& stop
) {
    std::vector<Edge> edges(rows.rows * k);
    RowDistances(rows).each_block(
        rows,
        team,
        [&](std::size_t from, std::size_t many, std::span<const float> squared) {
            if (stop.stop_requested()) return;
            std::vector<std::uint32_t> order;
            std::vector<float> line(rows.rows);
            for (std::size_t i = 0; i < many; ++i) {
                for (std::size_t j = 0; j < rows.rows; ++j)
                    line[j] = rows.sparse && (squares[j] <= 0 || squares[from + i] <= 0)
                                  ? 2
                                  : squared[i * rows.rows + j];
                order.clear();
                for (std::uint32_t j = 0; j < rows.rows; ++j)
                    if (j != from + i) order.push_back(j);
                const auto end = order.begin() + static_cast<std::ptrdiff_t>(k);
                std::partial_sort(
                    order.begin(),
                    end,
                    order.end(),
                    [&](std::uint32_t a, std::uint32_t b) {
                        return line[a] != line[b] ? line[a] < line[b] : a < b;
                    }
                );
                for (std::size_t n = 0; n < k; ++n)
                    edges[(from + i) * k + n] = {
                        static_cast<std::uint32_t>(from + i), order[n], line[order[n]]};
            }
        }
    );
    if (stop.stop_requested()) throw base::Interrupted();
    return edges;
}

// As nearest_edges(), of many rows.
std::vector<Edge>
nearly_nearest_edges(const Design& rows, std::size_t k, Team& team, const std::stop_token& stop) {
    const NearIndex index(rows, stop);
    std::vector<Edge> edges(rows.rows * k);
    const auto parts = parts_of(rows.rows, 0);
    team.run(parts.count, [&](std::size_t part) {
        for (auto row = static_cast<std::uint32_t>(parts.begin(part)); row < parts.end(part);
             ++row) {
            if (stop.stop_requested()) return;
            auto near = index.nearest(rows, row, k + 1);
            std::erase_if(near, [&](const NearRow& one) { return one.row == row; });
            // Should fewer be found, the last stands for the rest: equal edges become one.
            if (near.empty()) near.push_back({4, row == 0 ? 1U : row - 1});
            for (std::size_t n = 0; n < k; ++n) {
                const auto& one = near[std::min(n, near.size() - 1)];
                // Of angles 1 less the cosine: half the squared distance of rows of length 1.
                const float squared = rows.sparse ? 2 * one.distance : one.distance;
                edges[row * k + n] = {row, one.row, squared};
            }
        }
    });
    if (stop.stop_requested()) throw base::Interrupted();
    return edges;
}

}  // namespace

Design neighbour_graph(const Design& rows, std::size_t k, Team& team, std::stop_token stop) {
    Design graph;
    graph.rows = graph.columns = rows.rows;
    graph.sparse = true;
    graph.starts.assign(rows.rows + 1, 0);
    if (rows.rows < 2) return graph;
    k = std::min(k, rows.rows - 1);
    const auto squares = squares_of(rows);
    auto edges = rows.rows > exact_neighbours ? nearly_nearest_edges(rows, k, team, stop)
                 : rows.sparse ? nearest_edges(of_length_one(rows, squares), squares, k, team, stop)
                               : nearest_edges(rows, squares, k, team, stop);
    std::vector<double> scale(rows.rows);
    for (std::size_t row = 0; row < rows.rows; ++row)
        scale[row] =
            std::sqrt(std::max(1e-12, static_cast<double>(edges[row * k + k - 1].squared)));
    const auto weight = [&](const Edge& edge) {
        const auto squared = static_cast<double>(edge.squared);
        if (!rows.sparse) return std::exp(-squared / (scale[edge.from] * scale[edge.to]));
        const double cosine = std::max(0.0, 1 - squared / 2);
        return cosine * cosine;
    };
    const auto one_way = edges.size();
    for (std::size_t i = 0; i < one_way; ++i)
        edges.push_back({edges[i].to, edges[i].from, edges[i].squared});
    std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) {
        return std::tie(a.from, a.to, a.squared) < std::tie(b.from, b.to, b.squared);
    });
    edges.erase(
        std::unique(
            edges.begin(),
            edges.end(),
            [](const Edge& a, const Edge& b) { return a.from == b.from && a.to == b.to; }
        ),
        edges.end()
    );
    for (const auto& edge : edges) {
        graph.where.push_back(edge.to);
        graph.values.push_back(static_cast<float>(weight(edge)));
        ++graph.starts[edge.from + 1];
    }
    std::partial_sum(graph.starts.begin(), graph.starts.end(), graph.starts.begin());
    return graph;
}

std::vector<float> spread_labels(
    const Design& graph,
    std::span<const float> known,
    std::size_t classes,
    double spread,
    Team& team,
    std::stop_token stop
) {
    const auto n = graph.rows;
    std::vector<double> root(n);
    for (std::size_t row = 0; row < n; ++row) {
        double degree = 0;
        for (std::size_t i = 0; i < graph.count(row); ++i)
            degree += static_cast<double>(graph.row_values(row)[i]);
        root[row] = degree > 0 ? 1 / std::sqrt(degree) : 0;
    }
    std::vector<double> now(known.begin(), known.end());
    auto next = now;
    const auto parts = parts_of(n, 0);
    std::vector<double> moved(parts.count);
    for (std::size_t round = 0; round < most_spreads; ++round) {
        if (stop.stop_requested()) throw base::Interrupted();
        team.run(parts.count, [&](std::size_t part) {
            moved[part] = 0;
            for (auto row = parts.begin(part); row < parts.end(part); ++row) {
                std::vector<double> sum(classes);
                for (std::size_t i = 0; i < graph.count(row); ++i) {
                    const auto other = graph.row_where(row)[i];
                    const double weight =
                        static_cast<double>(graph.row_values(row)[i]) * root[row] * root[other];
                    for (std::size_t c = 0; c < classes; ++c)
                        sum[c] += weight * now[other * classes + c];
                }
                for (std::size_t c = 0; c < classes; ++c) {
                    const auto at = row * classes + c;
                    next[at] = spread * sum[c] + (1 - spread) * static_cast<double>(known[at]);
                    moved[part] = std::max(moved[part], std::abs(next[at] - now[at]));
                }
            }
        });
        now.swap(next);
        if (*std::max_element(moved.begin(), moved.end()) < 1e-7) break;
    }
    std::vector<float> out(now.size());
    for (std::size_t row = 0; row < n; ++row) {
        double all = 0;
        for (std::size_t c = 0; c < classes; ++c) all += now[row * classes + c];
        if (all <= 0) continue;
        for (std::size_t c = 0; c < classes; ++c)
            out[row * classes + c] = static_cast<float>(now[row * classes + c] / all);
    }
    return out;
}

void normalise_masses(std::span<float> soft, std::span<const double> shares) {
    const auto classes = shares.size();
    std::vector<double> mass(classes);
    double all = 0;
    for (std::size_t i = 0; i < soft.size(); ++i) {
        mass[i % classes] += static_cast<double>(soft[i]);
        all += static_cast<double>(soft[i]);
    }
    if (all <= 0) return;
    for (std::size_t from = 0; from < soft.size(); from += classes) {
        double sum = 0;
        for (std::size_t c = 0; c < classes; ++c) {
            auto& one = soft[from + c];
            if (mass[c] > 0) one *= static_cast<float>(shares[c] * all / mass[c]);
            sum += static_cast<double>(one);
        }
        for (std::size_t c = 0; c < classes && sum > 0; ++c)
            soft[from + c] /= static_cast<float>(sum);
    }
}

}  // namespace training
