// Spearman instead of Pearson, as ranks do not care for units, skewness or a single value far out.
// Where a column is no number Cramer's V answers for both, over groups; with few rows and many
// groups it is far above 0 by chance, which Bergsma's correction (2013, section 3) takes out.
#include "quality/outliers/associations.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "quality/outliers/outliers.hpp"

namespace quality {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t rows_at_least = 30;

struct Column {
    std::vector<double> ranks;          // of numbers, else empty; NaN is missing
    std::vector<std::uint32_t> groups;  // 0 is missing
    std::uint32_t kinds = 0;
};

// Equal values share the middle of their ranks.
std::vector<double> ranks_of(const std::vector<double>& values) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!std::isnan(values[i])) order.push_back(i);
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
    std::vector<double> ranks(values.size(), nan);
    for (std::size_t begin = 0; begin < order.size();) {
        auto end = begin;
        while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
        for (auto i = begin; i < end; ++i)
            ranks[order[i]] = static_cast<double>(begin + end - 1) / 2;
        begin = end;
    }
    return ranks;
}

Column column_of(const std::vector<std::string>& cells) {
    constexpr std::size_t values_at_most = 50;
    Column made;
    auto coded = code(cells);
    if (coded.values.size() < 3) return made;
    auto numbers = numbers_of(cells);
    if (numbers) made.ranks = ranks_of(*numbers);
    if (coded.values.size() - 1 <= (numbers ? 10 : values_at_most)) {
        made.groups = std::move(coded.codes);
        made.kinds = static_cast<std::uint32_t>(coded.values.size() - 1);
    } else if (numbers) {
        constexpr std::uint32_t ranges = 10;
        auto filled = static_cast<double>(cells.size());
        made.kinds = ranges;
        for (double rank : made.ranks)
            made.groups.push_back(
                std::isnan(rank) ? 0
                                 : 1 + static_cast<std::uint32_t>(std::min(9.0, 10 * rank / filled))
            );
    }
    return made;
}

double spearman(const Column& a, const Column& b) {
    double n = 0, sum_a = 0, sum_b = 0, aa = 0, bb = 0, ab = 0;
    for (std::size_t i = 0; i < a.ranks.size(); ++i) {
        if (std::isnan(a.ranks[i]) || std::isnan(b.ranks[i])) continue;
        ++n;
        sum_a += a.ranks[i];
        sum_b += b.ranks[i];
        aa += a.ranks[i] * a.ranks[i];
        bb += b.ranks[i] * b.ranks[i];
        ab += a.ranks[i] * b.ranks[i];
    }
    auto spread = (aa - sum_a * sum_a / n) * (bb - sum_b * sum_b / n);
    return n >= rows_at_least && spread > 0 ? (ab - sum_a * sum_b / n) / std::sqrt(spread) : nan;
}

// Bergsma 2013: phi squared less its expectation under independence, over corrected table sizes.
double cramers_v(const Column& a, const Column& b) {
    std::vector<double> counts((a.kinds + 1) * (b.kinds + 1)), left(a.kinds + 1),
        right(b.kinds + 1);
    double n = 0;
    for (std::size_t i = 0; i < a.groups.size(); ++i) {
        auto x = a.groups[i], y = b.groups[i];
        if (x == 0 || y == 0) continue;
        ++counts[x * (b.kinds + 1) + y];
        ++left[x];
        ++right[y];
        ++n;
    }
    if (n < rows_at_least) return nan;
    double sum = 0, rows = 0, columns = 0;
    for (std::uint32_t x = 1; x <= a.kinds; ++x) rows += left[x] > 0;
    for (std::uint32_t y = 1; y <= b.kinds; ++y) columns += right[y] > 0;
    for (std::uint32_t x = 1; x <= a.kinds; ++x)
        for (std::uint32_t y = 1; y <= b.kinds; ++y) {
            auto expected = left[x] * right[y] / n;
            if (expected <= 0) continue;
            auto away = counts[x * (b.kinds + 1) + y] - expected;
            sum += away * away / expected;
        }
    auto phi = std::max(0.0, sum / n - (rows - 1) * (columns - 1) / (n - 1));
    auto least = std::min(
        rows - (rows - 1) * (rows - 1) / (n - 1), columns - (columns - 1) * (columns - 1) / (n - 1)
    );
    return least > 1 ? std::min(1.0, std::sqrt(phi / (least - 1))) : nan;
}

}  // namespace

Associations find_associations(const Table& table, std::size_t columns_at_most) {
    Associations found;
    std::vector<Column> columns;
    for (std::size_t c = 0; c < table.names.size() && columns.size() < columns_at_most; ++c) {
        auto one = column_of(table.cells[c]);
        if (one.groups.empty()) continue;
        found.columns.push_back(c);
        columns.push_back(std::move(one));
    }
    auto count = columns.size();
    found.strength.resize(count * count, 1);
    for (std::size_t a = 0; a < count; ++a)
        for (std::size_t b = 0; b < a; ++b) {
            bool numbers = !columns[a].ranks.empty() && !columns[b].ranks.empty();
            auto value =
                numbers ? spearman(columns[a], columns[b]) : cramers_v(columns[a], columns[b]);
            found.strength[a * count + b] = found.strength[b * count + a] = value;
        }
    return found;
}

}  // namespace quality
