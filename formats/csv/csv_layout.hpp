#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "formats/csv/csv.hpp"
#include "formats/text/value_type.hpp"

namespace formats {

// The first rows of a text, cut into cells.
struct SampledRow {
    std::vector<std::string> cells;
    bool apart = false;  // an empty line is before it

    bool operator==(const SampledRow&) const = default;
};

// Where the table of a sample lies.
struct Layout {
    std::size_t skip = 0;         // rows above it
    std::size_t header_rows = 0;  // 0: none
    std::size_t width = 0;        // cells of a row
    std::size_t least = 0;        // see Sniffed
    bool row_names = false;       // the first column has none in the header
    std::vector<std::string> why;
};

Layout lay_out(const std::vector<SampledRow>& rows, const DialectHints& hints);

// The columns' names from the header rows; made up where those say nothing; unique.
std::vector<std::string> name_columns(const std::vector<SampledRow>& rows, const Layout& layout);

// The form of each column's values in the rows from `from` on, but for those that repeat the row
// before them all, a header.
std::vector<ValueType>
column_types(const std::vector<SampledRow>& rows, std::size_t from, std::size_t width);

}  // namespace formats
