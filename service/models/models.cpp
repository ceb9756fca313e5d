#include "service/models/models.hpp"

#include <vector>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "service/areas.hpp"
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

ModelDetail show_model(Work& work, const ModelName& request) {
    auto info = training::require_model(work.tx, request.model);
    auto predictor =
        training::Predictor::load(training::artefact_of_run(work.tx, work.here.blobs, info.run_id));
    return {model_of(info), {predictor.summary()}, predictor.class_names()};
}

Promoted promote_model(Work& work, const Promotion& request) {
    training::promote(work.tx, request.model, request.version, request.stage);
    return {.name = request.model, .version = request.version, .stage = request.stage};
}

std::span<const Verb> model_verbs() {
    static const std::vector<Verb> verbs{
        verb<list_models>("model list", "Models and their stages", analysts),
        verb<show_model>(
            "model show", "The version in use: where it comes from and what it sees", analysts
        ),
        verb<promote_model>("model promote", "Put a version into a stage", analysts),
    };
    return verbs;
}

}  // namespace service
