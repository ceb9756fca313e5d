// One column at a time by robust statistics: mean and deviation would be moved by the very values
// that are looked for. A value must be beyond both the modified z-score and Tukey's outer fences,
// because each alone takes half of a skewed column for outliers.
//
// The isolation forest looks at rows as a whole. A tree splits at random; a row that is rare stands
// alone after few splits. Its seed is given, so that a report can be made again.
#include "quality/outliers/outliers.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "base/numbers/statistics.hpp"

namespace quality {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> present(const std::vector<double>& values) {
    std::vector<double> result;
    for (double value : values)
        if (!std::isnan(value)) result.push_back(value);
    return result;
}

struct Node {
    int column = -1;  // -1: a leaf
    double at = 0;
    int left = 0, right = 0;
    double size = 0;
};

// Mean path length of an unsuccessful search among n (equation 1 of the paper).
double mean_path(double n) {
    if (n <= 1) return 0;
    if (n <= 2) return 1;
    return 2 * (std::log(n - 1) + 0.5772156649015329) - 2 * (n - 1) / n;
}

class Tree {
public:
    Tree(
        const std::vector<std::vector<double>>& columns,
        std::vector<std::uint32_t> rows,
        std::mt19937_64& random
    )
        : columns_(columns), random_(random) {
        auto deepest =
            static_cast<int>(std::ceil(std::log2(std::max<std::size_t>(2, rows.size()))));
        grow(rows, deepest);
    }

    double path(std::uint32_t row) const {
        int depth = 0;
        const auto* node = &nodes_[0];
        for (; node->column >= 0; ++depth)
            node = &nodes_[static_cast<std::size_t>(
                columns_[static_cast<std::size_t>(node->column)][row] < node->at ? node->left
                                                                                 : node->right
            )];
        return depth + mean_path(node->size);
    }

private:
    // Liu, Ting and Zhou 2008, algorithm 2: a random column, a random value between its bounds.
    int grow(std::vector<std::uint32_t>& rows, int left) {
        auto number = nodes_.size();
        nodes_.emplace_back();
        nodes_[number].size = static_cast<double>(rows.size());
        if (left == 0 || rows.size() < 2) return static_cast<int>(number);
        std::vector<int> order(columns_.size());
        std::iota(order.begin(), order.end(), 0);
        std::shuffle(order.begin(), order.end(), random_);
        for (int column : order) {
            const auto& values = columns_[static_cast<std::size_t>(column)];
            auto [low, high] = std::minmax_element(rows.begin(), rows.end(), [&](auto a, auto b) {
                return values[a] < values[b];
            });
            if (values[*low] == values[*high]) continue;
            auto at = std::uniform_real_distribution(values[*low], values[*high])(random_);
            std::vector<std::uint32_t> smaller, larger;
            for (auto row : rows) (values[row] < at ? smaller : larger).push_back(row);
            if (smaller.empty() || larger.empty()) continue;
            auto a = grow(smaller, left - 1);
            auto b = grow(larger, left - 1);
            nodes_[number] = {column, at, a, b, nodes_[number].size};
            break;
        }
        return static_cast<int>(number);
    }

    const std::vector<std::vector<double>>& columns_;
    std::mt19937_64& random_;
    std::vector<Node> nodes_;
};

}  // namespace

std::vector<double> robust_z(const std::vector<double>& values) {
    auto sorted = present(values);
    auto median = base::quantile(sorted, 0.5);
    std::vector<double> away;
    for (double value : sorted) away.push_back(std::abs(value - median));
    auto scale = base::quantile(away, 0.5) / 0.6745;
    if (!(scale > 0) && !away.empty())
        scale = 1.253314 * std::accumulate(away.begin(), away.end(), 0.0) /
                static_cast<double>(away.size());
    std::vector<double> scores;
    for (double value : values)
        scores.push_back(std::isnan(value) ? nan : scale > 0 ? (value - median) / scale : 0);
    return scores;
}

Fences tukey_fences(const std::vector<double>& values, double k) {
    auto sorted = present(values);
    auto low = base::quantile(sorted, 0.25), high = base::quantile(sorted, 0.75);
    return {low - k * (high - low), high + k * (high - low)};
}

std::vector<double>
isolation_scores(const std::vector<std::vector<double>>& given, std::uint64_t seed) {
    constexpr std::size_t trees = 100, sample = 256;
    if (given.empty() || given[0].empty()) return {};
    auto columns = given;
    for (auto& column : columns) {
        auto filled = present(column);
        auto median = filled.empty() ? 0 : base::quantile(filled, 0.5);
        for (double& value : column)
            if (std::isnan(value)) value = median;
    }
    auto rows = columns[0].size();
    std::mt19937_64 random(seed);
    std::vector<std::uint32_t> all(rows);
    std::iota(all.begin(), all.end(), std::uint32_t{0});
    std::vector<double> depth(rows);
    auto take = std::min(sample, rows);
    for (std::size_t t = 0; t < trees; ++t) {
        std::vector<std::uint32_t> chosen;
        std::sample(all.begin(), all.end(), std::back_inserter(chosen), take, random);
        Tree tree(columns, chosen, random);
        for (std::uint32_t row = 0; row < rows; ++row) depth[row] += tree.path(row);
    }
    auto usual = mean_path(static_cast<double>(take));
    for (double& value : depth)
        value = usual > 0 ? std::exp2(-value / static_cast<double>(trees) / usual) : 0.5;
    return depth;
}

std::optional<double> number_of(std::string_view text) {
    double number = nan;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
        return std::nullopt;
    return number;
}

void NumberColumn::add(std::size_t row, std::string_view value) {
    const auto number = number_of(value);
    filled_ += value.empty() ? 0 : 1;
    good_ += number ? 1 : 0;
    numbers_.resize(row, nan);
    numbers_.push_back(number.value_or(nan));
}

std::optional<std::vector<double>> NumberColumn::finish(std::size_t rows) && {
    if (good_ < 20 || 10 * good_ < 9 * filled_) return std::nullopt;
    numbers_.resize(rows, nan);
    return std::move(numbers_);
}

std::optional<std::vector<double>> numbers_of(const std::vector<std::string>& column) {
    NumberColumn numbers;
    for (std::size_t row = 0; row < column.size(); ++row) numbers.add(row, column[row]);
    return std::move(numbers).finish(column.size());
}

std::vector<Outlier>
find_outliers(const std::vector<double>& numbers, std::size_t column, double limit) {
    std::vector<Outlier> found;
    const auto scores = robust_z(numbers);
    const auto fences = tukey_fences(numbers, 3);
    for (std::uint32_t row = 0; row < numbers.size(); ++row) {
        const auto value = numbers[row];
        if (std::abs(scores[row]) > limit && (value < fences.low || value > fences.high))
            found.push_back({row, column, scores[row], fences});
    }
    return found;
}

std::vector<Outlier>
find_outliers(const Table& table, const std::vector<std::size_t>& columns, double limit) {
    std::vector<Outlier> found;
    for (auto c : columns)
        if (const auto numbers = numbers_of(table.cells[c]))
            for (const auto& one : find_outliers(*numbers, c, limit)) found.push_back(one);
    return found;
}

}  // namespace quality
