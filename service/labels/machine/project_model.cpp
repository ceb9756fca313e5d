// A model as a project uses it: for suggestions and for rules. What it says goes by the names of
// classes, as the project it learnt from may number them otherwise, and records that it learnt from
// are left out: there it repeats what people said.
#include "service/labels/machine/project_model.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "labeling/machine/suggestion_store.hpp"
#include "labeling/tasks/task_type.hpp"
#include "schema/records/record.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace service {

namespace {

std::vector<training::Item> items_of(
    base::Tx& tx,
    const labeling::StoredProject& stored,
    const std::vector<std::string>& keys
) {
    std::vector<training::Item> items;
    for (const auto& record : labeling::records_to_ask(tx, stored, keys)) {
        training::Item item;
        item.id = {
            .rk = schema::record_key(stored.project.source, record.key),
            .source_id = stored.source_id,
            .key = record.key};
        item.version = record.version;
        items.push_back(std::move(item));
    }
    return items;
}

std::unordered_set<std::string> learnt_by(Work& work, const LoadedModel& model) {
    auto snapshot = training::require_snapshot(work.tx, model.info.snapshot).id;
    training::ExampleStore store(work.here.database, work.here.blobs);
    std::unordered_set<std::string> keys;
    for (int split : {0, 1})
        for (auto& item : store.split_items(snapshot, split)) keys.insert(std::move(item.id.key));
    return keys;
}

// What a model says of a record, and in words.
std::pair<labeling::Target, std::string_view> told_by(const training::Predictor& predictor) {
    if (predictor.predicts_spans()) return {labeling::Target::parts, "spans"};
    if (predictor.answers()) return {labeling::Target::parts, "answers of several parts"};
    if (predictor.predicts_sets()) return {labeling::Target::set_of_classes, "sets of classes"};
    if (predictor.predicts_classes()) return {labeling::Target::one_class, "classes"};
    return {labeling::Target::number, "numbers"};
}

std::string
learnt_part(Work& work, const labeling::StoredProject& stored, const LoadedModel& model) {
    if (stored.project.question.parts.empty()) return {};
    return training::made_with(
        training::require_snapshot(work.tx, model.info.snapshot), "question"
    );
}

// The question that a model answers: the project's, or that of the form which it learnt.
const labeling::Question& answered_by(
    const labeling::StoredProject& stored,
    const std::string& part,
    const std::string& called
) {
    const auto& asked = stored.project.question;
    if (asked.parts.empty()) return asked;
    std::string names;
    for (const auto& each : asked.parts) {
        if (each.name == part) return each.question;
        names += (names.empty() ? "" : ", ") + each.name;
    }
    throw base::Error(
        called,
        part.empty()
            ? fmt::format("learnt no question of a form, as '{}' is", stored.project.name)
            : fmt::format("learnt '{}', which '{}' does not ask", part, stored.project.name),
        "take a run on a snapshot that was made with --question, one of: " + names
    );
}

void check_model(
    const labeling::StoredProject& stored,
    const labeling::Question& asked,
    const LoadedModel& model,
    const std::string& called
) {
    if (model.predictor.finder())
        throw base::Error(
            called,
            "finds structure, and says nothing that a label could be",
            "take a model that learnt labels"
        );
    const auto& kind = asked.kind;
    const auto target = labeling::task_type(kind).target();
    const auto [told, words] = told_by(model.predictor);
    if (target != told ||
        (told == labeling::Target::parts && kind != model.predictor.question_kind()))
        throw base::Error(
            called,
            fmt::format(
                "predicts {}, and project '{}' asks {} questions", words, stored.project.name, kind
            ),
            "take a model of the same kind"
        );
    if (model.info.source_id != stored.source_id)
        throw base::Error(
            called,
            "learnt from another source than the project's",
            "take a model of source '" + stored.project.source + "'"
        );
}

}  // namespace

ProjectModel::ProjectModel(
    Work& work,
    const labeling::StoredProject& project,
    LoadedModel model,
    const std::string& called
)
    : project_(project),
      database_(work.here.database),
      model_(std::move(model)),
      part_(learnt_part(work, project, model_)),
      question_(&answered_by(project, part_, called)),
      predictions_(work.here.database, work.here.blobs, model_) {
    check_model(project, *question_, model_, called);
    learnt_ = learnt_by(work, model_);
}

ProjectModel::ProjectModel(Work& work, const labeling::StoredProject& project, std::int64_t run)
    : ProjectModel(
          work,
          project,
          load_run(work.tx, work.here.blobs, run),
          fmt::format("run {}", run)
      ) {}

ProjectModel::ProjectModel(
    Work& work,
    const labeling::StoredProject& project,
    const std::string& name
)
    : ProjectModel(
          work,
          project,
          load_model(work.tx, work.here.blobs, name),
          fmt::format("model '{}'", name)
      ) {}

boost::json::array ProjectModel::predict(const std::vector<std::string>& keys) const {
    auto items = database_.call([&](base::Tx& tx) { return items_of(tx, project_, keys); });
    return predictions_.of_items(items);
}

bool ProjectModel::knows(const std::string& class_name) const {
    if (told_by(model_.predictor).first == labeling::Target::number) return false;
    const auto& names = model_.predictor.class_names();
    return std::find(names.begin(), names.end(), class_name) != names.end();
}

}  // namespace service
