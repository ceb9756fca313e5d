#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <string_view>
#include <vector>

#include "base/numbers/random.hpp"
#include "training/models/unsupervised/finder.hpp"

// Rows with structure, made by arithmetic alone, and what is found in them.
namespace structure {

using namespace training;

inline Design lumps() {
    constexpr double golden = 0.6180339887498949;
    Design out;
    out.rows = 240;
    out.columns = 4;
    for (int i = 0; i < 240; ++i) {
        double x[4];
        for (int c = 0; c < 4; ++c) {
            const double at = (i * 4 + c + 1) * golden * (c + 1);
            x[c] = (at - std::floor(at)) * 2 - 1;
        }
        const int lump = i % 3;
        constexpr double across[] = {-3, 3, 0}, up[] = {0, 1, 5}, wide[] = {1, 0.5, 2};
        x[0] += across[lump];
        x[1] += up[lump];
        x[2] *= wide[lump];
        x[3] += x[0] * 0.5;
        for (double value : x) out.values.push_back(static_cast<float>(value));
    }
    return out;
}

inline Design sparse_of(const Design& dense) {
    Design out;
    out.rows = dense.rows;
    out.columns = dense.columns;
    out.sparse = true;
    out.starts.push_back(0);
    for (std::size_t row = 0; row < dense.rows; ++row) {
        for (std::uint32_t c = 0; c < dense.columns; ++c)
            if (const float value = dense.row_values(row)[c]; value != 0) {
                out.values.push_back(value);
                out.where.push_back(c);
            }
        out.starts.push_back(out.values.size());
    }
    return out;
}

// A small lump, a wide one, and rows scattered over both, of which each third is one.
inline Design of_two_densities() {
    Design out;
    out.rows = 150;
    out.columns = 2;
    for (int i = 0; i < 150; ++i) {
        const double a = (i + 1) * 0.6180339887498949, b = (i + 1) * 0.7548776662466927;
        double x = (a - std::floor(a)) * 2 - 1, y = (b - std::floor(b)) * 2 - 1;
        const int lump = i % 3;
        x = lump == 0 ? x * 0.2 : lump == 1 ? x * 2 + 6 : x * 8;
        y = lump == 0 ? y * 0.2 : lump == 1 ? y * 2 : y * 8 + 2;
        out.values.push_back(static_cast<float>(x));
        out.values.push_back(static_cast<float>(y));
    }
    return out;
}

// Texts of 60 words, of which two thirds are of one of four topics of ten words each, and the rest
// of another.
struct Planted {
    Design rows;
    std::vector<int> mainly;
};

inline Planted planted_topics(std::size_t rows) {
    const base::CounterRandom random(4, 4);
    Planted out;
    out.rows.rows = rows;
    out.rows.columns = 40;
    out.rows.sparse = true;
    out.rows.starts.push_back(0);
    for (std::size_t row = 0; row < rows; ++row) {
        const auto main = random.below(row * 200, 4);
        const auto other = (main + 1 + random.below(row * 200 + 1, 3)) % 4;
        out.mainly.push_back(static_cast<int>(main));
        std::vector<float> counts(40);
        for (std::uint64_t w = 0; w < 60; ++w)
            ++counts[(w < 40 ? main : other) * 10 + random.below(row * 200 + 2 + w, 10)];
        for (std::uint32_t c = 0; c < 40; ++c)
            if (counts[c] > 0) {
                out.rows.where.push_back(c);
                out.rows.values.push_back(counts[c]);
            }
        out.rows.starts.push_back(out.rows.values.size());
    }
    return out;
}

inline Design dense_of(const Design& sparse) {
    Design out;
    out.rows = sparse.rows;
    out.columns = sparse.columns;
    out.values.assign(out.rows * out.columns, 0);
    for (std::size_t row = 0; row < out.rows; ++row)
        for (std::size_t i = 0; i < sparse.count(row); ++i)
            out.values[row * out.columns + sparse.row_where(row)[i]] = sparse.row_values(row)[i];
    return out;
}

inline std::unique_ptr<Model> found(
    std::string_view kind,
    const Design& rows,
    const Params& params = {},
    std::size_t threads = 2
) {
    Team team(threads);
    auto model = make_model(kind, params);
    model->fit({&rows}, {}, 0, {1, {}, {}, &team});
    return model;
}

inline const Finder& finder(const std::unique_ptr<Model>& model) {
    return dynamic_cast<const Finder&>(*model);
}

inline double
figure(const std::unique_ptr<Model>& model, const Design& rows, std::string_view name) {
    Team team(2);
    for (const auto& one : finder(model).figures(rows, 1, team))
        if (one.name == name) return one.value;
    return std::nan("");
}

inline std::vector<int> first_of_pairs(const std::vector<double>& values) {
    std::vector<int> out;
    for (std::size_t i = 0; i < values.size(); i += 2) out.push_back(static_cast<int>(values[i]));
    return out;
}

}  // namespace structure
