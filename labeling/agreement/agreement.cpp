// How far raters agree: the way from answers to one figure with its interval.
//
// Units with the same ratings are one pattern with a weight, because every formula reads nothing
// else of a unit. The bootstrap (Efron 1979, percentiles) draws units, so that the ratings of one
// unit stay together; a replicate then costs one draw per unit and one evaluation per pattern.
// A metric is a row of `formulas`; the sums themselves are in agreement_sums.cpp and, of metrics
// that are means over pairs of raters, agreement_pairs.cpp.
#include "labeling/agreement/agreement.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "base/numbers/statistics.hpp"
#include "labeling/agreement/agreement_sums.hpp"

namespace labeling {

namespace {

enum class Needs { nothing, order, numbers, amounts };

// One metric: its formula, and what it asks of the ratings.
struct Formula {
    std::optional<double> (*value)(const Sample& sample);
    Metric metric;
    Needs needs = Needs::nothing;
    Likeness likeness = Likeness::none;
    bool by_rater = false;  // tells raters apart, and so needs two of them
    bool pairs = false;     // reads Sample::pairs
};

constexpr Formula
of_pairs(Metric metric, std::optional<double> (*value)(const Sample& sample), Needs needs) {
    return {.value = value, .metric = metric, .needs = needs, .by_rater = true, .pairs = true};
}

constexpr Formula
weighted(Metric metric, std::optional<double> (*value)(const Sample& sample), Likeness likeness) {
    auto needs = likeness == Likeness::ratio ? Needs::amounts : Needs::order;
    return {.value = value, .metric = metric, .needs = needs, .likeness = likeness};
}

template <int power>
std::optional<double> kappa(const Sample& sample) {
    return light(sample, power);
}

template <Level level>
std::optional<double> alpha_of(const Sample& sample) {
    return alpha(sample, level);
}

constexpr Formula formulas[] = {
    {.value = &percent, .metric = Metric::percent},
    of_pairs(Metric::cohen, &kappa<0>, Needs::nothing),
    of_pairs(Metric::cohen_linear, &kappa<1>, Needs::order),
    of_pairs(Metric::cohen_quadratic, &kappa<2>, Needs::order),
    {.value = &conger, .metric = Metric::conger, .by_rater = true},
    of_pairs(Metric::scott, &scott, Needs::nothing),
    {.value = &fleiss, .metric = Metric::fleiss},
    {.value = &alpha_of<Level::nominal>, .metric = Metric::krippendorff_nominal},
    {.value = &alpha_of<Level::ordinal>,
     .metric = Metric::krippendorff_ordinal,
     .needs = Needs::order},
    {.value = &alpha_of<Level::interval>,
     .metric = Metric::krippendorff_interval,
     .needs = Needs::numbers},
    {.value = &alpha_of<Level::ratio>,
     .metric = Metric::krippendorff_ratio,
     .needs = Needs::amounts},
    {.value = &brennan_prediger, .metric = Metric::brennan_prediger},
    weighted(Metric::brennan_prediger_linear, &brennan_prediger, Likeness::linear),
    weighted(Metric::brennan_prediger_quadratic, &brennan_prediger, Likeness::quadratic),
    weighted(Metric::brennan_prediger_ordinal, &brennan_prediger, Likeness::ordinal),
    {.value = &gwet, .metric = Metric::gwet_ac1},
    weighted(Metric::gwet_ac2, &gwet, Likeness::quadratic),
    weighted(Metric::gwet_ac2_linear, &gwet, Likeness::linear),
    weighted(Metric::gwet_ac2_ordinal, &gwet, Likeness::ordinal),
    weighted(Metric::gwet_ac2_radical, &gwet, Likeness::radical),
    weighted(Metric::gwet_ac2_ratio, &gwet, Likeness::ratio),
    of_pairs(Metric::kendall, &kendall, Needs::order),
    of_pairs(Metric::spearman, &spearman, Needs::order),
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

[[noreturn]] void refuse(std::string_view reason, std::string_view mend) {
    throw base::Error("agreement", reason, mend);
}

// Sums over all pairs of values, once or in each replicate.
constexpr std::size_t most_weighted = 10'000;

// The values of the categories; none where they have no order.
std::vector<double> values_of(const Judgements& ratings, const Formula& formula) {
    std::vector<double> values;
    if (ratings.ordered) {
        for (std::size_t c = 0; c < ratings.answers.size(); ++c)
            values.push_back(static_cast<double>(c));
    } else if (auto numbers = ratings.numbers()) {
        values = *numbers;
    }
    bool as_numbers = formula.needs == Needs::numbers || formula.needs == Needs::amounts;
    if (as_numbers && (values.empty() || ratings.ordered))
        refuse("this metric needs numbers as ratings", "choose krippendorff-nominal or -ordinal");
    if (formula.needs == Needs::order && values.empty())
        refuse(
            "this metric needs an order of the ratings, and words have none",
            "give it, as --order low,medium,high, or choose krippendorff-nominal or gwet-ac1"
        );
    if (formula.needs == Needs::amounts && values.front() < 0)
        refuse("a ratio metric needs ratings of 0 or more", "choose krippendorff-interval");
    bool sums = formula.likeness != Likeness::none || formula.needs == Needs::amounts;
    if (sums && values.size() > most_weighted)
        refuse("there are too many different ratings to weigh", "choose krippendorff-interval");
    return values;
}

// What each two raters both rated. By places rather than values unless the scale is given, as
// distances of Cohen's kappa are.
std::vector<Pair> pairs_of(const std::vector<Pattern>& patterns, bool by_value) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, Pair> pairs;
    for (std::uint32_t p = 0; p < patterns.size(); ++p)
        for (std::size_t i = 0; i < patterns[p].size(); ++i)
            for (std::size_t j = i + 1; j < patterns[p].size(); ++j) {
                auto a = patterns[p][i], b = patterns[p][j];
                pairs[{a.rater, b.rater}].units.push_back({p, a.category, b.category});
            }
    std::vector<Pair> result;
    std::vector<std::uint32_t> used;
    for (auto& [raters, pair] : pairs) {
        used.clear();
        for (const auto& unit : pair.units) used.insert(used.end(), {unit.first, unit.second});
        std::sort(used.begin(), used.end());
        used.erase(std::unique(used.begin(), used.end()), used.end());
        auto place = [&](std::uint32_t category) {
            auto at = std::lower_bound(used.begin(), used.end(), category);
            return static_cast<std::uint32_t>(at - used.begin());
        };
        for (auto& unit : pair.units) {
            unit.first = place(unit.first);
            unit.second = place(unit.second);
        }
        std::sort(pair.units.begin(), pair.units.end(), [](const auto& a, const auto& b) {
            return std::tie(a.first, a.second, a.pattern) < std::tie(b.first, b.second, b.pattern);
        });
        for (std::size_t i = 0; i < used.size(); ++i)
            pair.values.push_back(static_cast<double>(by_value ? used[i] : i));
        result.push_back(std::move(pair));
    }
    return result;
}

// As many as are done in about a minute, 100 at least.
std::size_t
affordable(std::size_t replicates, const Units& units, const Formula& formula, std::size_t q) {
    std::size_t work = units.of_unit.size() + q;
    for (const auto& pattern : units.patterns)
        work += formula.pairs || formula.likeness != Likeness::none
                    ? 4 * pattern.size() * pattern.size()
                    : pattern.size();
    if (formula.metric == Metric::krippendorff_ratio) work += q * q;
    constexpr std::size_t budget = 4'000'000'000;
    return std::min(replicates, std::max<std::size_t>(100, budget / work));
}

}  // namespace

Agreement agreement(
    const Judgements& ratings,
    Metric metric,
    std::size_t replicates,
    std::uint64_t seed,
    const std::stop_token& stop
) {
    const auto& formula = formula_of(metric);
    auto values = values_of(ratings, formula);
    if (formula.by_rater && ratings.workers.size() < 2)
        refuse("only one rater", "this metric compares two and more");
    auto units = group(ratings, formula.by_rater);
    if (units.with_pair == 0)
        refuse("no unit has two ratings", "let two raters rate the same units");

    Agreement result;
    result.units = units.with_pair;
    result.raters = ratings.workers.size();
    std::vector<double> weight(units.patterns.size());
    for (auto pattern : units.of_unit) weight[pattern] += 1;
    const Scale scale(formula.likeness, std::move(values), ratings.answers.size());
    std::vector<Pair> pairs;
    if (formula.pairs) pairs = pairs_of(units.patterns, ratings.ordered);
    const Sample sample{
        .patterns = units.patterns,
        .pairs = pairs,
        .weight = weight,
        .categories = ratings.answers.size(),
        .raters = ratings.workers.size(),
        .scale = scale,
    };
    result.value = formula.value(sample);
    if (!result.value) return result;

    base::Random random(seed);
    std::vector<double> bootstrap;
    replicates = affordable(replicates, units, formula, ratings.answers.size());
    for (std::size_t i = 0; i < replicates; ++i) {
        if (stop.stop_requested()) throw base::Interrupted();
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

bool needs_order(Metric metric) {
    return formula_of(metric).needs == Needs::order;
}

Judgements in_order(const Judgements& ratings, const std::vector<std::string>& order) {
    auto result = ratings;
    std::vector<std::uint32_t> place;
    for (const auto& answer : ratings.answers) {
        auto at = std::find(order.begin(), order.end(), answer);
        if (at == order.end())
            refuse(fmt::format("the rating '{}' is not in the order", answer), "name every rating");
        place.push_back(static_cast<std::uint32_t>(at - order.begin()));
    }
    for (auto& row : result.rows) row.answer = place[row.answer];
    std::sort(result.rows.begin(), result.rows.end());
    result.answers = order;
    result.ordered = true;
    return result;
}

}  // namespace labeling
