// How far raters agree: the way from answers to one figure with its interval.
//
// Units with the same ratings are one pattern with a weight, because every formula reads nothing
// else of a unit. The bootstrap (Efron 1979, percentiles) draws units, so that the ratings of one
// unit stay together; a replicate then costs one draw per unit and one evaluation per pattern.
// A metric is a row of `formulas`; the sums themselves are in agreement_sums.cpp.
#include "labeling/agreement/agreement.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "base/numbers/statistics.hpp"
#include "labeling/agreement/agreement_sums.hpp"

namespace labeling {

namespace {

using detail::Level;
using detail::Pattern;

// One metric: its formula, and what it asks of the ratings.
struct Formula {
    Metric metric;
    std::optional<double> (*value)(const detail::Sample& sample);
    bool by_rater = false;  // tells raters apart, and so needs two of them
    bool numbers = false;   // reads the categories as numbers
    bool positive = false;  // .. of 0 or more
};

constexpr Formula formulas[] = {
    {.metric = Metric::percent, .value = &detail::percent},
    {.metric = Metric::cohen,
     .value = [](const detail::Sample& s) { return detail::light(s, 0); },
     .by_rater = true},
    {.metric = Metric::cohen_linear,
     .value = [](const detail::Sample& s) { return detail::light(s, 1); },
     .by_rater = true},
    {.metric = Metric::cohen_quadratic,
     .value = [](const detail::Sample& s) { return detail::light(s, 2); },
     .by_rater = true},
    {.metric = Metric::fleiss, .value = &detail::fleiss},
    {.metric = Metric::krippendorff_nominal,
     .value = [](const detail::Sample& s) { return detail::alpha(s, Level::nominal); }},
    {.metric = Metric::krippendorff_ordinal,
     .value = [](const detail::Sample& s) { return detail::alpha(s, Level::ordinal); }},
    {.metric = Metric::krippendorff_interval,
     .value = [](const detail::Sample& s) { return detail::alpha(s, Level::interval); },
     .numbers = true},
    {.metric = Metric::krippendorff_ratio,
     .value = [](const detail::Sample& s) { return detail::alpha(s, Level::ratio); },
     .numbers = true,
     .positive = true},
    {.metric = Metric::gwet_ac1,
     .value = [](const detail::Sample& s) { return detail::gwet(s, false); }},
    {.metric = Metric::gwet_ac2,
     .value = [](const detail::Sample& s) { return detail::gwet(s, true); }},
};

constexpr const Formula& formula_of(Metric metric) {
    return *std::find_if(std::begin(formulas), std::end(formulas), [&](const Formula& formula) {
        return formula.metric == metric;
    });
}

static_assert(std::size(formulas) == base::words<Metric>.size(), "each metric has its formula");

// Units that look alike to the metric, and how many there are of each.
struct Units {
    std::vector<Pattern> patterns;
    std::vector<std::uint32_t> of_unit;
    std::size_t with_pair = 0;
};

Units group(const Judgements& ratings, bool by_rater) {
    Units units;
    std::map<std::vector<std::uint32_t>, std::uint32_t> known;
    for (std::size_t i = 0; i < ratings.rows.size();) {
        Pattern pattern;
        std::vector<std::uint32_t> key;
        auto question = ratings.rows[i].question;
        for (; i < ratings.rows.size() && ratings.rows[i].question == question; ++i) {
            pattern.push_back({ratings.rows[i].worker, ratings.rows[i].answer});
        }
        if (!by_rater)
            std::sort(pattern.begin(), pattern.end(), [](const auto& a, const auto& b) {
                return a.category < b.category;
            });
        for (const auto& rating : pattern) {
            if (by_rater) key.push_back(rating.rater);
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

void check(const Judgements& ratings, const Formula& formula, const std::vector<double>& values) {
    if (values.empty() && formula.numbers)
        throw base::Error(
            "agreement",
            "this metric needs numbers as ratings",
            "choose krippendorff-nominal or -ordinal"
        );
    if (formula.positive && !values.empty() && values.front() < 0)
        throw base::Error(
            "agreement", "a ratio metric needs ratings of 0 or more", "choose krippendorff-interval"
        );
    if (formula.by_rater && ratings.workers.size() < 2)
        throw base::Error("agreement", "only one rater", "Cohen's kappa compares two");
}

}  // namespace

Agreement
agreement(const Judgements& ratings, Metric metric, std::size_t replicates, std::uint64_t seed) {
    const auto& formula = formula_of(metric);
    std::vector<double> values;
    if (auto numbers = ratings.numbers()) values = *numbers;
    check(ratings, formula, values);
    auto units = group(ratings, formula.by_rater);
    if (units.with_pair == 0)
        throw base::Error(
            "agreement", "no unit has two ratings", "let two raters rate the same units"
        );

    Agreement result;
    result.units = units.with_pair;
    result.raters = ratings.workers.size();
    std::vector<double> weight(units.patterns.size());
    for (auto pattern : units.of_unit) weight[pattern] += 1;
    const detail::Sample sample{
        .patterns = units.patterns,
        .weight = weight,
        .categories = ratings.answers.size(),
        .raters = ratings.workers.size(),
        .values = values,
    };
    result.value = formula.value(sample);
    if (!result.value) return result;

    base::Random random(seed);
    std::vector<double> bootstrap;
    for (std::size_t i = 0; i < replicates; ++i) {
        std::fill(weight.begin(), weight.end(), 0.0);
        for (std::size_t unit = 0; unit < units.of_unit.size(); ++unit)
            weight[units.of_unit[random.below(units.of_unit.size())]] += 1;
        if (auto value = formula.value(sample)) bootstrap.push_back(*value);
    }
    if (bootstrap.empty()) return result;
    std::sort(bootstrap.begin(), bootstrap.end());
    result.low = base::quantile_of_sorted(bootstrap, 0.025);
    result.high = base::quantile_of_sorted(bootstrap, 0.975);
    return result;
}

}  // namespace labeling
