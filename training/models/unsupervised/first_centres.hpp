#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "base/numbers/random.hpp"
#include "training/company/company.hpp"
#include "training/numeric/design.hpp"
#include "training/numeric/kernels.hpp"
#include "training/numeric/products.hpp"
#include "training/numeric/team.hpp"

namespace training {

// Throws base::Interrupted once a stop is requested.
void end_at_stop(const std::stop_token& stop);

// `count` points in the columns of the rows.
Points points_for(const Design& rows, std::size_t count, std::vector<float> values);

// Calls see(row, products with the points) for each row of a part.
template <typename See>
void each_product(
    const Design& rows,
    const Points& points,
    std::size_t begin,
    std::size_t end,
    const See& see
) {
    constexpr std::size_t block_rows = 96;
    std::vector<float> products(block_rows * points.count());
    // Not cleared: a part touches little of it.
    const auto work =
        std::make_unique_for_overwrite<float[]>(std::max(work_floats, points.count() + 8));
    for (auto from = begin; from < end; from += block_rows) {
        const auto many = std::min(block_rows, end - from);
        points.multiply(rows, from, many, products.data(), work.get());
        for (std::size_t i = 0; i < many; ++i) see(from + i, products.data() + i * points.count());
    }
}

// The rows of a process among those of its company, which are counted through.
class Stretch {
public:
    Stretch(std::size_t rows, Company* company);

    std::size_t all() const { return all_; }
    std::size_t begin() const { return begin_; }
    // Where a row of all lies here, if it does.
    std::optional<std::size_t> place_of(std::size_t row) const {
        if (row < begin_ || row >= begin_ + own_) return {};
        return row - begin_;
    }
    // The rows of all that are asked for, dense, one after the other.
    std::vector<float> values_of(const Design& own, std::span<const std::uint32_t> wanted) const;
    Company* company() const { return company_; }

private:
    Company* company_;
    std::size_t own_, begin_ = 0, all_;
};

// Greedy k-means++ (Arthur and Vassilvitskii 2007): each centre is the best of some rows that are
// drawn by how far they lie from the centres before it. What is given has to live as long.
class FirstCentres {
public:
    // `squares`: of the lengths of the rows. Members of a company have a stretch of the rows each,
    // and choose the same.
    FirstCentres(
        const Design& rows,
        const std::vector<float>& squares,
        Team& team,
        Company* company = nullptr
    )
        : rows_(rows),
          squares_(squares),
          team_(team),
          stretch_(rows.rows, company),
          parts_(parts_of(rows.rows, 0)) {}

    // k x columns. Throws base::Interrupted at a stop.
    std::vector<float>
    choose(std::size_t k, const base::CounterRandom& random, const std::stop_token& stop);

private:
    std::size_t try_out(const std::vector<std::uint32_t>& chosen);
    std::vector<std::uint32_t> draw(const std::vector<double>& units) const;
    std::uint32_t draw_here(double rest) const;

    const Design& rows_;
    const std::vector<float>& squares_;
    Team& team_;
    Stretch stretch_;
    RowParts parts_;
    std::vector<float> distance_;
    std::vector<double> sums_;  // of the distances in each stretch
};

}  // namespace training
