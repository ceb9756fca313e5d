// Each measure is taken over the rows that have the column, both ways: one half tells of the other,
// and the two are averaged.
#include "training/leakage/univariate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "base/numbers/random.hpp"

namespace training {

namespace {

constexpr std::size_t ranges_at_most = 64;
constexpr std::size_t rows_a_range = 20;

double
squared_correlation(const std::vector<double>& x, const std::vector<double>& y, FittedLine* line) {
    const auto n = static_cast<double>(x.size());
    if (x.size() < 10) return 0;
    const double mx = std::accumulate(x.begin(), x.end(), 0.0) / n;
    const double my = std::accumulate(y.begin(), y.end(), 0.0) / n;
    double xx = 0, yy = 0, xy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
        xy += (x[i] - mx) * (y[i] - my);
    }
    if (!(xx > 0 && yy > 0) || !std::isfinite(xx) || !std::isfinite(yy)) return 0;
    if (line) *line = {xy / xx, my - xy / xx * mx, xy * xy / (xx * yy)};
    return xy * xy / (xx * yy);
}

// Mean ranks, ties shared.
std::vector<double> ranks(const std::vector<double>& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
    std::vector<double> out(values.size());
    for (std::size_t i = 0; i < order.size();) {
        auto end = i;
        while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
        for (auto j = i; j < end; ++j) out[order[j]] = static_cast<double>(i + end - 1) / 2;
        i = end;
    }
    return out;
}

// The rows that have the column and a finite value.
void finite_rows(const Univariate& column, std::vector<double>& x, std::vector<double>& y) {
    for (std::size_t i = 0; i < column.size(); ++i) {
        if (!std::isfinite(column.value[i])) continue;
        x.push_back(column.value[i]);
        y.push_back(column.label[i]);
    }
}

double r2_of(double residual, const std::vector<double>& truth) {
    if (truth.size() < 10) return 0;
    const double mean =
        std::accumulate(truth.begin(), truth.end(), 0.0) / static_cast<double>(truth.size());
    double total = 0;
    for (double y : truth) total += (y - mean) * (y - mean);
    return total > 0 ? 1 - residual / total : 0;
}

// Which range a value is of: its own one if there are few values, else by quantiles of the half.
class Ranges {
public:
    Ranges(const Univariate& column, std::size_t half) : by_value_(column.is_category) {
        std::set<double> few;
        std::vector<double> all;
        for (std::size_t i = 0; i < column.size(); ++i) {
            if (half_of(i) != half || std::isnan(column.value[i])) continue;
            all.push_back(column.value[i]);
            if (few.size() <= ranges_at_most) few.insert(column.value[i]);
        }
        if (by_value_ || few.size() <= ranges_at_most) {
            by_value_ = true;
            return;
        }
        std::sort(all.begin(), all.end());
        const auto count =
            std::min(ranges_at_most, std::max<std::size_t>(2, all.size() / rows_a_range));
        for (std::size_t k = 1; k < count; ++k) ends_.push_back(all[k * all.size() / count]);
    }
    double of(double value) const {
        if (std::isnan(value)) return -1e300;
        if (by_value_) return value;
        return static_cast<double>(
            std::upper_bound(ends_.begin(), ends_.end(), value) - ends_.begin()
        );
    }

private:
    bool by_value_;
    std::vector<double> ends_;
};

}  // namespace

std::size_t half_of(std::size_t row) {
    return static_cast<std::size_t>(base::mix(row ^ 0x1EAFU) & 1);
}

Univariate univariate(const Examples& rows, std::size_t column) {
    const auto width = rows.columns.size();
    Univariate one;
    one.name = rows.columns[column].name;
    one.is_category = rows.columns[column].type == schema::Column::Type::category;
    one.classes = rows.has_classes() ? rows.class_names.size() : 0;
    for (std::size_t row = 0; row < rows.rows; ++row) {
        one.value.push_back(rows.numeric[row * width + column]);
        one.label.push_back(
            rows.has_classes() ? static_cast<double>(rows.classes[row]) : rows.targets[row]
        );
    }
    return one;
}

double Univariate::present() const {
    return static_cast<double>(std::count_if(value.begin(), value.end(), [](double v) {
        return std::isfinite(v);
    }));
}

std::size_t Univariate::values() const {
    std::vector<double> all;
    std::copy_if(value.begin(), value.end(), std::back_inserter(all), [](double v) {
        return std::isfinite(v);
    });
    std::sort(all.begin(), all.end());
    return static_cast<std::size_t>(std::unique(all.begin(), all.end()) - all.begin());
}

bool Univariate::numbers_rows() const {
    if (is_category) return false;
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (double v : value) {
        if (!std::isfinite(v) || v != std::floor(v)) return false;
        low = std::min(low, v);
        high = std::max(high, v);
    }
    return values() == size() && high - low < 5 * static_cast<double>(size());
}

bool Univariate::names_rows() const {
    return is_category && static_cast<double>(values()) >= 0.95 * static_cast<double>(size());
}

bool Univariate::spiked() const {
    std::vector<std::map<double, std::size_t>> seen(classes);
    std::vector<std::size_t> rows(classes);
    for (std::size_t i = 0; i < size(); ++i) {
        const auto c = static_cast<std::size_t>(label[i]);
        ++rows[c];
        ++seen[c][std::isnan(value[i]) ? -1e300 : value[i]];
    }
    for (std::size_t c = 0; c < classes; ++c)
        for (const auto& [v, count] : seen[c])
            if (rows[c] >= 10 && static_cast<double>(count) >= 0.95 * static_cast<double>(rows[c]))
                return true;
    return false;
}

double Univariate::likeness_within() const {
    std::map<double, std::vector<double>> by_value;
    for (std::size_t i = 0; i < size(); ++i)
        if (!std::isnan(value[i])) by_value[value[i]].push_back(label[i]);
    double within = 0, rows = 0, total = 0, mean = 0;
    std::vector<double> share(classes);
    for (double y : label) {
        mean += y / static_cast<double>(size());
        if (classes > 0) share[static_cast<std::size_t>(y)] += 1 / static_cast<double>(size());
    }
    for (const auto& [v, labels] : by_value) {
        if (labels.size() < 2) continue;
        const auto n = static_cast<double>(labels.size());
        double own = std::accumulate(labels.begin(), labels.end(), 0.0) / n;
        for (double y : labels) {
            within +=
                classes > 0
                    ? static_cast<double>(std::count(labels.begin(), labels.end(), y) - 1) / (n - 1)
                    : (y - own) * (y - own) * n / (n - 1);
            total += (y - mean) * (y - mean);
        }
        rows += n;
    }
    if (rows < 20) return 0;
    if (classes == 0) return total > 0 ? 1 - within / total : 0;
    double chance = 0;
    for (double one : share) chance += one * one;
    return chance < 1 ? (within / rows - chance) / (1 - chance) : 0;
}

FittedLine Univariate::line() const {
    std::vector<double> x, y;
    finite_rows(*this, x, y);
    FittedLine found;
    squared_correlation(x, y, &found);
    return found;
}

double Univariate::rank_r2() const {
    std::vector<double> x, y;
    finite_rows(*this, x, y);
    return values() < 30 ? 0 : squared_correlation(ranks(x), ranks(y), nullptr);
}

double Univariate::nearest_r2() const {
    std::array<std::vector<std::pair<double, double>>, 2> halves;
    for (std::size_t i = 0; i < size(); ++i)
        if (std::isfinite(value[i])) halves[half_of(i)].emplace_back(value[i], label[i]);
    double sum = 0;
    for (std::size_t half = 0; half < 2; ++half) {
        auto& known = halves[half];
        if (known.size() < 20) return 0;
        std::sort(known.begin(), known.end());
        double residual = 0;
        std::vector<double> truth;
        for (const auto& [x, y] : halves[1 - half]) {
            auto above = std::lower_bound(
                known.begin(), known.end(), std::pair(x, -std::numeric_limits<double>::infinity())
            );
            if (above == known.end()) --above;
            auto below = above == known.begin() ? above : above - 1;
            const double guess = (above->second + below->second) / 2;
            residual += (guess - y) * (guess - y);
            truth.push_back(y);
        }
        sum += r2_of(residual, truth) / 2;
    }
    return sum;
}

double Univariate::category_r2() const {
    double sum = 0;
    for (std::size_t half = 0; half < 2; ++half) {
        std::map<double, std::pair<double, double>> means;
        for (std::size_t i = 0; i < size(); ++i)
            if (half_of(i) == half && !std::isnan(value[i])) {
                auto& [total, n] = means[value[i]];
                total += label[i];
                n += 1;
            }
        double residual = 0;
        std::vector<double> truth;
        for (std::size_t i = 0; i < size(); ++i) {
            if (half_of(i) == half) continue;
            auto found = means.find(value[i]);
            if (found == means.end()) return 0;  // values that the other half does not have
            const double guess = found->second.first / found->second.second;
            residual += (guess - label[i]) * (guess - label[i]);
            truth.push_back(label[i]);
        }
        sum += r2_of(residual, truth) / 2;
    }
    return sum;
}

double Univariate::balanced_accuracy() const {
    std::vector<double> right(classes), rows(classes);
    for (std::size_t half = 0; half < 2; ++half) {
        const Ranges ranges(*this, half);
        std::map<double, std::vector<double>> counts;
        for (std::size_t i = 0; i < size(); ++i)
            if (half_of(i) == half) {
                auto& of = counts[ranges.of(value[i])];
                of.resize(classes);
                of[static_cast<std::size_t>(label[i])] += 1;
            }
        for (std::size_t i = 0; i < size(); ++i) {
            if (half_of(i) == half) continue;
            const auto truth = static_cast<std::size_t>(label[i]);
            rows[truth] += 1;
            auto found = counts.find(ranges.of(value[i]));
            if (found == counts.end()) continue;
            const auto& of = found->second;
            right[truth] += std::max_element(of.begin(), of.end()) - of.begin() ==
                            static_cast<std::ptrdiff_t>(truth);
        }
    }
    double sum = 0, met = 0;
    for (std::size_t c = 0; c < classes; ++c) {
        if (rows[c] < 10) continue;
        sum += right[c] / rows[c];
        met += 1;
    }
    return met < 2 ? 0 : sum / met;
}

double Univariate::auc() const {
    std::vector<double> x, y;
    finite_rows(*this, x, y);
    std::set<double> met(y.begin(), y.end());
    if (met.size() != 2) return 0;
    const auto rank = ranks(x);
    double n = 0, sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        if (y[i] != *met.rbegin()) continue;
        n += 1;
        sum += rank[i];
    }
    const double others = static_cast<double>(y.size()) - n;
    if (n < 20 || others < 20) return 0;
    const double area = (sum - n * (n - 1) / 2) / (n * others);
    return std::max(area, 1 - area);
}

}  // namespace training
