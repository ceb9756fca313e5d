#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "training/snapshots/examples.hpp"

namespace training {

// Finds the columns that repeat the label: the field that labels were imported from, and exact
// copies of it. A model that is given one learns nothing else.
//
// Of classes, a column is a copy if its values and the classes stand for each other one to one in
// every row; of values, if it is equal to them. It must be there in every row, and something must
// speak for it: two classes and more rows than classes, or two values.
class LabelCopies {
public:
    // More rows, all with classes or all with targets. Columns are the same ones by name; one that
    // some rows lack is no copy.
    void see(const Examples& rows);

    // Whether any column is still taken for a copy, or no row was seen.
    bool open() const;
    // By name, in the order of the columns.
    std::vector<std::string> columns() const;

private:
    struct Column {
        std::string name;
        bool copy = true;
        std::map<double, double> label_of{}, value_of{};
    };
    void see(Column& column, double value, double label, bool is_class);

    std::optional<std::vector<Column>> columns_;
    std::size_t rows_ = 0;
    bool classes_ = false;
};

// Takes columns out of the examples; names that they do not have are passed over.
void drop_columns(Examples& examples, const std::vector<std::string>& names);

}  // namespace training
