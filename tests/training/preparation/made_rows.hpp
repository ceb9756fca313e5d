#pragma once

#include <string>
#include <utility>
#include <vector>

#include "training/snapshots/examples.hpp"

namespace training {

inline Examples numbers(std::vector<double> values, const std::string& name = "x") {
    Examples rows;
    rows.rows = values.size();
    rows.columns.push_back({name, schema::Column::Type::number, ""});
    rows.numeric = std::move(values);
    return rows;
}

inline Examples texts(std::vector<std::string> bodies) {
    Examples rows;
    rows.rows = bodies.size();
    for (auto& body : bodies) rows.text.push_back({"Title", std::move(body)});
    return rows;
}

}  // namespace training
