// Distances to sparse rows go through the transposed training rows: only those that share a term
// are touched, and terms of many rows cost a pass over them and no more.
#include "training/analysis/odd_items.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "base/numbers/statistics.hpp"
#include "training/analysis/errors.hpp"
#include "training/snapshots/near_pairs.hpp"

namespace training {

namespace {

constexpr double doubtful = 0.5, unsure = 0.75, limit_quantile = 0.99;
constexpr std::size_t judged_for_limit = 1'000;  // training rows

std::vector<double> lengths_of(const Design& design) {
    std::vector<double> out(design.rows);
    for (std::size_t row = 0; row < design.rows; ++row) {
        const auto count = design.sparse ? design.count(row) : design.columns;
        const auto* values = design.row_values(row);
        double sum = 0;
        for (std::size_t i = 0; i < count; ++i) sum += static_cast<double>(values[i]) * values[i];
        out[row] = std::sqrt(sum);
    }
    return out;
}

// Training rows, ready to be asked for their distances to another row.
class TrainingDistances {
public:
    explicit TrainingDistances(const Design& training)
        : training_(training), norms_(lengths_of(training)) {
        if (training.sparse) by_column_ = transposed(training);
    }

    // To each training row. `norm` of the row that is asked for.
    void distances(const Design& rows, std::size_t row, double norm, std::vector<double>& out)
        const {
        out.assign(training_.rows, 0);
        const auto* values = rows.row_values(row);
        if (!training_.sparse) {
            for (std::size_t other = 0; other < training_.rows; ++other) {
                const auto* there = training_.row_values(other);
                double sum = 0;
                for (std::size_t i = 0; i < rows.columns; ++i) {
                    const double d = static_cast<double>(values[i]) - there[i];
                    sum += d * d;
                }
                out[other] = std::sqrt(sum);
            }
            return;
        }
        const auto* where = rows.row_where(row);
        for (std::size_t i = 0; i < rows.count(row); ++i) {
            const auto column = where[i];
            const auto* others = by_column_.row_where(column);
            const auto* theirs = by_column_.row_values(column);
            for (std::size_t k = 0; k < by_column_.count(column); ++k)
                out[others[k]] += static_cast<double>(values[i]) * theirs[k];
        }
        for (std::size_t other = 0; other < training_.rows; ++other) {
            const double both = norm * norms_[other];
            out[other] = both > 0 ? 1 - out[other] / both : 1;
        }
    }

private:
    const Design& training_;
    std::vector<double> norms_;
    Design by_column_;
};

double kth_least(std::vector<double>& values, std::size_t k, std::optional<std::size_t> without) {
    if (without) values[*without] = std::numeric_limits<double>::infinity();
    const auto usable = values.size() - (without ? 1 : 0);
    if (usable == 0) return 0;
    const auto at = static_cast<std::ptrdiff_t>(std::min(k, usable) - 1);
    std::nth_element(values.begin(), values.begin() + at, values.end());
    return values[static_cast<std::size_t>(at)];
}

std::vector<std::uint32_t> sample_of(std::size_t rows, std::size_t at_most, std::uint64_t seed) {
    std::vector<std::uint32_t> order(rows);
    std::iota(order.begin(), order.end(), 0U);
    if (rows <= at_most) return order;
    base::CounterRandom(seed, 41).shuffle(std::span(order));
    order.resize(at_most);
    std::sort(order.begin(), order.end());
    return order;
}

void sort_by_score(std::vector<OddItem>& items) {
    std::stable_sort(items.begin(), items.end(), [](const OddItem& a, const OddItem& b) {
        return a.score > b.score;
    });
}

}  // namespace

std::vector<OddItem> ambiguous_items(
    std::span<const double> probabilities,
    std::span<const int> labels,
    std::size_t classes,
    std::span<const double> reliability
) {
    if (probabilities.size() != labels.size() * classes)
        throw base::Error("ambiguous items", "predictions and labels differ in rows");
    std::vector<OddItem> out;
    for (std::uint32_t row = 0; row < labels.size(); ++row) {
        const auto line = probabilities.subspan(row * classes, classes);
        const double of_label = line[static_cast<std::size_t>(labels[row])];
        const auto better =
            std::count_if(line.begin(), line.end(), [&](double p) { return p > of_label; });
        if (better > 1) continue;
        const double doubt = doubt_of(line, Doubt::entropy);
        const double sure = reliability.empty() ? 1 : reliability[row];
        const bool disagree = sure < unsure;  // not for NaN
        if (doubt < doubtful && !disagree) continue;
        out.push_back({row, disagree ? std::max(doubt, 1 - sure) : doubt});
    }
    sort_by_score(out);
    return out;
}

Distances distances_to(
    const Design& training,
    const Design& rows,
    std::size_t k,
    std::size_t at_most,
    std::uint64_t seed,
    std::stop_token stop
) {
    Distances out;
    if (training.rows < 2 || rows.rows == 0) return out;
    const auto sample = take_rows(training, sample_of(training.rows, at_most, seed));
    const TrainingDistances neighbours(sample);
    std::vector<double> found;
    const auto asked = sample_of(sample.rows, judged_for_limit, seed + 1);
    const auto own_norms = lengths_of(sample);
    for (auto row : asked) {
        if (stop.stop_requested()) throw base::Interrupted();
        neighbours.distances(sample, row, own_norms[row], found);
        out.of_training.push_back(kth_least(found, k, row));
    }
    const auto norms = lengths_of(rows);
    for (std::size_t row = 0; row < rows.rows; ++row) {
        if (stop.stop_requested()) throw base::Interrupted();
        neighbours.distances(rows, row, norms[row], found);
        out.of_rows.push_back(kth_least(found, k, std::nullopt));
    }
    auto sorted = out.of_training;
    out.limit = base::quantile(sorted, limit_quantile);
    return out;
}

std::vector<OddItem> out_of_distribution(const Distances& distances) {
    std::vector<OddItem> out;
    for (std::uint32_t row = 0; row < distances.of_rows.size(); ++row)
        if (distances.of_rows[row] > distances.limit) out.push_back({row, distances.of_rows[row]});
    sort_by_score(out);
    return out;
}

std::vector<AlikeRows> alike_rows(
    std::span<const std::uint64_t> simhashes,
    std::span<const int> parts,
    std::span<const int> labels,
    int near
) {
    std::vector<AlikeRows> out;
    near_pairs(simhashes, near, [&](auto a, auto b) {
        const auto i = std::min<std::uint32_t>(a, b), j = std::max<std::uint32_t>(a, b);
        if (parts[i] != parts[j] || labels[i] != labels[j]) out.push_back({i, j});
    });
    std::sort(out.begin(), out.end(), [](const AlikeRows& x, const AlikeRows& y) {
        return std::pair(x.a, x.b) < std::pair(y.a, y.b);
    });
    return out;
}

}  // namespace training
