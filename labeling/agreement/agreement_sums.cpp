// The bootstrap computes a coefficient many times over resampled units. So units with the same
// ratings are one pattern with a weight: a resample only changes weights, and each formula is a sum
// over the patterns.
//
// Sources: Cohen 1960 and, weighted, 1968, averaged over the pairs of raters as in Light 1971;
// Fleiss 1971, Gwet 2008 (AC1) and 2014 (AC2), both in Gwet's form that allows missing ratings;
// Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability". Where a formula divides by zero,
// because chance alone explains everything, there is no value: 0 and 1 would both be lies.
#include "labeling/agreement/agreement_sums.hpp"

#include <cmath>
#include <map>

namespace labeling::detail {

namespace {

constexpr double tiny = 1e-12;

// kappa = (agreed - expected) / (1 - expected)
std::optional<double> over_chance(double agreed, double expected) {
    if (1 - expected < tiny) return std::nullopt;
    return (agreed - expected) / (1 - expected);
}

// Weighted agreement of pairs within units, and the categories' mean shares: what Fleiss' and
// Gwet's coefficients are made of.
struct Shares {
    double agreed = 0;
    std::vector<double> share;
};

template <typename Weight>
std::optional<Shares> shares(const Sample& sample, Weight weight) {
    Shares result;
    result.share.resize(sample.categories);
    double units = 0;
    double with_pair = 0;
    for (std::size_t p = 0; p < sample.patterns.size(); ++p) {
        const auto& pattern = sample.patterns[p];
        auto times = sample.weight[p];
        if (times == 0) continue;
        auto n = static_cast<double>(pattern.size());
        units += times;
        for (const auto& rating : pattern) result.share[rating.category] += times / n;
        if (pattern.size() < 2) continue;
        with_pair += times;
        double pairs = 0;
        for (std::size_t i = 0; i < pattern.size(); ++i)
            for (std::size_t j = i + 1; j < pattern.size(); ++j)
                pairs += weight(pattern[i].category, pattern[j].category);
        result.agreed += times * pairs / (n * (n - 1) / 2);
    }
    if (with_pair == 0) return std::nullopt;
    result.agreed /= with_pair;
    for (auto& share : result.share) share /= units;
    return result;
}

double same(std::size_t a, std::size_t b) {
    return a == b ? 1.0 : 0.0;
}

// The table of two raters over the units that both rated.
struct Table {
    std::vector<std::size_t> row, column;
    std::vector<double> times;
};

std::optional<double> cohen(const Table& table, std::size_t categories, int power) {
    std::vector<double> rank(categories, -1);
    std::vector<double> rows(categories), columns(categories);
    double n = 0;
    for (std::size_t i = 0; i < table.times.size(); ++i) {
        rows[table.row[i]] += table.times[i];
        columns[table.column[i]] += table.times[i];
        n += table.times[i];
    }
    double next = 0;
    for (std::size_t c = 0; c < categories; ++c)
        if (rows[c] + columns[c] > 0) rank[c] = next++;

    auto distance = [&](std::size_t a, std::size_t b) {
        double d = std::abs(rank[a] - rank[b]);
        return power == 0 ? (d > 0 ? 1.0 : 0.0) : power == 1 ? d : d * d;
    };
    double observed = 0;
    for (std::size_t i = 0; i < table.times.size(); ++i)
        observed += table.times[i] * distance(table.row[i], table.column[i]);
    double expected = 0;
    for (std::size_t a = 0; a < categories; ++a) {
        if (rows[a] == 0) continue;
        for (std::size_t b = 0; b < categories; ++b)
            if (columns[b] > 0) expected += rows[a] * columns[b] * distance(a, b);
    }
    expected /= n;
    if (expected < tiny) return std::nullopt;
    return 1 - observed / expected;
}

}  // namespace

std::optional<double> percent(const Sample& sample) {
    auto result = shares(sample, same);
    if (!result) return std::nullopt;
    return result->agreed;
}

// Light 1971: the mean of Cohen's kappa over the pairs of raters that share a unit.
std::optional<double> light(const Sample& sample, int power) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, Table> tables;
    for (std::size_t p = 0; p < sample.patterns.size(); ++p) {
        if (sample.weight[p] == 0) continue;
        const auto& pattern = sample.patterns[p];
        for (std::size_t i = 0; i < pattern.size(); ++i)
            for (std::size_t j = i + 1; j < pattern.size(); ++j) {
                auto& table = tables[{pattern[i].rater, pattern[j].rater}];
                table.row.push_back(pattern[i].category);
                table.column.push_back(pattern[j].category);
                table.times.push_back(sample.weight[p]);
            }
    }
    double sum = 0;
    std::size_t pairs = 0;
    for (const auto& [raters, table] : tables)
        if (auto kappa = cohen(table, sample.categories, power)) {
            sum += *kappa;
            ++pairs;
        }
    if (pairs == 0) return std::nullopt;
    return sum / static_cast<double>(pairs);
}

// Fleiss 1971: chance is that of two ratings drawn from the pooled shares.
std::optional<double> fleiss(const Sample& sample) {
    auto result = shares(sample, same);
    if (!result) return std::nullopt;
    double expected = 0;
    for (double share : result->share) expected += share * share;
    return over_chance(result->agreed, expected);
}

// Gwet 2008 (AC1), with quadratic weights Gwet 2014 (AC2): chance is the share of ratings that are
// given at random, which stays small where one category prevails.
std::optional<double> gwet(const Sample& sample, bool quadratic) {
    auto q = sample.categories;
    auto value = [&](std::size_t c) {
        return sample.values.empty() ? static_cast<double>(c) : sample.values[c];
    };
    double range = q > 1 ? value(q - 1) - value(0) : 1;
    auto weight = [&](std::size_t a, std::size_t b) {
        if (!quadratic) return same(a, b);
        double d = (value(a) - value(b)) / range;
        return 1 - d * d;
    };
    auto result = shares(sample, weight);
    if (!result) return std::nullopt;
    if (q < 2) return 1.0;  // chance agreement is 0 then, unlike in kappa

    double weights = 0;
    double spread = 0;
    for (std::size_t a = 0; a < q; ++a) {
        spread += result->share[a] * (1 - result->share[a]);
        for (std::size_t b = 0; b < q; ++b) weights += weight(a, b);
    }
    auto k = static_cast<double>(q);
    return over_chance(result->agreed, weights * spread / (k * (k - 1)));
}

// Krippendorff 2011: disagreement observed within units over that expected between all pairable
// values; ordinal distance by ranks, ratio distance relative to the sum.
std::optional<double> alpha(const Sample& sample, Level level) {
    auto q = sample.categories;
    std::vector<double> count(q);  // of pairable values
    double n = 0;
    for (std::size_t p = 0; p < sample.patterns.size(); ++p) {
        if (sample.patterns[p].size() < 2) continue;
        for (const auto& rating : sample.patterns[p]) count[rating.category] += sample.weight[p];
        n += sample.weight[p] * static_cast<double>(sample.patterns[p].size());
    }
    std::vector<double> below(q + 1);  // for the ordinal metric
    for (std::size_t c = 0; c < q; ++c) below[c + 1] = below[c] + count[c];

    auto distance = [&](std::size_t a, std::size_t b) -> double {
        if (a == b) return 0;
        if (level == Level::nominal) return 1;
        double d = 0;
        if (level == Level::ordinal) {
            auto low = std::min(a, b), high = std::max(a, b);
            d = below[high + 1] - below[low] - (count[a] + count[b]) / 2;
        } else {
            d = sample.values[a] - sample.values[b];
            if (level == Level::ratio) d /= sample.values[a] + sample.values[b];
        }
        return d * d;
    };

    double observed = 0;
    for (std::size_t p = 0; p < sample.patterns.size(); ++p) {
        const auto& pattern = sample.patterns[p];
        if (pattern.size() < 2 || sample.weight[p] == 0) continue;
        double pairs = 0;
        for (std::size_t i = 0; i < pattern.size(); ++i)
            for (std::size_t j = i + 1; j < pattern.size(); ++j)
                pairs += distance(pattern[i].category, pattern[j].category);
        observed += sample.weight[p] * 2 * pairs / static_cast<double>(pattern.size() - 1);
    }
    double expected = 0;
    for (std::size_t a = 0; a < q; ++a)
        for (std::size_t b = a + 1; b < q; ++b)
            expected += 2 * count[a] * count[b] * distance(a, b);
    if (n < 2 || expected < tiny) return std::nullopt;
    return 1 - (n - 1) * observed / expected;
}

}  // namespace labeling::detail
