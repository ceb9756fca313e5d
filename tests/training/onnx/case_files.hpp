#pragma once

#include <cmath>
#include <filesystem>

#include <boost/json.hpp>

#include "training/features/features.hpp"
#include "training/snapshots/examples.hpp"

// The inputs of a graph as check.mjs reads them.
namespace onnx_cases {

namespace json = boost::json;
using training::Examples;

inline json::object column(const char* type, std::size_t columns, json::array values) {
    return {{"type", type}, {"columns", columns}, {"values", std::move(values)}};
}

inline json::object inputs_of(const Examples& rows) {
    json::object all;
    for (std::size_t c = 0; c < rows.columns.size(); ++c) {
        json::array values;
        const auto levels = rows.levels.find(rows.columns[c].name);
        for (std::size_t row = 0; row < rows.rows; ++row) {
            const double value = rows.numeric[row * rows.columns.size() + c];
            if (levels != rows.levels.end()) {
                values.emplace_back(
                    std::isnan(value) ? "" : levels->second[static_cast<std::size_t>(value)]
                );
            } else if (std::isfinite(value)) {
                values.emplace_back(value);
            } else {
                values.emplace_back(nullptr);  // infinite is missing, to both
            }
        }
        all[rows.columns[c].name] =
            column(levels != rows.levels.end() ? "string" : "float64", 1, std::move(values));
    }
    for (bool title : {true, false}) {
        json::array values;
        for (const auto& text : rows.text) values.emplace_back(title ? text.title : text.body);
        if (!values.empty()) all[title ? "title" : "body"] = column("string", 1, std::move(values));
    }
    if (rows.pixel_count > 0) {
        json::array values;
        for (auto byte : rows.pixels) values.emplace_back(byte);
        all["pixels"] = column("uint8", rows.pixel_count, std::move(values));
    }
    return all;
}

inline json::object features_of(const training::Featurizer& featurizer, const Examples& rows) {
    training::Team team(1);
    const auto design = featurizer.apply(rows, team);
    std::vector<double> dense(design.rows * design.columns);
    for (std::size_t row = 0; row < design.rows; ++row)
        for (std::size_t i = 0; i < (design.sparse ? design.count(row) : design.columns); ++i)
            dense[row * design.columns + (design.sparse ? design.row_where(row)[i] : i)] =
                static_cast<double>(design.row_values(row)[i]);
    json::array values;
    for (double value : dense) values.emplace_back(value);
    return {{"features", column("float32", design.columns, std::move(values))}};
}

// Cases of answers of several parts; each row of a case is a part.
void write_answers(const std::filesystem::path& folder);

}  // namespace onnx_cases
