#include "training/semi_supervised/snapshot_fit.hpp"

#include <cmath>

#include <fmt/format.h>
#include <boost/json.hpp>

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

std::string note_of(const UnlabelledRecords& records, const SemiSupervised& learnt) {
    const auto& kept = learnt.rounds[learnt.kept];
    auto note = fmt::format(
        "{} records without a label, {} of them left out as they hang together with held-out ones",
        records.found,
        records.held_out
    );
    if (records.denied > 0) note += fmt::format(", {} denied by their sites", records.denied);
    if (learnt.kept == 0)
        return note +
               (learnt.rounds.size() > 1
                    ? "; validation says that the labels alone do better: none was learnt from"
                    : "; none was learnt from");
    note += fmt::format("; {} were learnt from", kept.used);
    if (!std::isnan(kept.cost))
        note += fmt::format(
            " (validation cost {:.4f}, by labels alone {:.4f})",
            kept.cost,
            learnt.rounds.front().cost
        );
    return note;
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
        {"kept", learnt.kept}};
    out.notes.push_back(note_of(records, learnt));
    out.fitted = std::move(learnt.fitted);
    return out;
}

}  // namespace training
