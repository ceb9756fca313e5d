// Statistics of two raters, averaged over the pairs that share a unit, as Light did with Cohen's
// kappa (Measures of response agreement for qualitative data, 1971).
//
// A pair's units and the values it used are found once; a bootstrap replicate only weighs them
// anew. Sums over all values of both go by moments and running sums, so that numbers with many
// values cost what they are.
#include <algorithm>
#include <cmath>

#include "labeling/agreement/agreement_sums.hpp"

namespace labeling {

namespace {

// The table's margins.
struct Margins {
    std::vector<double> rows, columns;
    double n = 0;
};

Margins margins(const Pair& pair, const std::vector<double>& weight) {
    Margins result{
        .rows = std::vector<double>(pair.values.size()),
        .columns = std::vector<double>(pair.values.size())};
    for (const auto& unit : pair.units) {
        result.rows[unit.first] += weight[unit.pattern];
        result.columns[unit.second] += weight[unit.pattern];
        result.n += weight[unit.pattern];
    }
    return result;
}

template <typename Statistic>
std::optional<double> mean_over_pairs(const Sample& sample, Statistic statistic) {
    double sum = 0;
    std::size_t pairs = 0;
    for (const auto& pair : sample.pairs)
        if (auto value = statistic(pair, margins(pair, sample.weight))) {
            sum += *value;
            ++pairs;
        }
    if (pairs == 0) return std::nullopt;
    return sum / static_cast<double>(pairs);
}

// Sum of rows[a] * columns[b] * |value a - value b|^power.
double expected_distance(const Margins& margins, const std::vector<double>& values, int power) {
    const auto& [rows, columns, n] = margins;
    double sum = 0;
    if (power == 0) {
        sum = n * n;
        for (std::size_t c = 0; c < values.size(); ++c) sum -= rows[c] * columns[c];
        return sum;
    }
    if (power == 2) {
        double squares = 0, row_sum = 0, column_sum = 0;
        for (std::size_t c = 0; c < values.size(); ++c) {
            double value = values[c] - values[0];
            squares += (rows[c] + columns[c]) * value * value;
            row_sum += rows[c] * value;
            column_sum += columns[c] * value;
        }
        return n * squares - 2 * row_sum * column_sum;
    }
    // Between two neighbours every pair passes that has one side below and one above.
    double rows_below = 0, columns_below = 0;
    for (std::size_t c = 0; c + 1 < values.size(); ++c) {
        rows_below += rows[c];
        columns_below += columns[c];
        double passing = rows_below * (n - columns_below) + columns_below * (n - rows_below);
        sum += passing * (values[c + 1] - values[c]);
    }
    return sum;
}

// Middle ranks, less their mean.
std::vector<double> centred_ranks(const std::vector<double>& count, double n) {
    std::vector<double> ranks(count.size());
    double below = 0;
    for (std::size_t c = 0; c < count.size(); ++c) {
        ranks[c] = below + count[c] / 2 - n / 2;
        below += count[c];
    }
    return ranks;
}

// Sums of counts up to a place, which change one by one (Fenwick 1994).
class RunningSums {
public:
    explicit RunningSums(std::size_t places) : sums_(places + 1) {}
    void add(std::size_t place, double count) {
        for (auto i = place + 1; i < sums_.size(); i += i & (~i + 1)) sums_[i] += count;
    }
    double below(std::size_t place) const {
        double sum = 0;
        for (auto i = place; i > 0; i -= i & (~i + 1)) sum += sums_[i];
        return sum;
    }

private:
    std::vector<double> sums_;
};

double pairs_within(const std::vector<double>& counts) {
    double sum = 0;
    for (double c : counts) sum += c * (c - 1) / 2;
    return sum;
}

}  // namespace

std::optional<double> light(const Sample& sample, int power) {
    return mean_over_pairs(
        sample,
        [&](const Pair& pair, const Margins& margins) -> std::optional<double> {
            double observed = 0;
            for (const auto& unit : pair.units) {
                double d = std::abs(pair.values[unit.first] - pair.values[unit.second]);
                double distance =
                    power == 0 ? (unit.first == unit.second ? 0 : 1) : (power == 1 ? d : d * d);
                observed += sample.weight[unit.pattern] * distance;
            }
            if (margins.n == 0) return std::nullopt;
            double expected = expected_distance(margins, pair.values, power) / margins.n;
            if (expected < tiny) return std::nullopt;
            return 1 - observed / expected;
        }
    );
}

// Scott 1955: chance is that of two ratings from the shares of both raters together.
std::optional<double> scott(const Sample& sample) {
    return mean_over_pairs(
        sample,
        [&](const Pair& pair, const Margins& margins) -> std::optional<double> {
            double agreed = 0, expected = 0;
            for (const auto& unit : pair.units)
                if (unit.first == unit.second) agreed += sample.weight[unit.pattern];
            for (std::size_t c = 0; c < pair.values.size(); ++c) {
                double share = (margins.rows[c] + margins.columns[c]) / (2 * margins.n);
                expected += share * share;
            }
            if (margins.n == 0 || 1 - expected < tiny) return std::nullopt;
            return (agreed / margins.n - expected) / (1 - expected);
        }
    );
}

// Kendall's tau-b (1945), counted in the order of one side (Knight 1966).
std::optional<double> kendall(const Sample& sample) {
    return mean_over_pairs(
        sample,
        [&](const Pair& pair, const Margins& margins) -> std::optional<double> {
            RunningSums seen(pair.values.size());
            double score = 0, before = 0;
            for (std::size_t i = 0, end = 0; i < pair.units.size(); i = end) {
                for (end = i;
                     end < pair.units.size() && pair.units[end].first == pair.units[i].first;
                     ++end) {
                    auto second = pair.units[end].second;
                    double above = before - seen.below(second + 1);
                    score += sample.weight[pair.units[end].pattern] * (seen.below(second) - above);
                }
                for (auto j = i; j < end; ++j) {
                    seen.add(pair.units[j].second, sample.weight[pair.units[j].pattern]);
                    before += sample.weight[pair.units[j].pattern];
                }
            }
            double all = margins.n * (margins.n - 1) / 2;
            double apart =
                (all - pairs_within(margins.rows)) * (all - pairs_within(margins.columns));
            if (apart < tiny) return std::nullopt;
            return score / std::sqrt(apart);
        }
    );
}

// Spearman 1904: the correlation of middle ranks.
std::optional<double> spearman(const Sample& sample) {
    return mean_over_pairs(
        sample,
        [&](const Pair& pair, const Margins& margins) -> std::optional<double> {
            auto rows = centred_ranks(margins.rows, margins.n);
            auto columns = centred_ranks(margins.columns, margins.n);
            double both = 0, row_squares = 0, column_squares = 0;
            for (const auto& unit : pair.units)
                both += sample.weight[unit.pattern] * rows[unit.first] * columns[unit.second];
            for (std::size_t c = 0; c < rows.size(); ++c) {
                row_squares += margins.rows[c] * rows[c] * rows[c];
                column_squares += margins.columns[c] * columns[c] * columns[c];
            }
            if (row_squares * column_squares < tiny) return std::nullopt;
            return both / std::sqrt(row_squares * column_squares);
        }
    );
}

}  // namespace labeling
