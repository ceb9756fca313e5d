// Whether unlabelled rows help is not taken for granted: a cross-validation of the labelled rows
// says how many rounds are worth it, if any, and the rows of validation decide between these. The
// first round is always the model of the labels alone.
#include "training/semi_supervised/semi_supervised.hpp"

#include <cmath>
#include <limits>

#include "base/error.hpp"

namespace training {

namespace {

// What a search found stays.
TrainSpec as_found(TrainSpec spec, const TrainResult& found) {
    spec.model = found.kind;
    spec.params = found.params;
    spec.tune.clear();
    spec.budget = 0;
    return spec;
}

std::size_t rounds_allowed(
    const UnlabelledGuard& guard,
    const Examples& validation,
    const UnlabelledSpec& how
) {
    if (guard.folds > 0) return guard.best;
    return validation.rows > 0 ? how.rounds : 0;
}

}  // namespace

SemiSupervised fit_with_unlabelled(
    const Examples& train,
    const Examples& unlabelled,
    const Examples& validation,
    const TrainSpec& spec,
    const UnlabelledSpec& how,
    const OnProgress& progress,
    std::stop_token stop
) {
    if (how.method == Unlabelled::none)
        return {fit(train, validation, spec, progress, std::move(stop)), {}, 0, {}};
    if (!train.has_classes())
        throw base::Error(
            "unlabelled", "records without a label teach classes only", "leave it out"
        );
    check(unlabelled);
    SemiSupervised out;
    out.fitted = fit(train, validation, spec, progress, stop);
    const auto fixed = as_found(spec, out.fitted);
    const auto cost = [&](const TrainResult& fitted) {
        return validation.rows > 0 ? cost_on(validation, fitted, fixed)
                                   : std::numeric_limits<double>::quiet_NaN();
    };
    out.rounds.push_back({0, 0, cost(out.fitted)});
    if (unlabelled.rows == 0) return out;
    out.guard = guard_unlabelled({train, unlabelled, validation, fixed, how}, stop);
    auto allowed = how;
    allowed.rounds = rounds_allowed(out.guard, validation, how);
    if (allowed.rounds == 0) return out;
    const auto choose = [&](const TrainResult& fitted, UnlabelledRound round) {
        round.cost = cost(fitted);
        const bool better = std::isnan(round.cost) || round.cost < out.rounds[out.kept].cost;
        out.rounds.push_back(round);
        if (!better) return;
        out.kept = out.rounds.size() - 1;
        auto trials = std::move(out.fitted.trials);
        out.fitted = fitted;
        if (out.fitted.trials.empty()) out.fitted.trials = std::move(trials);
    };
    // A copy: `choose` replaces what was fitted.
    const auto alone = out.fitted;
    learn_rounds({train, unlabelled, validation, fixed, allowed}, alone, choose, progress, stop);
    return out;
}

}  // namespace training
