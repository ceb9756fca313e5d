// Predictions see what training saw: the same preparation, fixes and columns, by the model's own
// artefact and its input signature. An input that lacks a column has it missing, as a record would.
#include "service/models/predict.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "schema/select/filter.hpp"
#include "schema/sources/source_settings_store.hpp"
#include "schema/sources/source_store.hpp"
#include "service/models/inputs.hpp"
#include "service/models/watch.hpp"
#include "training/answers/answer_model.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/evaluation/part_judging.hpp"
#include "training/models/label_sets.hpp"
#include "training/models/unsupervised/finder.hpp"
#include "training/snapshots/snapshot_store.hpp"
#include "training/structure.hpp"

namespace service {

namespace json = boost::json;

namespace {

json::array list_of(const std::vector<std::string>& lines) {
    json::array list;
    for (const auto& line : lines) list.emplace_back(line);
    return list;
}

// What a model that finds structure says of rows.
json::array found_in(const training::Predictor& model, const training::Examples& examples) {
    using training::Finds;
    json::array answers;
    const auto values = model.predict(examples);
    const auto width = model.finder()->width();
    for (std::size_t row = 0; row < examples.rows; ++row) {
        const auto line = std::span(values).subspan(row * width, width);
        json::object answer;
        const auto cluster = training::cluster_in(model.finds(), line);
        const auto named = cluster ? json::value(*cluster) : json::value();
        switch (model.finds()) {
            case Finds::clusters:
                answer = {{"cluster", named}, {"distance", line[1]}};
                break;
            case Finds::memberships:
                answer = {
                    {"cluster", named},
                    {"memberships", json::value_from(std::vector(line.begin(), line.end()))}};
                break;
            case Finds::components:
                answer = {
                    {"components", json::value_from(std::vector(line.begin(), line.end() - 1))},
                    {"residual", line.back()}};
                break;
            case Finds::scores:
                answer = {{"score", line[0]}};
                break;
            case Finds::nothing:
                break;
        }
        answers.push_back(std::move(answer));
    }
    return answers;
}

// What a model of spans, or of answers of several parts, says.
json::array parts_in(const training::Predictor& model, const training::Examples& examples) {
    json::array answers;
    if (model.predicts_spans()) {
        for (const auto& text : model.find_spans(examples)) {
            json::array spans;
            for (const auto& [span, probability] : text.spans)
                spans.push_back(json::object{
                    {"start", span.start},
                    {"end", span.end},
                    {"label", span.label},
                    {"probability", probability}});
            answers.push_back(json::object{
                {"spans", std::move(spans)}, {"probability", text.probability}});
        }
        return answers;
    }
    for (const auto& said : model.answer(examples)) {
        json::object answer{
            {"answer", said.answer.empty() ? json::value() : json::parse(said.answer)},
            {"probability", said.probability}};
        for (const auto& [name, value] : said.more) answer[name] = value;
        answers.push_back(std::move(answer));
    }
    return answers;
}

json::array answers_for(const LoadedModel& model, const training::Examples& examples) {
    if (model.predictor.finder()) return found_in(model.predictor, examples);
    if (!model.predictor.question_kind().empty()) return parts_in(model.predictor, examples);
    json::array answers;
    auto predicted = model.predictor.predict(examples);
    const auto& names = model.predictor.class_names();
    if (!model.predictor.predicts_classes()) {
        for (double value : predicted) answers.push_back(json::object{{"value", value}});
        return answers;
    }
    if (model.predictor.predicts_sets()) {
        const auto said = training::decide_sets(predicted, model.predictor.thresholds());
        for (std::size_t row = 0; row < examples.rows; ++row) {
            const auto marks = std::span(said).subspan(row * names.size(), names.size());
            json::object probabilities;
            for (std::size_t c = 0; c < names.size(); ++c)
                probabilities[names[c]] = predicted[row * names.size() + c];
            answers.push_back(json::object{
                {"classes", list_of(training::names_of_set(marks, names))},
                {"probabilities", std::move(probabilities)}});
        }
        return answers;
    }
    const auto& decision = model.predictor.decision();
    auto decided = model.predictor.decide(predicted);
    auto abstained = decision.abstains(predicted, decided, names.size());
    for (std::size_t row = 0; row < examples.rows; ++row) {
        json::object probabilities;
        for (std::size_t c = 0; c < names.size(); ++c)
            probabilities[names[c]] = predicted[row * names.size() + c];
        auto chosen = static_cast<std::size_t>(decided[row]);
        json::object answer{
            {"class", names[chosen]},
            {"probability", predicted[row * names.size() + chosen]},
            {"probabilities", probabilities}};
        if (abstained[row] != 0) answer["class"] = nullptr;
        if (decision.may_abstain()) answer["abstained"] = abstained[row] != 0;
        answers.push_back(std::move(answer));
    }
    return answers;
}

}  // namespace

namespace {

// For artefacts that do not say what they learnt from: what the source has now.
training::InputSignature present_inputs(base::Tx& tx, std::int64_t source_id) {
    auto columns = schema::latest_columns(tx, source_id);
    training::Levels levels;
    for (const auto& column : columns)
        if (column.type == schema::Column::Type::category)
            levels[column.name] = schema::category_values(tx, source_id, column.name);
    auto inputs = training::InputSignature::of_columns(std::move(columns), levels, true);
    inputs.set_rules(schema::rules_in_use(tx, source_id));
    return inputs;
}

std::map<std::size_t, std::map<int, std::string>> levels_of(const training::InputSignature& inputs
) {
    std::map<std::size_t, std::map<int, std::string>> all;
    const auto& columns = inputs.columns();
    for (std::size_t c = 0; c < columns.size(); ++c) {
        const auto codes = inputs.codes().find(columns[c].name);
        if (columns[c].type != schema::Column::Type::category || codes == inputs.codes().end())
            continue;
        for (const auto& [name, code] : codes->second) all[c][code] = name;
    }
    return all;
}

LoadedModel loaded(base::Tx& tx, const schema::Blobs& blobs, const training::ModelInfo& info) {
    auto predictor = training::Predictor::load(training::artefact_of_run(tx, blobs, info.run_id));
    auto inputs = predictor.inputs() ? *predictor.inputs() : present_inputs(tx, info.source_id);
    const auto snapshot = training::require_snapshot(tx, info.snapshot);
    auto taken_out = predictor.reads_whole_texts() ? std::vector<std::string>{}
                                                   : training::label_in_text(snapshot);
    auto levels = levels_of(inputs);
    return {info, std::move(predictor), std::move(inputs), std::move(taken_out), std::move(levels)};
}

}  // namespace

LoadedModel
load_model(base::Tx& tx, const schema::Blobs& blobs, const std::string& name, int version) {
    return loaded(tx, blobs, training::require_model(tx, name, version));
}

LoadedModel load_run(base::Tx& tx, const schema::Blobs& blobs, std::int64_t run) {
    auto made_by = training::require_run(tx, run);
    training::ModelInfo info;
    info.run_id = made_by.id;
    info.project = made_by.project;
    info.source_id = made_by.source_id;
    info.source = made_by.source;
    info.kind = made_by.kind;
    info.snapshot = made_by.snapshot;
    return loaded(tx, blobs, info);
}

json::array predictions_for(
    const LoadedModel& model,
    const json::array& inputs,
    bool strict,
    WatchedInputs* watch
) {
    auto given = rows_of(inputs, model.inputs, strict);
    const auto rows = model.inputs.code(std::move(given.examples));
    auto answers = answers_for(model, rows);
    if (watch) watch->add(model, rows, answers);
    for (std::size_t row = 0; row < answers.size(); ++row) {
        auto& answer = answers[row].as_object();
        const auto& notes = given.notes[row];
        if (!notes.unknown.empty()) answer["unknown"] = list_of(notes.unknown);
        if (!notes.unknown_values.empty()) answer["unknown_values"] = list_of(notes.unknown_values);
        if (!notes.left_out.empty()) answer["left_out"] = list_of(notes.left_out);
    }
    return answers;
}

RecordPredictions::RecordPredictions(
    base::Database& database,
    const schema::Blobs& blobs,
    const LoadedModel& model
)
    : model_(model), store_(database, blobs) {
    store_.use_fixes(model.predictor.preparation().uses_fixes());
    store_.leave_out(model.label_in_text);
    store_.choose_columns(model.inputs.columns());
    store_.choose_pictures(model.inputs.pictures());
    store_.choose_fields(model.inputs.fields());
}

RecordPredictions::RecordPredictions(
    base::Database& database,
    const schema::Blobs& blobs,
    const LoadedModel& model,
    const std::string& where
)
    : RecordPredictions(database, blobs, model) {
    items_ = store_.matching_items(
        model.info.source_id, schema::Filter::parse(where), std::numeric_limits<std::size_t>::max()
    );
}

training::Examples RecordPredictions::rows_of(const std::vector<training::Item>& some) const {
    return store_.load(some, {});
}

json::array RecordPredictions::of(std::size_t first, std::size_t count) const {
    if (first >= items_.size()) return {};
    auto from = items_.begin() + static_cast<std::ptrdiff_t>(first);
    return of_items(
        {from, from + static_cast<std::ptrdiff_t>(std::min(count, items_.size() - first))}
    );
}

json::array RecordPredictions::of_items(const std::vector<training::Item>& some) const {
    if (some.empty()) return {};
    const auto rows = store_.load(some, {});
    auto answers = answers_for(model_, rows);
    if (watch_) watch_->add(model_, model_.inputs.align(rows), answers);
    json::array keyed;
    for (std::size_t i = 0; i < some.size(); ++i) {
        json::object line{{"key", some[i].id.key}};
        for (const auto& member : answers[i].as_object()) line[member.key()] = member.value();
        keyed.push_back(std::move(line));
    }
    return keyed;
}

}  // namespace service
