// Predictions see what training saw: the same preparation, fixes and columns, by the model's own
// artefact. An input that lacks a column has it missing, as a record would.
#include "service/models/predict.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "schema/select/filter.hpp"
#include "schema/sources/source_store.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace service {

namespace json = boost::json;

namespace {

std::string text_in(const json::object& input, std::string_view key) {
    const auto* found = input.if_contains(key);
    return found && found->is_string() ? std::string(found->as_string()) : std::string();
}

// Members of an input that the model makes nothing of. Throws base::UsageError if that is all of
// it.
json::array unknown_in(const json::object& input, const LoadedModel& model, std::size_t place) {
    json::array unknown;
    std::string known = "title, body, text";
    for (const auto& column : model.columns) known += ", " + column.name;
    for (const auto& [key, value] : input) {
        bool is_text = key == "title" || key == "body" || key == "text";
        bool is_column = std::any_of(
            model.columns.begin(),
            model.columns.end(),
            [key = std::string_view(key)](const auto& column) { return key == column.name; }
        );
        if (!is_text && !is_column) unknown.emplace_back(key);
    }
    if (!input.empty() && unknown.size() == input.size())
        throw base::UsageError(
            fmt::format("input {}", place + 1),
            "has no member that the model knows",
            "known: " + known
        );
    return unknown;
}

double number_in(const json::object& input, const schema::Column& column, std::size_t place) {
    const auto* found = input.if_contains(column.name);
    if (!found || found->is_null()) return std::numeric_limits<double>::quiet_NaN();
    boost::system::error_code error;
    auto value =
        found->is_bool() ? (found->as_bool() ? 1.0 : 0.0) : found->to_number<double>(error);
    if (error)
        throw base::UsageError(
            fmt::format("input {}", place + 1),
            fmt::format("'{}' is no number", column.name),
            "give a number or null"
        );
    return value;
}

json::array answers_for(const LoadedModel& model, const training::Examples& examples) {
    json::array answers;
    auto predicted = model.predictor.predict(examples);
    const auto& names = model.predictor.class_names();
    if (!model.predictor.predicts_classes()) {
        for (double value : predicted) answers.push_back(json::object{{"value", value}});
        return answers;
    }
    auto decided = training::decide(predicted, names.size());
    for (std::size_t row = 0; row < examples.rows; ++row) {
        json::object probabilities;
        for (std::size_t c = 0; c < names.size(); ++c)
            probabilities[names[c]] = predicted[row * names.size() + c];
        auto chosen = static_cast<std::size_t>(decided[row]);
        answers.push_back(json::object{
            {"class", names[chosen]},
            {"probability", predicted[row * names.size() + chosen]},
            {"probabilities", probabilities}});
    }
    return answers;
}

}  // namespace

namespace {

LoadedModel loaded(base::Tx& tx, const schema::Blobs& blobs, const training::ModelInfo& info) {
    auto artefact = training::artefact_of_run(tx, blobs, info.run_id);
    return {
        info,
        training::Predictor::load(artefact),
        schema::latest_columns(tx, info.source_id),
        training::label_in_text(training::require_snapshot(tx, info.snapshot))};
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

json::array predictions_for(const LoadedModel& model, const json::array& inputs) {
    training::Examples examples;
    examples.rows = inputs.size();
    examples.columns = model.columns;
    std::vector<json::array> unknown;
    for (std::size_t row = 0; row < inputs.size(); ++row) {
        if (!inputs[row].is_object())
            throw base::UsageError(
                fmt::format("input {}", row + 1),
                "is no JSON object",
                "give {\"title\": .., \"body\": ..}"
            );
        const auto& input = inputs[row].as_object();
        unknown.push_back(unknown_in(input, model, row));
        auto body = text_in(input, "body");
        examples.text.push_back(
            {text_in(input, "title"), body.empty() ? text_in(input, "text") : body}
        );
        for (const auto& column : model.columns)
            examples.numeric.push_back(number_in(input, column, row));
    }
    auto answers = answers_for(model, examples);
    for (std::size_t row = 0; row < answers.size(); ++row)
        if (!unknown[row].empty()) answers[row].as_object()["unknown"] = std::move(unknown[row]);
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

json::array RecordPredictions::of(std::size_t first, std::size_t count) const {
    if (first >= items_.size()) return {};
    auto from = items_.begin() + static_cast<std::ptrdiff_t>(first);
    return of_items(
        {from, from + static_cast<std::ptrdiff_t>(std::min(count, items_.size() - first))}
    );
}

json::array RecordPredictions::of_items(const std::vector<training::Item>& some) const {
    if (some.empty()) return {};
    auto answers = answers_for(model_, store_.load(some, {}));
    json::array keyed;
    for (std::size_t i = 0; i < some.size(); ++i) {
        json::object line{{"key", some[i].id.key}};
        for (const auto& member : answers[i].as_object()) line[member.key()] = member.value();
        keyed.push_back(std::move(line));
    }
    return keyed;
}

}  // namespace service
