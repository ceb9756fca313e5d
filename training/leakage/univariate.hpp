#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "training/snapshots/examples.hpp"

// What one column says of the label; for column_leaks.cpp alone. NaN is a value of its own where
// classes are told, and no value where numbers are.
namespace training {

struct FittedLine {
    double slope = 0, offset = 0, r2 = 0;
};

struct Univariate {
    std::string name;
    bool is_category = false;  // its values are codes
    std::size_t classes = 0;   // 0: the label is a number
    std::vector<double> value;
    std::vector<double> label;

    std::size_t size() const { return value.size(); }
    double present() const;          // rows with a value
    std::size_t values() const;      // that are different
    bool numbers_rows() const;       // different whole numbers that lie close together
    bool names_rows() const;         // a category that is another in nearly each row
    bool spiked() const;             // one class has one value, or none, nearly always
    double likeness_within() const;  // of labels of one value: 0 by chance, 1 all equal

    // Of numbers. What can not be said is 0.
    FittedLine line() const;
    double rank_r2() const;
    double nearest_r2() const;   // by the nearest values of the other half
    double category_r2() const;  // by the mean of the category in the other half
    // Of classes.
    double balanced_accuracy(
    ) const;             // by the commonest class of the value's range in the other half
    double auc() const;  // of two classes, in the better direction; else 0
};

Univariate univariate(const Examples& rows, std::size_t column);

// Of two halves, the same for a row each time.
std::size_t half_of(std::size_t row);

}  // namespace training
