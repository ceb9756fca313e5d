#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "quality/table.hpp"

namespace ingest::quality {

// How strongly columns go together: Spearman's rank correlation (-1 to 1) of two columns of
// numbers, else Cramér's V (0 to 1) with the correction of Bergsma (2013), numbers in ten ranges of
// equal count. Columns of one value, and texts of more than 50 values, are left out.
struct Associations {
    std::vector<std::size_t> columns;  // of the table, in its order
    std::vector<double> strength;      // row by row, one value per pair; NaN: too few records
    double at(std::size_t a, std::size_t b) const { return strength[a * columns.size() + b]; }
};

// At most the first `columns_at_most` columns that qualify.
Associations find_associations(const Table& table, std::size_t columns_at_most = 30);

}  // namespace ingest::quality
