#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace training {

// The rows as a model sees them: a dense row-major matrix, or a sparse one in compressed rows with
// rising columns.
struct Design {
    std::size_t rows = 0;
    std::size_t columns = 0;
    bool sparse = false;
    std::vector<float> values;          // dense: rows x columns; sparse: the non-zeros
    std::vector<std::uint32_t> where;   // sparse: the column of each value
    std::vector<std::uint64_t> starts;  // sparse: rows + 1 offsets into values
    // Where rows are the tokens of texts: the first row of each text, and the number of rows. Else
    // empty, and rows do not depend on each other.
    std::vector<std::uint64_t> sequences;

    std::size_t count(std::size_t row) const {
        return static_cast<std::size_t>(starts[row + 1] - starts[row]);
    }
    const float* row_values(std::size_t row) const {
        return values.data() + (sparse ? starts[row] : row * columns);
    }
    const std::uint32_t* row_where(std::size_t row) const { return where.data() + starts[row]; }
};

// Whether sizes and columns fit each other; what was read from a file may not.
bool well_formed(const Design& design);

// The rows at `chosen`, in that order.
Design take_rows(const Design& design, std::span<const std::uint32_t> chosen);

// Sparse rows by column: row c of the result holds the values of column c, `where` their rows.
Design transposed(const Design& design);

// Writes the rows at `chosen` one after the other into `out`, dense, chosen.size() x
// design.columns.
void copy_rows(const Design& design, std::span<const std::uint32_t> chosen, float* out);

}  // namespace training
