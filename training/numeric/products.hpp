#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "training/numeric/design.hpp"
#include "training/numeric/team.hpp"

namespace training {

// Rows are cut into parts that threads share. How many there are depends on the rows and on the
// bytes of the sums that each part keeps, never on the threads, so that results do not either.
struct RowParts {
    std::size_t rows = 0;
    std::size_t count = 0;

    std::size_t begin(std::size_t part) const { return rows * part / count; }
    std::size_t end(std::size_t part) const { return rows * (part + 1) / count; }
};
// At most 64 parts, of at least 256 rows, with sums of 128 MB together.
RowParts parts_of(std::size_t rows, std::size_t bytes_each);

// Of each column, in double precision.
std::vector<double> column_sums(const Design& rows, Team& team);
// Sum of the squares of a row, and of each.
float square_of(const Design& rows, std::size_t row);
std::vector<float> squares_of(const Design& rows);
std::vector<float> squares_of(const Design& rows, Team& team);

// Some points, dense, that many rows are multiplied with.
class Points {
public:
    Points(std::size_t count, std::size_t columns, std::vector<float> values);

    std::size_t count() const { return count_; }
    std::size_t columns() const { return columns_; }
    const std::vector<float>& values() const { return values_; }  // count x columns
    const std::vector<float>& squares() const { return squares_; }

    // products[i * count() + j]: row from + i times point j. `work` holds at least work_floats of
    // kernels.hpp, and count() + 8. Sparse rows ask for prepare_sparse() before.
    void multiply(
        const Design& rows,
        std::size_t from,
        std::size_t many,
        float* products,
        float* work
    ) const;
    void prepare_sparse();

    // Of the products of one row: the point that is nearest to it, and what its squared distance is
    // beyond the row's own square.
    struct Nearest {
        std::uint32_t point = 0;
        float beyond = 0;
    };
    Nearest nearest(const float* products) const;

private:
    std::size_t count_;
    std::size_t columns_;
    std::vector<float> values_;
    std::vector<float> squares_;
    std::size_t width_ = 0;     // count_ up to a multiple of 8
    std::vector<float> table_;  // columns x width_, for sparse rows
};

// Squared Euclidean distances between rows. `rows` has to live as long.
class RowDistances {
public:
    explicit RowDistances(const Design& rows);

    // out[i * rows + j]: between row from + i of `asked` and row j. Of one thread.
    void between(const Design& asked, std::size_t from, std::size_t many, float* out) const;

    // Calls see(from, many, distances) for blocks of the asked rows, by the team: what it does may
    // depend on the block only.
    static constexpr std::size_t at_once = 32;
    void each_block(
        const Design& asked,
        Team& team,
        const std::function<void(std::size_t from, std::size_t many, std::span<const float>)>& see
    ) const;

private:
    void multiply_dense(const Design& asked, std::size_t from, std::size_t many, float* out) const;

    const Design& rows_;
    std::vector<float> squares_;
    Design by_column_;
};

}  // namespace training
