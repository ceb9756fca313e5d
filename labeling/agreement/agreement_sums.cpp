// The formulas of agreement, each in the form of its paper, over patterns of ratings with weights.
//
// All go through counts of categories within a unit and shares of categories over all units, so
// that a pattern that a million units follow costs what one costs, and a scale of many values no
// more than its length: sums over all pairs of values are sums of moments. A formula that divides
// by zero gives nothing rather than 0 or 1: where only one category was ever used, chance explains
// all.
#include "labeling/agreement/agreement_sums.hpp"

#include <algorithm>
#include <cmath>

namespace labeling {

namespace {

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

std::optional<Shares> shares(const Sample& sample) {
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
                pairs += sample.scale.of(pattern[i].category, pattern[j].category);
        result.agreed += times * pairs / (n * (n - 1) / 2);
    }
    if (with_pair == 0) return std::nullopt;
    result.agreed /= with_pair;
    for (auto& share : result.share) share /= units;
    return result;
}

// Sum over ordered pairs of count * count * (difference of value)^2.
double squared_differences(const std::vector<double>& count, const std::vector<double>& value) {
    double n = 0, sum = 0, mean = 0;
    for (std::size_t c = 0; c < count.size(); ++c) {
        n += count[c];
        mean += count[c] * value[c];
    }
    if (n > 0) mean /= n;
    for (std::size_t c = 0; c < count.size(); ++c)
        sum += count[c] * (value[c] - mean) * (value[c] - mean);
    return 2 * n * sum;
}

// Of two values of 0 and more, both 0 among them.
double ratio_distance(double a, double b) {
    return a == b ? 0 : (a - b) / (a + b);
}

}  // namespace

Scale::Scale(Likeness likeness, std::vector<double> values, std::size_t categories)
    : likeness_(likeness), values_(std::move(values)) {
    if (likeness_ == Likeness::none) {
        sum_ = static_cast<double>(categories);
        return;
    }
    if (likeness_ == Likeness::ordinal)
        for (std::size_t c = 0; c < values_.size(); ++c) values_[c] = static_cast<double>(c);
    if (categories > 1) farthest_ = distance(0, categories - 1);
    for (std::size_t a = 0; a < categories; ++a)
        for (std::size_t b = 0; b < categories; ++b) sum_ += of(a, b);
}

double Scale::distance(std::size_t a, std::size_t b) const {
    double d = std::abs(values_[a] - values_[b]);
    switch (likeness_) {
        case Likeness::none:
            return a == b ? 0 : 1;
        case Likeness::linear:
            return d;
        case Likeness::quadratic:
            return d * d;
        case Likeness::ordinal:
            return d * (d + 1) / 2;
        case Likeness::radical:
            return std::sqrt(d);
        case Likeness::ratio:
            return ratio_distance(values_[a], values_[b]) * ratio_distance(values_[a], values_[b]);
    }
    return d;
}

double Scale::of(std::size_t a, std::size_t b) const {
    if (a == b) return 1;
    return likeness_ == Likeness::none ? 0 : 1 - distance(a, b) / farthest_;
}

std::optional<double> percent(const Sample& sample) {
    auto result = shares(sample);
    if (!result) return std::nullopt;
    return result->agreed;
}

// Fleiss 1971: chance is that of two ratings drawn from the pooled shares.
std::optional<double> fleiss(const Sample& sample) {
    auto result = shares(sample);
    if (!result) return std::nullopt;
    double expected = 0;
    for (double share : result->share) expected += share * share;
    return over_chance(result->agreed, expected);
}

// Conger 1980: chance is that of two different raters, each by the shares of their own ratings; for
// two raters who rated all it is Cohen's kappa.
std::optional<double> conger(const Sample& sample) {
    auto result = shares(sample);
    if (!result) return std::nullopt;
    std::vector<double> given(sample.raters);
    for (std::size_t p = 0; p < sample.patterns.size(); ++p)
        for (const auto& rating : sample.patterns[p]) given[rating.rater] += sample.weight[p];

    // (rater, category) to its count, by category: pairs of raters are all less those of one.
    std::vector<std::vector<std::pair<std::uint32_t, double>>> counts(sample.categories);
    for (std::size_t p = 0; p < sample.patterns.size(); ++p)
        for (const auto& rating : sample.patterns[p])
            if (sample.weight[p] > 0)
                counts[rating.category].emplace_back(rating.rater, sample.weight[p]);
    double expected = 0;
    for (auto& category : counts) {
        std::sort(category.begin(), category.end());
        double all = 0, own = 0;
        for (std::size_t i = 0; i < category.size();) {
            auto rater = category[i].first;
            double share = 0;
            for (; i < category.size() && category[i].first == rater; ++i)
                share += category[i].second / given[rater];
            all += share;
            own += share * share;
        }
        expected += all * all - own;
    }
    double active = 0;
    for (double g : given) active += g > 0 ? 1 : 0;
    if (active < 2) return std::nullopt;
    return over_chance(result->agreed, expected / (active * (active - 1)));
}

// Brennan and Prediger 1981: by chance every category is as frequent.
std::optional<double> brennan_prediger(const Sample& sample) {
    auto result = shares(sample);
    if (!result) return std::nullopt;
    auto k = static_cast<double>(sample.categories);
    return over_chance(result->agreed, sample.scale.sum() / (k * k));
}

// Gwet 2008 (AC1), with weights Gwet 2014 (AC2): chance is the share of ratings that are given at
// random, which stays small where one category prevails.
std::optional<double> gwet(const Sample& sample) {
    auto result = shares(sample);
    if (!result) return std::nullopt;
    if (sample.categories < 2) return 1.0;  // chance agreement is 0 then, unlike in kappa
    double spread = 0;
    for (double share : result->share) spread += share * (1 - share);
    auto k = static_cast<double>(sample.categories);
    return over_chance(result->agreed, sample.scale.sum() * spread / (k * (k - 1)));
}

// Krippendorff 2011: disagreement observed within units over that expected between all pairable
// values; ordinal distance is that of middle ranks, ratio distance relative to the sum.
std::optional<double> alpha(const Sample& sample, Level level) {
    auto q = sample.categories;
    std::vector<double> count(q);  // of pairable values
    double n = 0;
    for (std::size_t p = 0; p < sample.patterns.size(); ++p) {
        if (sample.patterns[p].size() < 2) continue;
        for (const auto& rating : sample.patterns[p]) count[rating.category] += sample.weight[p];
        n += sample.weight[p] * static_cast<double>(sample.patterns[p].size());
    }
    std::vector<double> value(q);
    double below = 0;
    for (std::size_t c = 0; c < q; ++c) {
        if (level == Level::ordinal) value[c] = below + count[c] / 2;
        if (level == Level::interval || level == Level::ratio) value[c] = sample.scale.value(c);
        below += count[c];
    }
    auto distance = [&](std::size_t a, std::size_t b) -> double {
        if (a == b) return 0;
        if (level == Level::nominal) return 1;
        double d = level == Level::ratio ? ratio_distance(value[a], value[b]) : value[a] - value[b];
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
    if (level == Level::nominal) {
        expected = n * n;
        for (double c : count) expected -= c * c;
    } else if (level == Level::ratio) {
        for (std::size_t a = 0; a < q; ++a)
            for (std::size_t b = a + 1; b < q; ++b)
                expected += 2 * count[a] * count[b] * distance(a, b);
    } else {
        expected = squared_differences(count, value);
    }
    if (n < 2 || expected < tiny) return std::nullopt;
    return 1 - (n - 1) * observed / expected;
}

}  // namespace labeling
