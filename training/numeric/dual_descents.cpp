// One against the rest asks the same rows once for each class, and for a text nearly all of the
// time goes into waiting for one weight after the other. Here the weights of a column lie side by
// side, a lane for each class: a row is read once for all of them, by whole lines of the cache and
// with vectors. Each lane does what Hsieh et al. 2008 do (dual_descent.cpp has it for one): it
// shrinks by itself, and ends by itself; a row is passed over when no lane wants it.
//
// Lanes do not meet: the order of a pass is that of all rows, and sums go along a row in each lane.
// So it does not matter how classes are dealt to threads, and a class's weights do not depend on
// the others.
#include "training/numeric/dual_descents.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/numeric/dual_descent.hpp"
#include "training/numeric/kernels.hpp"

namespace training {

namespace {

constexpr std::size_t most_lanes = 32;  // of one block of classes: a line of four vectors of AVX2
constexpr std::size_t rows_between_stops = 4096;
constexpr float beyond_all = std::numeric_limits<float>::infinity();

using Lanes = std::array<float, most_lanes>;

// Some of the classes, by one thread. Memory: 4 bytes for each lane of each row and column.
class LaneBlock {
public:
    LaneBlock(const DualProblems& problems, std::size_t first, std::size_t count)
        : problems_(problems),
          rows_(*problems.rows),
          first_(first),
          count_(count),
          width_((count + 7) / 8 * 8),
          every_(count == 32 ? ~std::uint32_t{0} : (std::uint32_t{1} << count) - 1),
          open_(every_),
          wanted_(rows_.rows, every_),
          table_(rows_.columns * width_),
          alpha_(rows_.rows * width_),
          squares_(squared_lengths(rows_, {})) {
        limit_.fill(beyond_all);
    }

    void start_from(std::span<const float> duals) {
        Lanes steps{};
        for (std::size_t row = 0; row < rows_.rows; ++row) {
            if (problems_.costs[row] <= 0) continue;
            bool any = false;
            for (std::size_t lane = 0; lane < count_; ++lane) {
                const float dual = duals[row * problems_.outputs + first_ + lane];
                alpha_[row * width_ + lane] = dual;
                steps[lane] = side(row, lane) * dual;
                any = any || dual != 0;
            }
            if (any) add(row, steps);
        }
    }

    void descend() {
        std::vector<std::uint32_t> order(rows_.rows);
        std::iota(order.begin(), order.end(), 0U);
        for (std::size_t pass = 0; pass < problems_.passes && open_ != 0; ++pass) {
            base::CounterRandom(problems_.seed, 300 + pass).shuffle(std::span(order));
            highest_.fill(-beyond_all);
            lowest_.fill(beyond_all);
            for (std::size_t i = 0; i < order.size(); ++i) {
                if (i % rows_between_stops == 0 && problems_.stop.stop_requested())
                    throw base::Interrupted();
                visit(order[i]);
            }
            for (auto left = open_; left != 0; left &= left - 1) settle(lane_of(left));
        }
    }

    // Into the places of these classes.
    void tell(std::span<std::vector<float>> weights, std::span<float> duals) const {
        for (std::size_t lane = 0; lane < count_; ++lane) {
            auto& out = weights[first_ + lane];
            out.resize(rows_.columns + 1);
            for (std::size_t c = 0; c < rows_.columns; ++c) out[c] = table_[c * width_ + lane];
            out.back() = bias_[lane];
        }
        if (duals.empty()) return;
        for (std::size_t row = 0; row < rows_.rows; ++row)
            std::copy_n(
                alpha_.data() + row * width_,
                count_,
                duals.data() + row * problems_.outputs + first_
            );
    }

private:
    static std::size_t lane_of(std::uint32_t mask) {
        return static_cast<std::size_t>(std::countr_zero(mask));
    }
    float side(std::size_t row, std::size_t lane) const {
        return static_cast<std::size_t>(problems_.classes[row]) == first_ + lane ? 1.0F : -1.0F;
    }

    void add(std::size_t row, const Lanes& steps) {
        for (std::size_t lane = 0; lane < width_; ++lane) bias_[lane] += steps[lane];
        kernels().scatter_rows(
            rows_.count(row),
            rows_.row_where(row),
            rows_.row_values(row),
            steps.data(),
            width_,
            table_.data()
        );
    }

    void visit(std::size_t row) {
        const auto active = wanted_[row] & open_;
        const float cost = problems_.costs[row];
        if (active == 0 || cost <= 0) return;
        Lanes scores = bias_;
        kernels().gather_rows(
            rows_.count(row),
            rows_.row_where(row),
            rows_.row_values(row),
            table_.data(),
            width_,
            scores.data()
        );
        const float diagonal = 0.5F / cost;
        Lanes steps{};
        bool moves = false;
        for (auto left = active; left != 0; left &= left - 1) {
            const auto lane = lane_of(left);
            float& alpha = alpha_[row * width_ + lane];
            const float slope = side(row, lane) * scores[lane] - 1 + diagonal * alpha;
            float projected = slope;
            if (alpha == 0) {
                if (slope > limit_[lane]) {
                    wanted_[row] &= ~(std::uint32_t{1} << lane);
                    shrunk_ |= std::uint32_t{1} << lane;
                    continue;
                }
                projected = std::min(slope, 0.0F);
            }
            highest_[lane] = std::max(highest_[lane], projected);
            lowest_[lane] = std::min(lowest_[lane], projected);
            if (std::abs(projected) < 1e-12F) continue;
            const float before = alpha;
            alpha = std::max(before - slope / (squares_[row] + diagonal), 0.0F);
            steps[lane] = (alpha - before) * side(row, lane);
            moves = true;
        }
        if (moves) add(row, steps);
    }

    // After a pass: whether the lane is done, or all rows are looked at again, or fewer.
    void settle(std::size_t lane) {
        const auto bit = std::uint32_t{1} << lane;
        if (!(highest_[lane] - lowest_[lane] > static_cast<float>(problems_.tolerance))) {
            if ((shrunk_ & bit) == 0) {
                open_ &= ~bit;
                return;
            }
            for (auto& lanes : wanted_) lanes |= bit;
            shrunk_ &= ~bit;
            limit_[lane] = beyond_all;
            return;
        }
        limit_[lane] = highest_[lane] <= 0 ? beyond_all : highest_[lane];
    }

    const DualProblems& problems_;
    const Design& rows_;
    std::size_t first_, count_, width_;
    std::uint32_t every_;                // a bit for each lane
    std::uint32_t open_;                 // lanes that are not done
    std::uint32_t shrunk_ = 0;           // lanes that have left rows out
    std::vector<std::uint32_t> wanted_;  // by row: lanes that look at it
    std::vector<float> table_;           // columns x width_
    std::vector<float> alpha_;           // rows x width_
    std::vector<float> squares_;         // of rows
    Lanes bias_{}, limit_{}, highest_{}, lowest_{};
};

}  // namespace

std::vector<std::vector<float>>
descend_duals(const DualProblems& problems, std::vector<float>* duals, Team& team) {
    const auto outputs = problems.outputs;
    const auto least = (outputs + most_lanes - 1) / most_lanes;
    const auto members = problems.company ? problems.company->size() : 1;
    const auto useful = std::min(team.threads() * members, (outputs + 7) / 8);
    const auto blocks = std::max<std::size_t>({1, least, useful});
    std::vector<std::vector<float>> weights(outputs);
    const bool started = duals && !duals->empty();
    if (duals) duals->resize(problems.rows->rows * outputs);
    team.run(blocks, [&](std::size_t b) {
        const auto from = outputs * b / blocks;
        const auto to = outputs * (b + 1) / blocks;
        if (from == to || !is_own(problems.company, b)) return;
        LaneBlock block(problems, from, to - from);
        if (started) block.start_from(*duals);
        block.descend();
        block.tell(weights, duals ? std::span<float>(*duals) : std::span<float>{});
    });
    for (std::size_t b = 0; problems.company && b < blocks; ++b)
        for (auto c = outputs * b / blocks; c < outputs * (b + 1) / blocks; ++c) {
            weights[c].resize(problems.rows->columns + 1);
            tell_all(problems.company, std::span(weights[c]), b % members);
        }
    return weights;
}

}  // namespace training
