#pragma once

#include <cstddef>
#include <vector>

#include "ingest/quality/table.hpp"

namespace ingest::quality {

// "Rows with the same `from` have the same `to`", for nearly all rows.
struct Dependency {
    std::size_t from = 0, to = 0;  // columns
    double confidence = 0;         // share of rows whose `to` is the usual one of their group
    double lift = 0;  // of what guessing the most frequent value leaves wrong, the share put right
    std::size_t rows = 0;  // in groups of two and more
};

// Approximate functional dependencies between single columns (g3 error, Kivinen and Mannila 1995),
// strongest first. Groups of one row tell nothing and are not counted; a dependency needs a tenth
// of the rows in larger groups.
std::vector<Dependency> find_dependencies(
    const std::vector<Coded>& columns,
    double confidence_at_least = 0.85,
    double lift_at_least = 0.7
);

}  // namespace ingest::quality
