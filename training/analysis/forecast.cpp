// For learning curves a model is fitted without validation rows, or early stopping would look at
// the rows that it is judged by.
#include "training/analysis/forecast.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/evaluation/metrics.hpp"

namespace training {

namespace {

constexpr std::size_t least_rows = 10;

std::vector<CurveSample>
means_of(std::span<const SizeErrors> sizes, std::span<const std::uint32_t> rows) {
    std::vector<CurveSample> out;
    for (const auto& size : sizes) {
        double sum = 0;
        for (auto row : rows) sum += size.errors[row];
        out.push_back({static_cast<double>(size.rows), sum / static_cast<double>(rows.size())});
    }
    return out;
}

template <typename Value>
Expected spread_of(const CurveLaws& curve, Value value) {
    Expected out{value(curve.law), {}};
    std::vector<double> all;
    for (const auto& law : curve.others) all.push_back(value(law));
    if (all.empty()) all.push_back(out.error);
    std::sort(all.begin(), all.end());
    out.interval = {
        std::min(out.error, base::quantile_of_sorted(all, 0.025)),
        std::max(out.error, base::quantile_of_sorted(all, 0.975))};
    return out;
}

// With a decision that is fitted on some of the rows. What was said of the rows is calibrated.
std::vector<int> decide_by(
    const DecisionSpec& spec,
    std::vector<double>& said,
    const Examples& rows,
    std::span<const std::uint32_t> validation,
    std::uint64_t seed
) {
    const auto classes = rows.class_names.size();
    if (spec.empty()) return decide(said, classes);
    HeldOut held_out{{}, {}, "validation"};
    for (auto row : validation) {
        const auto line = std::span(said).subspan(row * classes, classes);
        held_out.probabilities.insert(held_out.probabilities.end(), line.begin(), line.end());
        held_out.truth.push_back(rows.classes[row]);
    }
    const auto decision = Decision::fit(spec, std::move(held_out), rows.class_names, seed);
    decision.calibrator().apply(said);
    return decision.decide(said, classes);
}

}  // namespace

std::vector<SizeErrors> errors_by_size(
    const Examples& train,
    const Examples& held_out,
    const TrainSpec& spec,
    std::stop_token stop,
    std::span<const std::uint32_t> validation
) {
    auto plain = spec;
    plain.tune.clear();
    plain.budget = 0;
    plain.decision.abstain_below = plain.decision.abstain_accuracy =
        0;  // a class is said all the same
    const auto decision = plain.decision;
    if (!validation.empty()) plain.decision = {};
    std::vector<std::size_t> order(train.rows);
    std::iota(order.begin(), order.end(), std::size_t{0});
    base::CounterRandom(spec.seed, 11).shuffle(std::span(order));
    const auto classes = train.has_classes() ? train.class_names.size() : 0;
    std::vector<SizeErrors> sizes;
    for (std::size_t part = 16; part >= 1; part /= 2) {
        const auto rows = train.rows / part;
        if (rows < 20) continue;
        if (stop.stop_requested()) throw base::Interrupted();
        const auto sample =
            take(train, {order.begin(), order.begin() + static_cast<std::ptrdiff_t>(rows)});
        const auto model = Predictor::load(fit(sample, {}, plain, {}, stop).artefact);
        auto predicted = model.predict(held_out, spec.threads);
        SizeErrors size{rows, {}};
        if (classes > 0) {
            const auto decided =
                validation.empty()
                    ? model.decide(predicted)
                    : decide_by(decision, predicted, held_out, validation, spec.seed);
            for (std::size_t row = 0; row < held_out.rows; ++row)
                size.errors.push_back(decided[row] == held_out.classes[row] ? 0 : 1);
        } else if (held_out.has_sets()) {
            const auto many = held_out.class_names.size();
            for (std::size_t row = 0; row < held_out.rows; ++row) {
                std::size_t wrong = 0;
                for (auto at = row * many; at < (row + 1) * many; ++at)
                    wrong += (predicted[at] > 0.5) != (held_out.marks[at] != 0);
                size.errors.push_back(static_cast<double>(wrong) / static_cast<double>(many));
            }
        } else {
            for (std::size_t row = 0; row < held_out.rows; ++row)
                size.errors.push_back(std::pow(predicted[row] - held_out.targets[row], 2));
        }
        sizes.push_back(std::move(size));
    }
    return sizes;
}

std::optional<CurveLaws> curve_laws(
    std::span<const SizeErrors> sizes,
    std::span<const std::uint32_t> rows,
    std::uint64_t seed,
    std::size_t resamples
) {
    std::vector<std::uint32_t> chosen(rows.begin(), rows.end());
    if (rows.empty() && !sizes.empty()) {
        chosen.resize(sizes.front().errors.size());
        std::iota(chosen.begin(), chosen.end(), 0U);
    }
    if (chosen.size() < least_rows) return std::nullopt;
    const auto law = fit_power_law(means_of(sizes, chosen));
    if (!law) return std::nullopt;
    CurveLaws out{*law, {}};
    const base::CounterRandom random(seed, 37);
    std::vector<std::uint32_t> drawn(chosen.size());
    for (std::size_t i = 0; i < resamples; ++i) {
        for (std::size_t k = 0; k < drawn.size(); ++k)
            drawn[k] = chosen[random.below(i * drawn.size() + k, chosen.size())];
        if (const auto other = fit_power_law(means_of(sizes, drawn))) out.others.push_back(*other);
    }
    return out;
}

Expected error_at(const CurveLaws& curve, double rows, std::size_t judged) {
    auto out = spread_of(curve, [&](const PowerLaw& law) { return law.at(rows); });
    if (judged == 0) return out;
    const double chance =
        1.96 * std::sqrt(std::max(0.0, out.error * (1 - out.error)) / static_cast<double>(judged));
    out.interval = {
        std::max(0.0, out.error - std::hypot(out.error - out.interval.low, chance)),
        out.error + std::hypot(out.interval.high - out.error, chance)};
    return out;
}

Expected gain_of(const CurveLaws& curve, double rows, double more) {
    return spread_of(curve, [&](const PowerLaw& law) {
        return law.at(rows) - law.at(rows + more);
    });
}

}  // namespace training
