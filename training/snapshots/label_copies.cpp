#include "training/snapshots/label_copies.hpp"

#include <algorithm>
#include <cmath>

namespace training {

void LabelCopies::see(const Examples& rows) {
    if (rows.rows == 0) return;
    if (!columns_) {
        columns_.emplace();
        for (const auto& column : rows.columns) columns_->push_back({.name = column.name});
    }
    classes_ = rows.has_classes();
    rows_ += rows.rows;
    auto width = rows.columns.size();
    for (auto& known : *columns_)  // a column that some of the rows have not repeats no label
        if (std::none_of(rows.columns.begin(), rows.columns.end(), [&](const auto& column) {
                return column.name == known.name;
            }))
            known.copy = false;
    for (std::size_t i = 0; i < width; ++i) {
        auto found = std::find_if(columns_->begin(), columns_->end(), [&](const auto& known) {
            return known.name == rows.columns[i].name;
        });
        if (found == columns_->end()) continue;
        auto& column = *found;
        for (std::size_t row = 0; row < rows.rows && column.copy; ++row) {
            auto label = classes_ ? static_cast<double>(rows.classes[row]) : rows.targets[row];
            see(column, rows.numeric[row * width + i], label, classes_);
        }
    }
}

void LabelCopies::see(Column& column, double value, double label, bool is_class) {
    if (std::isnan(value) || (!is_class && value != label)) {
        column.copy = false;
        return;
    }
    if (!is_class && column.label_of.size() >= 2) return;
    auto [to_label, new_value] = column.label_of.emplace(value, label);
    auto [to_value, new_label] = column.value_of.emplace(label, value);
    if (to_label->second != label || to_value->second != value) column.copy = false;
}

bool LabelCopies::open() const {
    if (!columns_) return true;
    return std::any_of(columns_->begin(), columns_->end(), [](const auto& column) {
        return column.copy;
    });
}

std::vector<std::string> LabelCopies::columns() const {
    std::vector<std::string> names;
    if (!columns_) return names;
    for (const auto& column : *columns_) {
        auto labels = column.value_of.size();
        bool shown = labels >= 2 && (!classes_ || rows_ > labels);
        if (column.copy && shown) names.push_back(column.name);
    }
    return names;
}

void drop_columns(Examples& examples, const std::vector<std::string>& names) {
    auto width = examples.columns.size();
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < width; ++i)
        if (std::find(names.begin(), names.end(), examples.columns[i].name) == names.end())
            kept.push_back(i);
        else
            examples.dropped.push_back(examples.columns[i].name);
    if (kept.size() == width) return;
    std::vector<double> values;
    values.reserve(examples.rows * kept.size());
    for (std::size_t row = 0; row < examples.rows; ++row)
        for (auto i : kept) values.push_back(examples.numeric[row * width + i]);
    std::vector<schema::Column> columns;
    for (auto i : kept) columns.push_back(std::move(examples.columns[i]));
    examples.numeric = std::move(values);
    examples.columns = std::move(columns);
}

}  // namespace training
