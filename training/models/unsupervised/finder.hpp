#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "training/models/model.hpp"

namespace training {

// A number about how a model fits rows: "inertia", "bic".
struct Figure {
    std::string name;
    double value = 0;
};

// A model that finds structure and needs no labels. What predict() gives, by ModelKind::finds:
//
//     clusters      2 values a row: the number of its cluster, -1 for none (noise), and how far it
//                   is from it
//     memberships   groups() values: how much the row belongs to each, at least 0; they sum to 1,
//                   or are all 0 for a row that has nothing of any
//     components    groups() + 1 values: the row's coordinates, and its squared distance from what
//                   they say
//     scores        1 value between 0 and 1: how odd the row is
class Finder : public Model {
public:
    // Values of a row in what predict() gives.
    virtual std::size_t width() const = 0;
    // Clusters, topics or components; 0 for scores.
    virtual std::size_t groups() const = 0;
    // How well the model fits these rows.
    virtual std::vector<Figure> figures(const Design& rows, std::uint64_t seed, Team& team)
        const = 0;
    // What a group is known by: a weight for each column, the greatest first in meaning. Empty
    // where a kind has no such thing.
    virtual std::vector<float> profile(std::size_t group) const = 0;
    // The share of a component in what varies.
    virtual std::optional<double> explained(std::size_t) const { return std::nullopt; }
    // What a search lowers; nothing where there is nothing that one setting has better than
    // another.
    virtual std::optional<double> cost(const Design&, std::uint64_t, Team&) const {
        return std::nullopt;
    }
};

// The mean of the rows with a label, less that of all rows, by column.
std::vector<float>
mean_less_all(const Design& rows, std::span<const std::int32_t> labels, std::size_t label);

// Throws base::Error unless the rows have so many columns.
void check_columns(const Design& rows, std::size_t columns);

}  // namespace training
