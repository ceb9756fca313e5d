// Windows are kept as sketches, so that any span of hours is their merge, and is compared as one.
#include "service/models/drift.hpp"

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "quality/profile/drift.hpp"
#include "service/models/serving.hpp"
#include "service/models/watch.hpp"
#include "service/refusal.hpp"
#include "training/registry/window_store.hpp"

namespace service {

const base::Settings<FindModelDrift> FindModelDrift::settings{
    {"model", &FindModelDrift::model, "its name", {.required = true}},
    {"version",
     &FindModelDrift::version,
     "instead of the one in production or the newest",
     {.low = 0}},
    {"hours", &FindModelDrift::hours, "so many of the last ones", {.low = 1, .high = 8784}},
    {"or_nothing",
     &FindModelDrift::or_nothing,
     "where nothing was predicted: an answer without windows, instead of a refusal"},
};

namespace {

double share_of(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

void add_windows(
    const training::ModelReference& reference,
    const std::vector<training::ModelWindow>& windows,
    ModelDrift& found
) {
    const auto before = quality::Profile::from_json(reference.profile);
    quality::Profile after;
    std::int64_t abstained = 0;
    for (const auto& window : windows) {
        const auto profile = quality::Profile::from_json(window.profile);
        after.merge(profile);
        found.predictions += window.predictions;
        abstained += window.abstained;
        found.unknown_values += window.unknown;
        DriftWindow line{
            .started_at = window.started_at,
            .predictions = window.predictions,
            .abstained = window.abstained,
            .unknown = window.unknown,
            .alarmed = window.told};
        for (const auto& one : quality::find_drift(before, profile))
            if (one.psi > line.psi) {
                line.psi = one.psi;
                line.worst = one.column;
            }
        found.windows.push_back(std::move(line));
    }
    found.abstained_before = share_of(reference.abstained, reference.predictions);
    found.abstained = share_of(abstained, found.predictions);
    for (const auto& one : quality::find_drift(before, after))
        found.columns.push_back(
            {.column = one.column,
             .verdict = found.predictions < enough_predictions ? "too few" : one.verdict,
             .psi = one.psi,
             .ks = one.ks,
             .missing_before = one.missing_before,
             .missing_after = one.missing_after}
        );
}

}  // namespace

ModelDrift find_model_drift(Work& work, const FindModelDrift& request) {
    training::require_model(work.tx, request.model, request.version);
    const auto model = serving_model(work, request.model, request.version);
    const auto& info = model->info;
    work.here.database.call([&](base::Tx& tx) { store_watched(tx, work.here, work.now, true); });
    make_reference(work, *model);
    ModelDrift found{.name = info.name, .version = info.version};
    const auto [reference, windows] = work.here.database.call([&](base::Tx& tx) {
        return std::pair(
            training::reference_of(tx, info.name, info.version),
            training::windows_since(
                tx, info.name, info.version, work.now - std::chrono::hours(request.hours)
            )
        );
    });
    const auto called = fmt::format("model '{}' version {}", info.name, info.version);
    if (windows.empty() && request.or_nothing) return found;
    if (windows.empty())
        throw Refusal(
            Refusal::Kind::conflict,
            called,
            fmt::format("predicted nothing in the last {} hours", request.hours),
            "predict by it, or look further back by --hours"
        );
    if (!reference)
        throw Refusal(
            Refusal::Kind::conflict,
            called,
            "its snapshot has no rows left to compare with",
            "train again"
        );
    add_windows(*reference, windows, found);
    return found;
}

}  // namespace service
