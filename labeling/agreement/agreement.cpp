#include "labeling/agreement/agreement.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "base/numbers/statistics.hpp"
#include "labeling/agreement/agreement_sums.hpp"

namespace labeling {

namespace {

using detail::Pattern;

constexpr std::pair<std::string_view, Metric> names[] = {
    {"percent", Metric::percent},
    {"cohen", Metric::cohen},
    {"cohen-linear", Metric::cohen_linear},
    {"cohen-quadratic", Metric::cohen_quadratic},
    {"fleiss", Metric::fleiss},
    {"krippendorff-nominal", Metric::krippendorff_nominal},
    {"krippendorff-ordinal", Metric::krippendorff_ordinal},
    {"krippendorff-interval", Metric::krippendorff_interval},
    {"krippendorff-ratio", Metric::krippendorff_ratio},
    {"gwet-ac1", Metric::gwet_ac1},
    {"gwet-ac2", Metric::gwet_ac2},
};

bool by_rater(Metric metric) {
    return metric == Metric::cohen || metric == Metric::cohen_linear ||
           metric == Metric::cohen_quadratic;
}

bool needs_numbers(Metric metric) {
    return metric == Metric::krippendorff_interval || metric == Metric::krippendorff_ratio;
}

// Units that look alike to the metric, and how many there are of each: a bootstrap then costs one
// draw per unit and one evaluation per pattern.
struct Units {
    std::vector<Pattern> patterns;
    std::vector<std::uint32_t> of_unit;
    std::size_t with_pair = 0;
};

Units group(const Judgements& ratings, Metric metric) {
    Units units;
    std::map<std::vector<std::uint32_t>, std::uint32_t> known;
    for (std::size_t i = 0; i < ratings.rows.size();) {
        Pattern pattern;
        std::vector<std::uint32_t> key;
        auto question = ratings.rows[i].question;
        for (; i < ratings.rows.size() && ratings.rows[i].question == question; ++i) {
            pattern.push_back({ratings.rows[i].worker, ratings.rows[i].answer});
        }
        if (!by_rater(metric))
            std::sort(pattern.begin(), pattern.end(), [](const auto& a, const auto& b) {
                return a.category < b.category;
            });
        for (const auto& rating : pattern) {
            if (by_rater(metric)) key.push_back(rating.rater);
            key.push_back(rating.category);
        }
        if (pattern.size() > 1) ++units.with_pair;
        auto [at, added] =
            known.try_emplace(std::move(key), static_cast<std::uint32_t>(units.patterns.size()));
        if (added) units.patterns.push_back(std::move(pattern));
        units.of_unit.push_back(at->second);
    }
    return units;
}

std::optional<double> evaluate(
    const Units& units,
    const std::vector<double>& weight,
    Metric metric,
    const Judgements& ratings,
    const std::vector<double>& values
) {
    detail::Sample sample{
        units.patterns, weight, ratings.answers.size(), ratings.workers.size(), values};
    switch (metric) {
        case Metric::percent:
            return detail::percent(sample);
        case Metric::cohen:
            return detail::light(sample, 0);
        case Metric::cohen_linear:
            return detail::light(sample, 1);
        case Metric::cohen_quadratic:
            return detail::light(sample, 2);
        case Metric::fleiss:
            return detail::fleiss(sample);
        case Metric::gwet_ac1:
            return detail::gwet(sample, false);
        case Metric::gwet_ac2:
            return detail::gwet(sample, true);
        case Metric::krippendorff_nominal:
            return detail::alpha(sample, detail::Level::nominal);
        case Metric::krippendorff_ordinal:
            return detail::alpha(sample, detail::Level::ordinal);
        case Metric::krippendorff_interval:
            return detail::alpha(sample, detail::Level::interval);
        case Metric::krippendorff_ratio:
            return detail::alpha(sample, detail::Level::ratio);
    }
    return std::nullopt;
}

}  // namespace

std::optional<Metric> parse_metric(std::string_view name) {
    for (auto [text, metric] : names)
        if (text == name) return metric;
    return std::nullopt;
}

std::string_view metric_names() {
    static const std::string all = [] {
        std::string text;
        for (auto [name, metric] : names) text.append(text.empty() ? "" : ", ").append(name);
        return text;
    }();
    return all;
}

Agreement
agreement(const Judgements& ratings, Metric metric, std::size_t replicates, std::uint64_t seed) {
    std::vector<double> values;
    if (auto numbers = ratings.numbers()) values = *numbers;
    if (values.empty() && needs_numbers(metric))
        throw base::Error(
            "agreement",
            "this metric needs numbers as ratings",
            "choose krippendorff-nominal or -ordinal"
        );
    if (metric == Metric::krippendorff_ratio && !values.empty() && values.front() < 0)
        throw base::Error(
            "agreement", "a ratio metric needs ratings of 0 or more", "choose krippendorff-interval"
        );
    if (by_rater(metric) && ratings.workers.size() < 2)
        throw base::Error("agreement", "only one rater", "Cohen's kappa compares two");

    auto units = group(ratings, metric);
    if (units.with_pair == 0)
        throw base::Error(
            "agreement", "no unit has two ratings", "let two raters rate the same units"
        );

    Agreement result;
    result.units = units.with_pair;
    result.raters = ratings.workers.size();
    std::vector<double> weight(units.patterns.size());
    for (auto pattern : units.of_unit) weight[pattern] += 1;
    result.value = evaluate(units, weight, metric, ratings, values);
    if (!result.value) return result;

    base::Random random(seed);
    std::vector<double> bootstrap;
    for (std::size_t i = 0; i < replicates; ++i) {
        std::fill(weight.begin(), weight.end(), 0.0);
        for (std::size_t unit = 0; unit < units.of_unit.size(); ++unit)
            weight[units.of_unit[random.below(units.of_unit.size())]] += 1;
        if (auto value = evaluate(units, weight, metric, ratings, values))
            bootstrap.push_back(*value);
    }
    if (bootstrap.empty()) return result;
    std::sort(bootstrap.begin(), bootstrap.end());
    result.low = base::quantile_of_sorted(bootstrap, 0.025);
    result.high = base::quantile_of_sorted(bootstrap, 0.975);
    return result;
}

}  // namespace labeling
