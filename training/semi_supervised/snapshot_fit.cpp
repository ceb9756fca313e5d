// What is learnt with records that have no label, and what people are told of it: how many there
// were, why some stayed out, and what the folds and validation say of the rest, so that no gain is
// claimed without its figures.
#include "training/semi_supervised/snapshot_fit.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "training/candidates/unlabelled.hpp"
#include "training/semi_supervised/semi_supervised.hpp"
#include "training/snapshots/label_copies.hpp"

namespace training {

namespace json = boost::json;

namespace {

json::array rounds_of(const SemiSupervised& learnt) {
    json::array out;
    for (const auto& round : learnt.rounds) {
        json::object one{{"used", round.used}, {"changed", round.changed}};
        if (!std::isnan(round.cost)) one["cost"] = round.cost;
        out.push_back(std::move(one));
    }
    return out;
}

// The best round beside the labels alone, in folds of the labelled rows.
std::string figures_of(const UnlabelledGuard& guard) {
    if (guard.folds == 0) return "";
    // Where none is better, the one that comes nearest.
    const auto others = guard.costs.begin() + (guard.costs.size() > 1 ? 1 : 0);
    const auto nearest = std::min_element(others, guard.costs.end()) - guard.costs.begin();
    const auto round = guard.best > 0 ? guard.best : static_cast<std::size_t>(nearest);
    return fmt::format(
        " (in {} folds of the labelled ones: cost {:.4f} with them, {:.4f} by labels alone; error "
        "{:.4f} and {:.4f})",
        guard.folds,
        guard.costs[round],
        guard.costs[0],
        guard.errors[round],
        guard.errors[0]
    );
}

std::string why_none(const SemiSupervised& learnt) {
    const auto& guard = learnt.guard;
    if (guard.folds > 0 && guard.best == 0)
        return "; a cross-validation says that the labels alone do better" + figures_of(guard);
    if (learnt.rounds.size() > 1)
        return "; validation says that the labels alone do better" + figures_of(guard);
    return guard.folds == 0 ? "; too few labelled ones to say whether they help" : "";
}

json::object guard_json(const UnlabelledGuard& guard) {
    json::array costs(guard.costs.begin(), guard.costs.end());
    json::array errors(guard.errors.begin(), guard.errors.end());
    return {
        {"folds", guard.folds},
        {"rows", guard.rows},
        {"costs", costs},
        {"errors", errors},
        {"best", guard.best}};
}

std::string note_of(const UnlabelledRecords& records, const SemiSupervised& learnt) {
    const auto& kept = learnt.rounds[learnt.kept];
    auto note = fmt::format(
        "{} records without a label, {} of them left out as they hang together with held-out ones",
        records.found,
        records.held_out
    );
    if (records.denied > 0) note += fmt::format(", {} denied by their sites", records.denied);
    if (records.items.empty()) return note + "; there was none to learn from";
    if (learnt.kept == 0) return note + why_none(learnt) + ": none was learnt from";
    note += fmt::format("; {} were learnt from", kept.used);
    if (!std::isnan(kept.cost))
        note += fmt::format(
            " (validation cost {:.4f}, by labels alone {:.4f})",
            kept.cost,
            learnt.rounds.front().cost
        );
    return note + figures_of(learnt.guard);
}

// Of all training rows alone: rows drawn from them may be alike by chance.
void check_values(const Examples& train, const TrainSpec& spec) {
    if (spec.loss != Loss::squared && train.of_classes())
        throw base::UsageError(
            fmt::format("loss '{}'", base::name_of(spec.loss)),
            "it is of values, and classes are learnt",
            "leave it out, or name a target"
        );
    constexpr double largest = 1e15;  // its square, summed, is a float
    const auto& targets = train.targets;
    if (targets.empty() || finds_structure(spec.model)) return;
    const auto most = *std::max_element(targets.begin(), targets.end(), [](double a, double b) {
        return std::abs(a) < std::abs(b);
    });
    if (!(std::abs(most) <= largest))
        throw base::Error(
            "training",
            fmt::format("a value to be learnt is {:.4g}", most),
            fmt::format("bring them within {:g} of 0, in another unit", largest)
        );
    const bool baseline = spec.model != automatic_model && model_kind(spec.model).baseline;
    if (!baseline && std::equal(targets.begin() + 1, targets.end(), targets.begin()))
        throw base::Error(
            "training",
            fmt::format("all rows have the value {:g}", targets.front()),
            "learn another column"
        );
}

}  // namespace

SnapshotFit fit_snapshot(
    base::Database& database,
    const ExampleStore& store,
    const SnapshotInfo& snapshot,
    const std::array<Examples, 3>& examples,
    const std::vector<std::string>& left_out,
    const UnlabelledSpec& how,
    const TrainSpec& spec,
    const OnProgress& progress,
    std::stop_token stop
) {
    check_values(examples[0], spec);
    if (how.method == Unlabelled::none)
        return {fit(examples[0], examples[1], spec, progress, stop), {}, {}};
    const auto records = unlabelled_records(database, snapshot, how.most, spec.seed);
    auto rows = store.load(records.items, examples[0].class_names);
    drop_columns(rows, left_out);
    auto learnt = fit_with_unlabelled(examples[0], rows, examples[1], spec, how, progress, stop);
    SnapshotFit out;
    out.unlabelled = {
        {"method", base::name_of(how.method)},
        {"found", records.found},
        {"held_out", records.held_out},
        {"denied", records.denied},
        {"taken", records.items.size()},
        {"rounds", rounds_of(learnt)},
        {"guard", guard_json(learnt.guard)},
        {"kept", learnt.kept}};
    out.notes.push_back(note_of(records, learnt));
    out.fitted = std::move(learnt.fitted);
    return out;
}

}  // namespace training
