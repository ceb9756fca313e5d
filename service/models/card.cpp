// A card is put together from what is stored: nothing in it is written down twice. What is to be
// minded is said of itself (no test part, few rows of a class, licences unknown), so that a card is
// no advertisement.
#include "service/models/card.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "service/learn/errors.hpp"
#include "training/answers/answer_model.hpp"
#include "training/registry/run_key.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace service {

namespace json = boost::json;

const base::Settings<ModelVersion> ModelVersion::settings{
    {"model", &ModelVersion::model, "its name", {.required = true}},
    {"version",
     &ModelVersion::version,
     "instead of the one in production or the newest",
     {.low = 0}},
};

const base::Settings<EditModel> EditModel::settings{
    {"model", &EditModel::model, "its name", {.required = true}},
    {"version", &EditModel::version, "instead of the one in production or the newest", {.low = 0}},
    {"intended_use", &EditModel::intended_use, "what it is for, and for whom"},
    {"known_limits", &EditModel::known_limits, "where it is not to be used"},
};

namespace {

std::optional<double> number_of(const json::object& at, const char* name) {
    const auto* value = at.if_contains(name);
    if (!value || !value->is_number()) return std::nullopt;
    return value->to_number<double>();
}

// Of the test part, or of validation if there is none.
void add_classes(const json::object& analysis, ModelCard& card) {
    for (const char* part : {"test", "validation"}) {
        const auto* report = analysis.if_contains(part);
        const auto* classes =
            report && report->is_object() ? report->as_object().if_contains("classes") : nullptr;
        if (!classes && report && report->is_object())
            classes = report->as_object().if_contains("parts");
        if (!classes || !classes->is_array()) continue;
        for (const auto& one : classes->as_array()) {
            const auto& at = one.as_object();
            CardClass found;
            found.name = at.at("name").as_string();
            found.precision = number_of(at, "precision");
            found.recall = number_of(at, "recall");
            found.f1 = number_of(at, "f1");
            found.support = static_cast<std::int64_t>(number_of(at, "support").value_or(0));
            card.classes.push_back(std::move(found));
        }
        return;
    }
}

// Slices are known of models of classes only.
void add_slices(Work& work, const training::RunInfo& run, ModelCard& card) {
    if (card.classes.empty()) return;
    try {
        AnalyseErrors asked;
        asked.run = run.id;
        asked.slices = true;
        for (const auto& slice : find_errors_of(work, asked).slices) {
            if (card.slices.size() == 10) break;
            card.slices.push_back(
                {slice.slice,
                 static_cast<std::int64_t>(slice.rows),
                 slice.rate,
                 slice.low,
                 slice.high}
            );
        }
    } catch (const base::Error& why) {
        card.limits.push_back(fmt::format("slices were not looked for: {}", why.what()));
    }
}

void add_limits(ModelCard& card) {
    constexpr std::int64_t few = 30;
    const bool tested = std::any_of(card.metrics.begin(), card.metrics.end(), [](const auto& m) {
        return m.split == 2;
    });
    if (!tested) card.limits.emplace_back("it was not judged on a test part");
    for (const auto& one : card.classes)
        if (one.support < few)
            card.limits.push_back(fmt::format(
                "class '{}' has {} held-out records: its figures are rough", one.name, one.support
            ));
    if (card.rights.denied > 0)
        card.limits.push_back(
            fmt::format("{} members are of sites that forbid training now", card.rights.denied)
        );
    for (const auto& limit : card.data.limits) card.limits.push_back(limit);
    if (!card.golden.holds)
        card.limits.push_back("its golden predictions do not come out again: " + card.golden.told);
    if (card.about.intended_use.empty())
        card.limits.emplace_back("nobody said what it is for: see 'tilth model edit'");
}

std::string percent_or_none(const std::optional<double>& share) {
    return share ? fmt::format("{:.3f}", *share) : "–";
}

// What would break a table or make a heading stays in its place.
std::string cell(std::string text) {
    for (char& c : text)
        if (c == '\n' || c == '\r' || c == '|') c = ' ';
    return text;
}

void write_figures(const ModelCard& card, std::string& out) {
    constexpr const char* parts[] = {"training", "validation", "test"};
    out += "\n## Figures\n\n| part | metric | value | 95 % interval |\n|---|---|---|---|\n";
    for (const auto& metric : card.metrics)
        out += fmt::format(
            "| {} | {} | {} | {} |\n",
            parts[metric.split],
            metric.name,
            metric.value ? fmt::format("{:.4f}", *metric.value) : "–",
            metric.low ? fmt::format("{:.4f} to {:.4f}", *metric.low, *metric.high) : ""
        );
    if (!card.classes.empty()) {
        out += "\n| class | precision | recall | F1 | held-out records |\n|---|---|---|---|---|\n";
        for (const auto& one : card.classes)
            out += fmt::format(
                "| {} | {} | {} | {} | {} |\n",
                cell(one.name),
                percent_or_none(one.precision),
                percent_or_none(one.recall),
                percent_or_none(one.f1),
                one.support
            );
    }
    if (!card.slices.empty()) {
        out +=
            "\nWorse than the rest beyond chance:\n\n| slice | records | error rate | 95 % "
            "interval |\n|---|---|---|---|\n";
        for (const auto& one : card.slices)
            out += fmt::format(
                "| {} | {} | {:.3f} | {:.3f} to {:.3f} |\n",
                cell(one.slice),
                one.rows,
                one.rate,
                one.low,
                one.high
            );
    }
}

}  // namespace

ModelCard card_of_model(Work& work, const ModelVersion& request) {
    const auto info = training::require_model(work.tx, request.model, request.version);
    const auto run = training::require_run(work.tx, info.run_id);
    const auto snapshot = training::require_snapshot(work.tx, info.snapshot);
    const auto labels = training::labels_of(work.tx, run.id);
    ModelCard card;
    card.name = info.name;
    card.version = info.version;
    card.stage = info.stage;
    card.kind = info.kind;
    card.created_at = info.created_at;
    card.code_version = run.code_version;
    card.run_key = labels.run_key;
    card.artefact_sha256 = info.artefact_sha256;
    card.run = run.id;
    card.seed = run.seed;
    card.about = training::about_model(work.tx, info.name, info.version);
    card.data = training::card_of(work.tx, snapshot);
    card.rights = training::rights_of(work.tx, snapshot);
    card.metrics = run_line(run, training::metrics_of(work.tx, run.id), labels).metrics;
    const auto analysis = json::parse(run.analysis).as_object();
    if (const auto* params = analysis.if_contains("params"))
        card.parameters.text = json::serialize(*params);
    card.learnt = training::told_of_rows(run.spec);
    add_classes(analysis, card);
    add_slices(work, run, card);
    card.golden = check_golden(work, load_model(work.tx, work.here.blobs, info.name, info.version));
    if (const auto tested = training::last_test_result(work.tx, info.name, info.version)) {
        card.tests_passed = tested->passed;
        card.tested_at = tested->tested_at;
    }
    if (const auto* kind = training::answer_kind(snapshot.kind); kind && !kind->limits.empty())
        card.limits.emplace_back(kind->limits);
    add_limits(card);
    return card;
}

std::string card_markdown(const ModelCard& card) {
    std::string out = fmt::format(
        "# Model {}, version {}\n\n{} in stage {}, made {} by run {} of tilth {}, seed {}.\n",
        card.name,
        card.version,
        card.kind,
        base::name_of(card.stage),
        card.created_at,
        card.run,
        card.code_version,
        card.seed
    );
    out += fmt::format("Artefact {}.\n", card.artefact_sha256);
    if (!card.run_key.empty()) out += fmt::format("Run key {}.\n", card.run_key);
    if (!card.parameters.text.empty()) out += fmt::format("Parameters {}.\n", card.parameters.text);
    for (const auto& told : card.learnt) out += fmt::format("Note: {}.\n", told);
    const auto& use = card.about.intended_use;
    out += "\n## Intended use\n\n" + (use.empty() ? "Nobody said." : use) + "\n";
    if (!card.about.known_limits.empty())
        out += "\n## Where it is not to be used\n\n" + card.about.known_limits + "\n";
    out += "\n## Limits\n\n";
    for (const auto& limit : card.limits) out += "- " + limit + "\n";
    if (card.limits.empty()) out += "None that the program knows of.\n";
    write_figures(card, out);
    out += fmt::format("\n## Checks\n\nGolden predictions: {}.\n", card.golden.told);
    out += card.tests_passed ? fmt::format(
                                   "Tests of its behaviour {} on {}.\n",
                                   *card.tests_passed ? "passed" : "failed",
                                   card.tested_at
                               )
                             : "Its behaviour was not tested.\n";
    out += "\n## Data\n\n";
    // Its headings are of the third level here.
    auto data = training::card_markdown(card.data);
    for (std::size_t at = 0; at != data.npos; at = data.find("\n#", at)) {
        at += at == 0 ? 0 : 1;
        if (data[at] != '#') break;
        const auto level = data.find_first_not_of('#', at) - at;
        data.replace(at, level, "###");
    }
    return out + data;
}

ModelNoted edit_model(Work& work, const EditModel& request) {
    const auto info = training::require_model(work.tx, request.model, request.version);
    auto about = training::about_model(work.tx, info.name, info.version);
    if (request.intended_use) about.intended_use = *request.intended_use;
    if (request.known_limits) about.known_limits = *request.known_limits;
    training::set_about(work.tx, info.name, info.version, about);
    return {info.name, info.version, about};
}

}  // namespace service
