// Distances by products: |x - c|^2 = |x|^2 + |c|^2 - 2 x'c, with the product of a block of rows in
// one multiplication of matrices. Sparse rows gather the lines of a table that has the points by
// column, or, where all rows are asked for, what they share column by column.
#include "training/numeric/products.hpp"

#include <algorithm>
#include <limits>
#include <memory>

#include "training/numeric/kernels.hpp"

namespace training {

RowParts parts_of(std::size_t rows, std::size_t bytes_each) {
    constexpr std::size_t room = 128U << 20U;
    constexpr std::size_t most = 64;
    constexpr std::size_t least_rows = 256;
    const auto fitting = room / std::max<std::size_t>(1, bytes_each);
    const auto useful = rows / least_rows;
    return {rows, std::max<std::size_t>(1, std::min({most, fitting, useful}))};
}

std::vector<double> column_sums(const Design& rows, Team& team) {
    const auto parts = parts_of(rows.rows, rows.columns * sizeof(double));
    std::vector<std::vector<double>> sums(parts.count);
    team.run(parts.count, [&](std::size_t part) {
        auto& own = sums[part];
        own.assign(rows.columns, 0);
        for (auto row = parts.begin(part); row < parts.end(part); ++row) {
            const float* values = rows.row_values(row);
            const auto count = rows.sparse ? rows.count(row) : rows.columns;
            for (std::size_t i = 0; i < count; ++i)
                own[rows.sparse ? rows.row_where(row)[i] : i] += static_cast<double>(values[i]);
        }
    });
    auto out = std::move(sums.front());
    for (std::size_t part = 1; part < parts.count; ++part)
        for (std::size_t c = 0; c < rows.columns; ++c) out[c] += sums[part][c];
    return out;
}

// In four sums, so that one addition does not wait for the one before it.
float square_of(const Design& rows, std::size_t row) {
    const auto count = rows.sparse ? rows.count(row) : rows.columns;
    const float* values = rows.row_values(row);
    double sums[4] = {};
    std::size_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (std::size_t lane = 0; lane < 4; ++lane) {
            const auto value = static_cast<double>(values[i + lane]);
            sums[lane] += value * value;
        }
    for (; i < count; ++i)
        sums[0] += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    return static_cast<float>((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

std::vector<float> squares_of(const Design& rows) {
    std::vector<float> out(rows.rows);
    for (std::size_t row = 0; row < rows.rows; ++row) out[row] = square_of(rows, row);
    return out;
}

std::vector<float> squares_of(const Design& rows, Team& team) {
    std::vector<float> out(rows.rows);
    const auto parts = parts_of(rows.rows, 0);
    team.run(parts.count, [&](std::size_t part) {
        for (auto row = parts.begin(part); row < parts.end(part); ++row)
            out[row] = square_of(rows, row);
    });
    return out;
}

Points::Points(std::size_t count, std::size_t columns, std::vector<float> values)
    : count_(count), columns_(columns), values_(std::move(values)) {
    Design as_rows;
    as_rows.rows = count_;
    as_rows.columns = columns_;
    as_rows.values.swap(values_);
    squares_ = squares_of(as_rows);
    values_.swap(as_rows.values);
}

void Points::prepare_sparse() {
    width_ = (count_ + 7) / 8 * 8;
    table_.assign(columns_ * width_, 0);
    for (std::size_t c = 0; c < columns_; ++c)
        for (std::size_t j = 0; j < count_; ++j) table_[c * width_ + j] = values_[j * columns_ + c];
}

Points::Nearest Points::nearest(const float* products) const {
    Nearest out{0, std::numeric_limits<float>::infinity()};
    for (std::uint32_t j = 0; j < count_; ++j) {
        const float away = squares_[j] - 2 * products[j];
        if (away < out.beyond) out = {j, away};
    }
    return out;
}

void Points::multiply(
    const Design& rows,
    std::size_t from,
    std::size_t many,
    float* products,
    float* work
) const {
    if (!rows.sparse) {
        const auto d = columns_;
        kernels().gemm(
            many,
            count_,
            d,
            rows.row_values(from),
            d,
            1,
            values_.data(),
            1,
            d,
            products,
            count_,
            false,
            work
        );
        return;
    }
    for (std::size_t i = 0; i < many; ++i) {
        std::fill_n(work, width_, 0.0F);
        kernels().gather_rows(
            rows.count(from + i),
            rows.row_where(from + i),
            rows.row_values(from + i),
            table_.data(),
            width_,
            work
        );
        std::copy_n(work, count_, products + i * count_);
    }
}

RowDistances::RowDistances(const Design& rows) : rows_(rows), squares_(squares_of(rows)) {
    if (rows.sparse) by_column_ = transposed(rows);
}

// The asked rows are the right operand: that one is copied into slivers for each call.
void RowDistances::multiply_dense(
    const Design& asked,
    std::size_t from,
    std::size_t many,
    float* out
) const {
    constexpr std::size_t step = 1024;
    const auto work = std::make_unique_for_overwrite<float[]>(work_floats);
    std::vector<float> products(step * many);
    const auto d = rows_.columns;
    for (std::size_t at = 0; at < rows_.rows; at += step) {
        const auto count = std::min(step, rows_.rows - at);
        kernels().gemm(
            count,
            many,
            d,
            rows_.row_values(at),
            d,
            1,
            asked.row_values(from),
            1,
            d,
            products.data(),
            many,
            false,
            work.get()
        );
        for (std::size_t i = 0; i < many; ++i)
            for (std::size_t j = 0; j < count; ++j)
                out[i * rows_.rows + at + j] = products[j * many + i];
    }
}

void RowDistances::between(const Design& asked, std::size_t from, std::size_t many, float* out)
    const {
    const auto n = rows_.rows;
    if (asked.sparse) {
        std::fill_n(out, many * n, 0.0F);
        for (std::size_t i = 0; i < many; ++i) {
            float* sums = out + i * n;
            for (std::size_t v = 0; v < asked.count(from + i); ++v) {
                const auto column = asked.row_where(from + i)[v];
                const float value = asked.row_values(from + i)[v];
                for (std::size_t e = 0; e < by_column_.count(column); ++e)
                    sums[by_column_.row_where(column)[e]] +=
                        value * by_column_.row_values(column)[e];
            }
        }
    } else {
        multiply_dense(asked, from, many, out);
    }
    for (std::size_t i = 0; i < many; ++i) {
        double own = 0;
        const auto count = asked.sparse ? asked.count(from + i) : asked.columns;
        for (std::size_t v = 0; v < count; ++v) {
            const auto value = static_cast<double>(asked.row_values(from + i)[v]);
            own += value * value;
        }
        const auto square = static_cast<float>(own);
        for (std::size_t j = 0; j < n; ++j)
            out[i * n + j] = std::max(0.0F, square + squares_[j] - 2 * out[i * n + j]);
    }
}

void RowDistances::each_block(
    const Design& asked,
    Team& team,
    const std::function<void(std::size_t, std::size_t, std::span<const float>)>& see
) const {
    team.run((asked.rows + at_once - 1) / at_once, [&](std::size_t block) {
        const auto from = block * at_once;
        const auto many = std::min(at_once, asked.rows - from);
        std::vector<float> distances(many * rows_.rows);
        between(asked, from, many, distances.data());
        see(from, many, distances);
    });
}

}  // namespace training
