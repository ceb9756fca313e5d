// Verbs of models. Which version is meant is asked of the database for every request, so that a
// promoted one counts at once; its artefact is read once (serving.hpp).
#include "service/models/models.hpp"

#include <vector>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "service/areas.hpp"
#include "service/models/behaviour.hpp"
#include "service/models/card.hpp"
#include "service/models/drift.hpp"
#include "service/models/predict.hpp"
#include "service/models/watch.hpp"
#include "service/refusal.hpp"
#include "training/trainer.hpp"

namespace service {

const base::Settings<ListModels> ListModels::settings{
    {"limit", &ListModels::limit, "how many at most", {.low = 1, .high = 200}},
    {"after", &ListModels::after, "the 'next' of an earlier answer"},
};

const base::Settings<ModelName> ModelName::settings{
    {"model", &ModelName::model, "its name", {.required = true}},
};

const base::Settings<Promotion> Promotion::settings{
    {"model", &Promotion::model, "its name", {.required = true}},
    {"version", &Promotion::version, "which of it", {.low = 1, .required = true}},
    {"stage", &Promotion::stage, "where it is to be", {.required = true}},
    {"by", &Promotion::by, "what it has to be better in than the one in production"},
    {"force", &Promotion::force, "why it goes into production though it is not; it is noted"},
};

const base::Settings<ExportModel> ExportModel::settings{
    {"model", &ExportModel::model, "its name", {.required = true}},
    {"format", &ExportModel::format, "what is written"},
    {"inputs", &ExportModel::inputs, "of an ONNX graph: what it takes"},
};

const base::Settings<Predict> Predict::settings{
    {"model", &Predict::model, "its name", {.required = true}},
    {"version", &Predict::version, "instead of the one in production or the newest", {.low = 0}},
    {"inputs",
     &Predict::inputs,
     "objects with title, body and columns by name, or as the source has its records, and for "
     "models that see pictures 'image', one in Base64; 1000 at most"},
    {"strict", &Predict::strict, "refuse members that nobody knows and values that are left out"},
    {"where",
     &Predict::where,
     "instead: the records of the model's source that this condition holds for; '' for all",
     {.flag = "batch"}},
    {"limit", &Predict::limit, "so many records at most", {.low = 1, .high = 1000}},
    {"after", &Predict::after, "the 'next' of an earlier answer"},
};

namespace {

Model model_of(const training::ModelInfo& info) {
    return {
        .name = info.name,
        .version = info.version,
        .stage = info.stage,
        .kind = info.kind,
        .model = info.kind,
        .run_id = info.run_id,
        .run = info.run_id,
        .snapshot = info.snapshot,
        .project = info.project,
        .artefact_sha256 = info.artefact_sha256,
        .created_at = info.created_at};
}

// The version, a colon and the name.
std::pair<std::string, int> place_of(const std::string& after) {
    if (after.empty()) return {"", 0};
    auto colon = after.find(':');
    auto version = base::whole_number<int>(after.substr(0, colon));
    if (colon == after.npos || !version)
        throw base::UsageError("'after'", "must be the 'next' of an earlier answer");
    return {after.substr(colon + 1), *version};
}

}  // namespace

Page<Model> list_models(Work& work, const ListModels& request) {
    auto [name, version] = place_of(request.after);
    Page<Model> page;
    for (const auto& info : training::list_models(work.tx, name, version, request.limit + 1)) {
        if (page.items.size() == static_cast<std::size_t>(request.limit)) {
            const auto& last = page.items.back();
            page.next = std::to_string(last.version) + ":" + last.name;
            break;
        }
        page.items.push_back(model_of(info));
    }
    return page;
}

Page<ModelVersionItem> list_versions(Work& work, const ModelName& request) {
    training::require_model(work.tx, request.model);
    Page<ModelVersionItem> page;
    const auto tested = training::tested_versions(work.tx, request.model);
    for (const auto& one : training::versions_of(work.tx, request.model)) {
        ModelVersionItem item{{model_of(one)}, std::nullopt, std::nullopt};
        for (const auto& result : tested)
            if (result.version == one.version) {
                item.tests_passed = result.passed;
                item.tested_at = result.tested_at;
            }
        page.items.push_back(std::move(item));
    }
    return page;
}

ModelDetail show_model(Work& work, const ModelName& request) {
    auto info = training::require_model(work.tx, request.model);
    const auto model = load_model(work.tx, work.here.blobs, info.name, info.version);
    ModelDetail detail{
        model_of(info),
        {model.predictor.summary()},
        model.predictor.class_names(),
        check_golden(work, model),
        training::about_model(work.tx, info.name, info.version),
        {},
        {}};
    if (const auto tested = training::last_test_result(work.tx, info.name, info.version))
        detail.tests_passed = tested->passed;
    for (auto& row : training::promotions_of(work.tx, info.name))
        detail.promotions.push_back(
            {.version = row.version,
             .stage = row.stage,
             .against = row.against,
             .forced = std::move(row.forced),
             .evidence = {std::move(row.evidence)},
             .promoted_by = std::move(row.promoted_by),
             .promoted_at = std::move(row.promoted_at)}
        );
    return detail;
}

Promoted promote_model(Work& work, const Promotion& request) {
    training::require_model(work.tx, request.model, request.version);
    if (request.stage == training::Stage::production)
        check_behaviour(work, request.model, request.version);
    Promoted done{
        .name = request.model,
        .version = request.version,
        .stage = request.stage,
        .evidence = {},
        .forced = {}};
    if (request.stage == training::Stage::production)
        done.evidence = training::weigh_promotion(
            work.tx, request.model, request.version, request.by, work.here.stop
        );
    const bool stands = !done.evidence || done.evidence->better;
    if (!stands && request.force.empty())
        throw Refusal(
            Refusal::Kind::conflict,
            fmt::format("model '{}' version {}", request.model, request.version),
            "not shown to be better: " + done.evidence->note,
            "train a better one, or give force with the reason"
        );
    if (done.evidence && done.evidence->against == request.version) return done;  // it is there
    if (!stands) done.forced = request.force;
    training::promote(work.tx, request.model, request.version, request.stage);
    training::note_promotion(
        work.tx,
        request.model,
        {.version = request.version,
         .stage = request.stage,
         .against = done.evidence ? done.evidence->against : std::nullopt,
         .forced = done.forced,
         .evidence = done.evidence ? base::Answer(*done.evidence).json_text() : "{}",
         .promoted_by = work.caller.name,
         .promoted_at = {}},
        work.now
    );
    return done;
}

Download export_model(Work& work, const ExportModel& request) {
    auto info = training::require_model(work.tx, request.model);
    if (request.format == ModelFormat::onnx)
        return {
            .name = request.model + ".onnx",
            .media_type = "application/octet-stream",
            .bytes = training::onnx_of(
                training::Predictor::load(
                    training::artefact_of_run(work.tx, work.here.blobs, info.run_id)
                ),
                request.inputs
            )};
    return {
        .name = request.model + ".tilth",
        .media_type = "application/octet-stream",
        .bytes = training::artefact_of_run(work.tx, work.here.blobs, info.run_id)};
}

namespace {

Predictions answer_inputs(Work& work, const LoadedModel& model, const Predict& request) {
    WatchedInputs watched;
    Predictions answer{
        .predictions = predictions_for(model, request.inputs, request.strict, &watched),
        .next = {}};
    keep_watched(work.here, model.info, std::move(watched));
    return answer;
}

}  // namespace

Predictions predict(Work& work, const Predict& request) {
    constexpr std::size_t most = 1000;
    if (request.where.has_value() == !request.inputs.empty())
        throw base::UsageError("'inputs'", "or 'where' must be there, one of them", "give one");
    if (request.inputs.size() > most)
        throw base::UsageError("'inputs'", "are more than 1000", "ask in several parts");
    const auto served =
        serving_model(work, training::require_model(work.tx, request.model, request.version));
    const auto& model = *served;
    if (!request.where) return answer_inputs(work, model, request);

    std::size_t passed = 0;
    if (!request.after.empty()) {
        auto number = base::whole_number<std::size_t>(request.after);
        if (!number) throw base::UsageError("'after'", "must be the 'next' of an earlier answer");
        passed = *number;
    }
    auto limit = static_cast<std::size_t>(request.limit);
    RecordPredictions records(work.here.database, work.here.blobs, model, *request.where);
    WatchedInputs watched;
    records.watch(&watched);
    Predictions part{.predictions = records.of(passed, limit), .next = {}};
    keep_watched(work.here, model.info, std::move(watched));
    if (passed + limit < records.size()) part.next = std::to_string(passed + limit);
    return part;
}

std::span<const Verb> model_verbs() {
    static const std::vector<Verb> verbs{
        verb<list_models>("model list", "Models and their stages", analysts),
        verb<list_versions>(
            "model versions", "All versions of a model, the newest first", analysts
        ),
        verb<list_tests>(
            "model tests", "The tests that are kept for a model, and how its versions did", analysts
        ),
        verb<show_model>(
            "model show", "The version in use: where it comes from and what it sees", analysts
        ),
        verb<promote_model>("model promote", "Put a version into a stage", analysts),
        verb<test_model>(
            "model test", "Test how a model behaves: inputs, changes, floors", analysts
        ),
        verb<find_model_drift>(
            "model drift", "Whether a model is asked the same as it was judged by", analysts
        ),
        verb<card_of_model>("model card", "What a model is, and how good it is where", analysts),
        verb<edit_model>("model edit", "Say what a version is for, and what not", analysts),
        verb<export_model>("model export", "Write a model's artefact to a file", analysts),
        verb<predict>(
            "model predict", "Predict for records of the source, or for what is given", analysts
        ),
    };
    return verbs;
}

}  // namespace service
