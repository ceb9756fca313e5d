// Judges only rows that the model has not learnt from: on training rows every model looks good, and
// a wrong label that was learnt by heart looks right. Validation and test are taken together, for
// slices need many rows.
#include "training/analysis/judged_run.hpp"

#include <cmath>
#include <unordered_map>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "base/text/utf8.hpp"
#include "training/labels/part_labels.hpp"
#include "training/models/label_sets.hpp"
#include "training/preparation/preparation_store.hpp"
#include "training/snapshots/label_copies.hpp"
#include "training/snapshots/member_store.hpp"

namespace training {

namespace {

namespace json = boost::json;

constexpr std::size_t snippet_length = 120;

std::string member_text(const json::object& object, const char* name) {
    const auto* found = object.if_contains(name);
    return found && found->is_string() ? std::string(found->as_string()) : std::string();
}

// As the run was fitted; what older runs did not note is as it is by default.
TrainSpec spec_of(const RunInfo& run, const json::object& asked, const json::object& found) {
    TrainSpec spec;
    spec.model = member_text(found, "kind").empty() ? run.kind : member_text(found, "kind");
    if (const auto* params = found.if_contains("params"); params && params->is_object())
        for (const auto& [name, value] : params->as_object())
            spec.params[name] = value.to_number<double>();
    if (const auto* features = asked.if_contains("features"))
        FeatureSpec::settings.read(base::Document::of(*features), spec.features);
    if (const auto loss = base::parse<Loss>(member_text(asked, "loss"))) spec.loss = *loss;
    if (const auto* quantile = asked.if_contains("quantile"))
        spec.quantile = quantile->to_number<double>();
    json::object decided;
    for (const auto& setting : DecisionSpec::settings.list()) {
        const auto name = setting.path.substr(0, setting.path.find_first_of(".["));
        if (const auto* given = asked.if_contains(name)) decided[name] = *given;
    }
    DecisionSpec::settings.read(base::Document::of(decided), spec.decision);
    spec.seed = run.seed;
    return spec;
}

}  // namespace

LoadedRun load_run(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    std::int64_t run_id
) {
    RunInfo run;
    std::string artefact;
    SnapshotInfo snapshot;
    PreparationVersion recipe;
    json::object asked, found;
    database.call([&](base::Tx& tx) {
        run = require_run(tx, run_id);
        artefact = artefact_of_run(tx, blobs, run_id);
        snapshot = require_snapshot(tx, run.snapshot);
        asked = json::parse(run.spec).as_object();
        found = json::parse(run.analysis).as_object();
        if (const auto* version = asked.if_contains("preparation"))
            recipe = require_preparation(tx, run.source_id, version->to_number<int>());
    });
    LoadedRun loaded{
        database,
        std::move(run),
        std::move(snapshot),
        Predictor::load(artefact),
        ExampleStore(database, blobs, decode),
        {member_text(asked, "target"), member_text(asked, "weight")},
        {},
        {},
        0,
        {}};
    const auto& predictor = loaded.predictor;
    if (predictor.finder())
        throw base::Error(
            fmt::format("run {}", run_id),
            "has no labels that it could get wrong",
            "choose a run that learnt labels"
        );
    loaded.spec = spec_of(loaded.run, asked, found);
    loaded.left_out = label_columns(loaded.snapshot);
    if (const auto* copies = found.if_contains("label_columns"); copies && copies->is_array())
        for (const auto& name : copies->as_array()) loaded.left_out.emplace_back(name.as_string());
    loaded.spec.preparation = Preparation::parse(recipe.operations)
                                  .without_column(loaded.apart.target)
                                  .without_column(loaded.apart.weight);
    for (const auto& name : loaded.left_out)
        loaded.spec.preparation = loaded.spec.preparation.without_column(name);
    if (const auto* rows = found.if_contains("rows"))
        loaded.training_rows = rows->to_number<std::size_t>();
    auto& store = loaded.store;
    store.use_fixes(loaded.predictor.preparation().uses_fixes());
    // As it was trained: spans count the characters of whole texts.
    if (!predictor.reads_whole_texts()) store.leave_out(label_in_text(loaded.snapshot));
    store.choose_columns(store.columns_of(loaded.snapshot.id, loaded.snapshot.source_id));
    if (const auto& inputs = loaded.predictor.inputs()) {
        store.choose_pictures(inputs->pictures());
        store.choose_fields(inputs->fields());
    }
    if (predictor.answers())
        loaded.question =
            database.call([&](base::Tx& tx) { return asked_question(tx, loaded.snapshot); });
    return loaded;
}

RunRows rows_of_parts(const LoadedRun& loaded, std::initializer_list<int> parts) {
    RunRows rows;
    for (int part : parts) {
        auto items = loaded.store.split_items(loaded.snapshot.id, part);
        rows.parts.insert(rows.parts.end(), items.size(), part);
        rows.items.insert(rows.items.end(), items.begin(), items.end());
    }
    rows.examples = loaded.store.load(rows.items, loaded.predictor.class_names(), loaded.apart);
    drop_columns(rows.examples, loaded.left_out);
    auto known = rows.items.size();
    if (loaded.predictor.predicts_sets())
        give_sets(rows.examples, rows.items);
    else if (loaded.predictor.predicts_spans())
        give_spans(loaded.store, fields_marked(rows.items), rows.examples, rows.items);
    else if (loaded.question)
        give_answers(*loaded.question, rows.examples, rows.items);
    else
        known = loaded.predictor.predicts_classes() ? rows.examples.classes.size()
                                                    : rows.examples.targets.size();
    if (known != rows.items.size())
        throw base::Error(
            fmt::format("run {}", loaded.run.id),
            "its records have not all what it predicts, so that nothing says what is wrong",
            "choose a run whose snapshot has labels of all members"
        );
    std::unordered_map<std::string, double> sure;
    each_member(loaded.database, loaded.snapshot.id, [&](const SnapshotMember& member) {
        if (member.probability && *member.probability < 1)
            sure.emplace(member.key, *member.probability);
    });
    if (!sure.empty())
        for (const auto& item : rows.items) {
            const auto at = sure.find(item.id.key);
            rows.reliability.push_back(at == sure.end() ? std::nan("") : at->second);
        }
    return rows;
}

RowErrors judge_rows(const LoadedRun& loaded, const RunRows& rows) {
    RowErrors out;
    if (rows.items.empty()) return out;
    if (loaded.predictor.predicts_spans()) {
        out.spans = judge_spans(loaded.predictor, rows.examples);
        for (const auto& text : out.spans)
            out.errors.push_back(span_error(text.said.bare(), text.truth));
        return out;
    }
    if (loaded.predictor.answers()) {
        auto judged =
            loaded.predictor.judge_answers(rows.examples, {.figures = false, .parts = true});
        out.errors = std::move(judged.errors);
        out.said = std::move(judged.said);
        out.probable = std::move(judged.probable);
        out.boxes = std::move(judged.boxes);
        return out;
    }
    out.predicted = loaded.predictor.predict(rows.examples);
    if (loaded.predictor.predicts_sets()) {
        const auto classes = rows.examples.class_names.size();
        out.sets = decide_sets(out.predicted, loaded.predictor.thresholds());
        for (std::size_t row = 0; row < rows.items.size(); ++row) {
            double wrong = 0;
            for (auto at = row * classes; at < (row + 1) * classes; ++at)
                wrong += out.sets[at] != rows.examples.marks[at] ? 1 : 0;
            out.errors.push_back(wrong / static_cast<double>(classes));
        }
        return out;
    }
    if (!loaded.predictor.predicts_classes()) {
        for (std::size_t row = 0; row < rows.items.size(); ++row)
            out.errors.push_back(std::pow(out.predicted[row] - rows.examples.targets[row], 2));
        return out;
    }
    out.decided = loaded.predictor.decide(out.predicted);
    for (std::size_t row = 0; row < rows.items.size(); ++row)
        out.errors.push_back(out.decided[row] == rows.examples.classes[row] ? 0 : 1);
    return out;
}

std::string set_text(std::span<const std::uint8_t> marks, const std::vector<std::string>& names) {
    std::string out;
    for (std::size_t c = 0; c < names.size(); ++c)
        if (marks[c]) out += (out.empty() ? "" : ", ") + names[c];
    return out.empty() ? "none" : out;
}

std::string label_text(const Examples& examples, std::size_t row) {
    const auto& names = examples.class_names;
    if (examples.has_classes()) return names.at(static_cast<std::size_t>(examples.classes[row]));
    if (examples.has_sets())
        return set_text(std::span(examples.marks).subspan(row * names.size(), names.size()), names);
    if (examples.has_spans()) {
        const auto spans = examples.spans[row].size();
        return fmt::format("{} span{}", spans, spans == 1 ? "" : "s");
    }
    if (examples.has_answers())
        return std::string(base::cut_at_character(examples.answers[row], snippet_length));
    return {};
}

std::string snippet_of(const Examples& examples, std::size_t row) {
    if (examples.text.empty()) return {};
    const auto& text = examples.text[row];
    const auto& whole = text.title.empty() ? text.body : text.title;
    std::string snippet(base::cut_at_character(whole, snippet_length));
    for (char& c : snippet)
        if (static_cast<unsigned char>(c) < ' ') c = ' ';
    return snippet;
}

}  // namespace training
