#pragma once

#include <cstddef>
#include <vector>

#include "quality/table.hpp"

namespace quality {

// "Rows with the same `from` have the same `to`", for nearly all rows.
struct Dependency {
    std::size_t from = 0, to = 0;  // columns
    double confidence = 0;         // share of rows whose `to` is the usual one of their group
    double lift = 0;  // of what guessing the most frequent value leaves wrong, the share put right
    std::size_t rows = 0;  // in groups of two and more
    // Many groups agree in most, not in nearly all of their rows: sources contradict each other.
    bool contested = false;
    // Exceptions are spread over the groups as mistakes are; else they gather in some, as where
    // values merely go together.
    bool even = false;
};

// Approximate functional dependencies between single columns (g3 error, Kivinen and Mannila 1995),
// strongest first. A row counts as agreeing if the others of its group alone would say the same;
// groups of one row tell nothing and are not counted, and a dependency needs a quarter of the rows
// in larger groups. Numbers that are no codes (amounts, weights) decide nothing. Confidence 0.85
// and lift 0.7 are asked of all; of columns that nearly always have the same value 0.95 and 0.3; of
// contested ones 0.35 each, at least ten groups of three and more rows, mostly with values of their
// own, and exceptions that are spread evenly.
std::vector<Dependency> find_dependencies(const std::vector<Coded>& columns);

// Two columns as one: "rows with the same state and salary".
struct Joint {
    std::size_t a = 0, b = 0;
    Coded values;  // codes and frequencies only
};

// Columns that follow from two others together though from none alone. Their dependencies are added
// with `from` counted on behind the columns, in the order of the result. Looks at pairs of the
// twelve columns with the fewest values, and at 20,000 rows.
std::vector<Joint>
find_joint_dependencies(const std::vector<Coded>& columns, std::vector<Dependency>& dependencies);

}  // namespace quality
