#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace training {

// How the columns of rows lie as a picture: line by line, the channels of a pixel side by side.
struct PictureForm {
    std::size_t width = 0;  // 0: the rows are no pictures
    std::size_t height = 0;
    std::size_t channels = 0;
    std::vector<float> means = {};  // what each column was lessened by; empty: nothing

    std::size_t values() const { return width * height * channels; }
};

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
    PictureForm picture;  // where each dense row is the pixels of one picture, and nothing else

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
