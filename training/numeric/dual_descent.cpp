// A pass looks at the rows in an order shuffled by seed and pass, one coordinate of the dual each,
// and keeps w = sum of alpha y x up to date. Shrinking leaves out rows at their bound whose
// gradient is far from moving them; before the end all are looked at again.
//
// Weights are single precision: 2^18 of them fit the second cache, and memory is what a pass over
// sparse rows waits for. The duals and the steps are double.
#include "training/numeric/dual_descent.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.hpp"
#include "base/numbers/random.hpp"

namespace training {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

// w'x and w += step x for either form of rows.
class Line {
public:
    Line(const DualProblem& problem, std::vector<float>& weights)
        : rows_(*problem.rows),
          scale_(problem.scale),
          weights_(weights.data()),
          bias_(weights[problem.rows->columns]) {}

    double dot(std::size_t row) const {
        const float* x = rows_.row_values(row);
        if (rows_.sparse) {
            const auto* where = rows_.row_where(row);
            const auto count = rows_.count(row);
            return scale_.empty()
                       ? sum(count, [&](std::size_t i) { return x[i] * weights_[where[i]]; })
                       : sum(count, [&](std::size_t i) {
                             return x[i] * scale_[where[i]] * weights_[where[i]];
                         });
        }
        return scale_.empty()
                   ? sum(rows_.columns, [&](std::size_t j) { return x[j] * weights_[j]; })
                   : sum(rows_.columns,
                         [&](std::size_t j) { return x[j] * scale_[j] * weights_[j]; });
    }

    void add(std::size_t row, double step) {
        const float* x = rows_.row_values(row);
        const auto by = static_cast<float>(step);
        bias_ += by;
        if (rows_.sparse) {
            const auto* where = rows_.row_where(row);
            const auto count = rows_.count(row);
            if (scale_.empty()) {
                for (std::size_t i = 0; i < count; ++i) weights_[where[i]] += by * x[i];
            } else {
                for (std::size_t i = 0; i < count; ++i)
                    weights_[where[i]] += by * x[i] * scale_[where[i]];
            }
            return;
        }
        for (std::size_t j = 0; j < rows_.columns; ++j)
            weights_[j] += scale_.empty() ? by * x[j] : by * x[j] * scale_[j];
    }

private:
    // Four sums at once: additions do not wait for each other, in an order that is always the same.
    template <typename Term>
    double sum(std::size_t count, const Term& term) const {
        float parts[4] = {};
        std::size_t i = 0;
        for (; i + 4 <= count; i += 4)
            for (std::size_t p = 0; p < 4; ++p) parts[p] += term(i + p);
        for (; i < count; ++i) parts[0] += term(i);
        return static_cast<double>((parts[0] + parts[1]) + (parts[2] + parts[3]) + bias_);
    }

    const Design& rows_;
    std::span<const float> scale_;
    float* weights_;
    float& bias_;
};

void squared_hinge(const DualProblem& problem, std::vector<float>& weights) {
    const auto n = problem.rows->rows;
    Line line(problem, weights);
    std::vector<double> alpha(n);
    std::vector<std::uint32_t> active(n);
    std::iota(active.begin(), active.end(), 0U);
    double highest_before = infinite;
    for (std::size_t pass = 0; pass < problem.passes; ++pass) {
        if (problem.stop.stop_requested()) throw base::Interrupted();
        base::CounterRandom(problem.seed, 300 + pass).shuffle(std::span(active));
        double highest = -infinite;
        double lowest = infinite;
        for (std::size_t s = 0; s < active.size(); ++s) {
            const auto row = active[s];
            const double cost = static_cast<double>(problem.costs[row]);
            if (cost <= 0) continue;
            const double side = problem.sides[row];
            const double diagonal = 0.5 / cost;
            const double slope = side * line.dot(row) - 1 + diagonal * alpha[row];
            double projected = slope;
            if (alpha[row] == 0) {
                if (slope > highest_before) {
                    std::swap(active[s], active.back());
                    active.pop_back();
                    --s;
                    continue;
                }
                projected = std::min(slope, 0.0);
            }
            highest = std::max(highest, projected);
            lowest = std::min(lowest, projected);
            if (std::abs(projected) < 1e-12) continue;
            const double before = alpha[row];
            alpha[row] = std::max(
                before - slope / (static_cast<double>(problem.squares[row]) + diagonal), 0.0
            );
            line.add(row, (alpha[row] - before) * side);
        }
        if (active.empty() || highest - lowest <= problem.tolerance) {
            if (active.size() == n) return;
            active.resize(n);
            std::iota(active.begin(), active.end(), 0U);
            highest_before = infinite;
            continue;
        }
        highest_before = highest <= 0 ? infinite : highest;
    }
}

// The dual variable z of one row with the least of z ln z + (C - z) ln(C - z) + a (z - z0)^2 / 2 +
// b (z - z0), by Newton steps that stay between 0 and C.
double logistic_step(double cost, double square, double slope, double start, double& worst) {
    constexpr int most = 100;
    double z = start;
    const double first = slope + std::log(z / (cost - z));
    worst = std::max(worst, std::abs(first));
    for (int i = 0; i < most; ++i) {
        const double gradient = square * (z - start) + slope + std::log(z / (cost - z));
        if (std::abs(gradient) < 1e-3 * std::min(1.0, std::abs(first))) break;
        const double bend = square + cost / ((cost - z) * z);
        double next = z - gradient / bend;
        if (next <= 0) next = z * 0.1;
        if (next >= cost) next = cost - (cost - z) * 0.1;
        z = next;
    }
    return z;
}

void logistic(const DualProblem& problem, std::vector<float>& weights) {
    const auto n = problem.rows->rows;
    Line line(problem, weights);
    std::vector<double> alpha(n);
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0U);
    for (std::size_t row = 0; row < n; ++row) {
        const double cost = static_cast<double>(problem.costs[row]);
        if (cost <= 0) continue;
        alpha[row] = std::min(0.001 * cost, 1e-8);
        line.add(row, alpha[row] * problem.sides[row]);
    }
    for (std::size_t pass = 0; pass < problem.passes; ++pass) {
        if (problem.stop.stop_requested()) throw base::Interrupted();
        base::CounterRandom(problem.seed, 300 + pass).shuffle(std::span(order));
        double worst = 0;
        for (auto row : order) {
            const double cost = static_cast<double>(problem.costs[row]);
            if (cost <= 0) continue;
            const double side = problem.sides[row];
            const double before = alpha[row];
            alpha[row] = logistic_step(
                cost, static_cast<double>(problem.squares[row]), side * line.dot(row), before, worst
            );
            line.add(row, (alpha[row] - before) * side);
        }
        if (worst < problem.tolerance) return;
    }
}

}  // namespace

std::vector<float> squared_lengths(const Design& rows, std::span<const float> scale) {
    std::vector<float> out(rows.rows, 1.0F);
    for (std::size_t row = 0; row < rows.rows; ++row) {
        const float* x = rows.row_values(row);
        const auto count = rows.sparse ? rows.count(row) : rows.columns;
        for (std::size_t i = 0; i < count; ++i) {
            const auto column = rows.sparse ? rows.row_where(row)[i] : i;
            const float value = scale.empty() ? x[i] : x[i] * scale[column];
            out[row] += value * value;
        }
    }
    return out;
}

std::vector<float> descend_dual(const DualProblem& problem) {
    std::vector<float> weights(problem.rows->columns + 1);
    if (problem.logistic) {
        logistic(problem, weights);
    } else {
        squared_hinge(problem, weights);
    }
    return weights;
}

}  // namespace training
