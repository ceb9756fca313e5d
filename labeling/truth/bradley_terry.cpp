// Strengths from comparisons in pairs.
//
// Fitted by minorisation and maximisation (Hunter, MM algorithms for generalized Bradley-Terry
// models, 2004). Its likelihood has no maximum where somebody never loses or where two groups never
// met, so that each item also wins and loses a thousandth of a comparison with an average one: that
// moves the strengths of what was compared often by less than anybody sees.
//
// With workers (Bugakova and others, Aggregation of pairwise comparisons with reduction of biases,
// 2019) an answer is a comparison, or a habit of preferring one side; by expectation maximisation,
// which unlike the authors' descent on the likelihood needs no step size and no random start.
#include "labeling/truth/bradley_terry.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/run/stopping.hpp"

namespace labeling {

namespace {

constexpr double tie = 1e-3;  // wins and losses of each item against an average one
constexpr double still = 1e-7;

class Strengths {
public:
    explicit Strengths(const Comparisons& comparisons)
        : rows_(comparisons.rows),
          logs_(comparisons.items.size(), 0.0),
          strength_(logs_.size(), 1.0) {}

    double log_of(std::uint32_t item) const { return logs_[item]; }
    const std::vector<double>& strengths() const { return strength_; }

    // One round over comparisons of these weights. Returns how far the logs moved.
    double improve(const std::vector<double>& weight) {
        wins_.assign(logs_.size(), tie);
        met_.resize(logs_.size());
        for (std::size_t i = 0; i < met_.size(); ++i) met_[i] = 2 * tie / (strength_[i] + 1);
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            const auto& row = rows_[i];
            double met = weight[i] / (strength_[row.left] + strength_[row.right]);
            wins_[row.left_won ? row.left : row.right] += weight[i];
            met_[row.left] += met;
            met_[row.right] += met;
        }
        double mean = 0, moved = 0;
        for (std::size_t i = 0; i < met_.size(); ++i) {
            met_[i] = std::log(wins_[i] / met_[i]);
            mean += met_[i] / static_cast<double>(met_.size());
        }
        for (std::size_t i = 0; i < met_.size(); ++i) {
            moved = std::max(moved, std::abs(met_[i] - mean - logs_[i]));
            logs_[i] = met_[i] - mean;
            strength_[i] = std::exp(logs_[i]);
        }
        return moved;
    }

private:
    const std::vector<Comparison>& rows_;
    std::vector<double> logs_, strength_;
    std::vector<double> wins_, met_;
};

// How often a worker compares, and prefers the left side otherwise.
class Habits {
public:
    explicit Habits(const Comparisons& comparisons)
        : rows_(comparisons.rows),
          compares(comparisons.workers.size(), 0.8),
          left(compares.size(), 0.5) {}

    // How likely each answer is a comparison.
    double weigh(const Strengths& strengths, std::vector<double>& weight) const {
        double moved = 0;
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            const auto& row = rows_[i];
            double ahead = strengths.log_of(row.left) - strengths.log_of(row.right);
            double compared = compares[row.worker] / (1 + std::exp(row.left_won ? -ahead : ahead));
            double habit = (1 - compares[row.worker]) *
                           (row.left_won ? left[row.worker] : 1 - left[row.worker]);
            double next = compared / (compared + habit);
            moved = std::max(moved, std::abs(next - weight[i]));
            weight[i] = next;
        }
        return moved;
    }

    // Workers start from comparing four times out of five, by the weight of five answers.
    void learn(const std::vector<double>& weight) {
        std::vector<double> sum(compares.size(), 4.0), all(compares.size(), 5.0);
        std::vector<double> lefts(compares.size(), 1.0), others(compares.size(), 2.0);
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            auto worker = rows_[i].worker;
            sum[worker] += weight[i];
            all[worker] += 1;
            others[worker] += 1 - weight[i];
            if (rows_[i].left_won) lefts[worker] += 1 - weight[i];
        }
        for (std::size_t w = 0; w < compares.size(); ++w) {
            compares[w] = sum[w] / all[w];
            left[w] = lefts[w] / others[w];
        }
    }

private:
    const std::vector<Comparison>& rows_;

public:
    std::vector<double> compares, left;  // by worker
};

}  // namespace

void ComparisonsBuilder::add(
    const std::string& left,
    const std::string& right,
    const std::string& worker,
    const std::string& winner
) {
    if (left == right)
        throw base::Error(
            "comparison", fmt::format("both sides are '{}'", left), "compare two different things"
        );
    if (winner != left && winner != right)
        throw base::Error(
            "comparison",
            fmt::format("'{}' is neither '{}' nor '{}'", winner, left, right),
            "name the side that was preferred"
        );
    auto first = items_.index(left), second = items_.index(right);
    rows_.push_back({first, second, workers_.index(worker), winner == left});
}

Comparisons ComparisonsBuilder::build() && {
    return {std::move(items_).take(), std::move(workers_).take(), std::move(rows_)};
}

Ranked rank(const Comparisons& comparisons, Ranking method, std::stop_token stop) {
    constexpr int most_rounds = 2000;
    if (comparisons.rows.empty()) throw base::Error("truth", "there are no comparisons to rank by");
    auto look_up = [&] {
        base::go_on();
        if (stop.stop_requested()) throw base::Interrupted();
    };
    Strengths strengths(comparisons);
    Habits habits(comparisons);
    std::vector<double> weight(comparisons.rows.size(), 1.0);
    for (int round = 0; round < most_rounds; ++round) {
        look_up();
        if (strengths.improve(weight) < still) break;
    }
    bool noisy = method == Ranking::noisy_bradley_terry;
    for (int round = 0; noisy && round < most_rounds; ++round) {
        look_up();
        bool settled = habits.weigh(strengths, weight) < still;
        habits.learn(weight);
        if (strengths.improve(weight) < still && settled) break;
    }

    Ranked result{
        .order = std::vector<std::uint32_t>(comparisons.items.size()),
        .strength = strengths.strengths(),
        .reliability = noisy ? habits.compares : std::vector<double>(comparisons.workers.size(), 1),
        .left_bias = habits.left,
    };
    double sum = std::accumulate(result.strength.begin(), result.strength.end(), 0.0);
    for (double& s : result.strength) s /= sum;
    std::iota(result.order.begin(), result.order.end(), 0U);
    std::sort(result.order.begin(), result.order.end(), [&](std::uint32_t a, std::uint32_t b) {
        if (result.strength[a] != result.strength[b])
            return result.strength[a] > result.strength[b];
        return comparisons.items[a] < comparisons.items[b];
    });
    return result;
}

}  // namespace labeling
