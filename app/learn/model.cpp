// `tilth model`: list, show, promote, export and predict. Predictions of lines go in batches of a
// thousand, because a model's features are computed for many rows at once; a line that is no JSON
// object is answered in its place, and the next ones go on.
#include <iostream>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/learn/model_test.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/time/time.hpp"
#include "service/models/card.hpp"
#include "service/models/drift.hpp"
#include "service/models/models.hpp"
#include "service/models/predict.hpp"
#include "service/models/watch.hpp"

namespace app {

namespace json = boost::json;

namespace {

constexpr std::size_t lines_at_once = 1000;

void show_list(const service::Page<service::Model>& page) {
    Table table({"model", "version", "stage", "kind", "run", "snapshot"});
    for (const auto& one : page.items)
        table.add(
            {one.name,
             std::to_string(one.version),
             std::string(base::name_of(one.stage)),
             one.kind,
             std::to_string(one.run_id),
             one.snapshot}
        );
    table.print();
    if (page.next) print_line("more: --after " + *page.next);
}

void show_model_versions(const service::Page<service::ModelVersionItem>& page) {
    Table table({"version", "stage", "kind", "run", "snapshot", "made", "tests"});
    for (const auto& one : page.items)
        table.add(
            {std::to_string(one.version),
             std::string(base::name_of(one.stage)),
             one.kind,
             std::to_string(one.run_id),
             one.snapshot,
             one.created_at,
             !one.tests_passed   ? ""
             : *one.tests_passed ? "passed"
                                 : "failed"}
        );
    table.print();
}

void show_one(const service::ModelDetail& one) {
    print_line(fmt::format(
        "model '{}' version {}: {}, {}, of run {} on snapshot {}",
        one.name,
        one.version,
        base::name_of(one.stage),
        one.kind,
        one.run_id,
        one.snapshot
    ));
    print_line("project: " + one.project);
    print_line("artefact: " + one.artefact_sha256);
    if (!one.classes.empty()) print_line(fmt::format("classes: {}", fmt::join(one.classes, ", ")));
    print_line("summary: " + one.summary.text);
    for (const auto& past : one.promotions)
        print_line(fmt::format(
            "{}: version {} put into {} by {}{}",
            past.promoted_at,
            past.version,
            base::name_of(past.stage),
            past.promoted_by,
            past.forced ? ", by force: " + *past.forced : ""
        ));
    print_line("golden predictions: " + one.golden.told);
    if (!one.about.intended_use.empty()) print_line("intended use: " + one.about.intended_use);
    if (!one.about.known_limits.empty()) print_line("known limits: " + one.about.known_limits);
    if (one.tests_passed)
        print_line(fmt::format("tests of its behaviour {}", *one.tests_passed ? "passed" : "failed")
        );
}

// --card: the card instead.
void show_model(CLI::App& model, service::Context& context) {
    auto card = std::make_shared<bool>(false);
    auto& command = add_command(model, "model show");
    Flags<service::ModelName> flags(command, {.positionals = {{"model", "NAME"}}});
    command.add_flag("--card", *card, "Its model card");
    on_command(command, [card, flags, &context] {
        const auto request = flags.read();
        if (*card) {
            const auto found = ask<service::card_of_model>(context, {request.model, 0});
            if (context.json) return print_answer(base::Answer(found));
            return print_line(service::card_markdown(found));
        }
        const auto found = ask<service::show_model>(context, request);
        if (context.json) return print_answer(base::Answer(found));
        show_one(found);
    });
}

void show_drift(const service::ModelDrift& found) {
    print_line(fmt::format(
        "model '{}' version {}: {} predictions, {:.1f} % without an answer (of held-out rows "
        "{:.1f} "
        "%), {} unknown values of categories",
        found.name,
        found.version,
        grouped(static_cast<std::uint64_t>(found.predictions)),
        found.abstained * 100,
        found.abstained_before * 100,
        found.unknown_values
    ));
    Table columns({"column", "verdict", "PSI", "KS", "missing before", "missing now"});
    for (const auto& one : found.columns)
        columns.add(
            {one.column,
             one.verdict,
             fmt::format("{:.3f}", one.psi),
             fmt::format("{:.3f}", one.ks),
             fmt::format("{:.1f} %", one.missing_before * 100),
             fmt::format("{:.1f} %", one.missing_after * 100)}
        );
    columns.print();
    Table windows({"hour", "predictions", "without answer", "furthest column", "PSI", "alarm"});
    for (const auto& one : found.windows)
        windows.add(
            {base::rfc3339(one.started_at),
             std::to_string(one.predictions),
             std::to_string(one.abstained),
             one.worst,
             fmt::format("{:.3f}", one.psi),
             one.alarmed ? "given" : ""}
        );
    windows.print();
}

void show_noted(const service::ModelNoted& now) {
    print_line(fmt::format("model '{}' version {} is noted", now.name, now.version));
}

void show_promoted(const service::Promoted& now) {
    print_line(fmt::format(
        "model '{}' version {} is in {}", now.name, now.version, base::name_of(now.stage)
    ));
    if (now.evidence) print_line(now.evidence->note);
    if (now.forced) print_line("by force: " + *now.forced);
}

void export_model(CLI::App& model, service::Context& context) {
    auto out = std::make_shared<std::string>();
    auto& command = add_command(model, "model export");
    Flags<service::ExportModel> flags(command, {.positionals = {{"model", "NAME"}}});
    command.add_option("--out", *out, "NAME.tilth, NAME.onnx")->type_name("FILE");
    on_command(command, [out, flags, &context] {
        auto artefact = ask<service::export_model>(context, flags.read());
        auto path = out->empty() ? artefact.name : *out;
        write_file(path, [&](std::ostream& file) { file << artefact.bytes; });
        if (context.json) {
            print_json(json::object{{"file", path}, {"bytes", artefact.bytes.size()}});
        } else {
            print_line(fmt::format("{} ({} bytes)", path, artefact.bytes.size()));
        }
    });
}

// Lines that were read, and those of them that were refused.
struct LineCounts {
    std::size_t lines = 0, refused = 0;
};

// What is wrong with one of several lines is answered in its place.
void predict_each(
    const service::LoadedModel& model,
    const json::array& inputs,
    std::size_t first_line,
    bool strict,
    service::WatchedInputs& watched,
    LineCounts& counts
) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        try {
            print_json(service::predictions_for(model, {inputs[i]}, strict, &watched).at(0));
        } catch (const base::UsageError& error) {
            std::string_view why(error.what());
            why.remove_prefix(std::min(why.size(), std::string_view("input 1").size()));
            print_json(json::object{{"error", fmt::format("line {}{}", first_line + i, why)}});
            ++counts.refused;
        }
    }
}

LineCounts
predict_lines(const service::LoadedModel& model, bool strict, service::WatchedInputs& watched) {
    LineCounts counts;
    json::array inputs;
    std::size_t first_line = 1;
    auto flush = [&] {
        try {
            for (const auto& answer : service::predictions_for(model, inputs, strict, &watched))
                print_json(answer);
        } catch (const base::UsageError&) {
            predict_each(model, inputs, first_line, strict, watched, counts);
        }
        inputs.clear();
    };
    std::string line;
    for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
        if (line.find_first_not_of(" \t\r") == line.npos) {
            flush();  // so that the lines of a batch follow each other
            continue;
        }
        ++counts.lines;
        if (number == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);  // as editors write
        boost::system::error_code error;
        auto value = json::parse(line, error);
        if (error || !value.is_object()) {
            flush();
            print_json(json::object{{"error", fmt::format("line {}: no JSON object", number)}});
            ++counts.refused;
            continue;
        }
        if (inputs.empty()) first_line = number;
        inputs.push_back(std::move(value));
        if (inputs.size() == lines_at_once) flush();
    }
    flush();
    return counts;
}

// All that a condition holds for: a batch knows no parts.
void predict_records(
    service::Context& context,
    const service::LoadedModel& model,
    const std::string& where,
    service::WatchedInputs& watched
) {
    service::RecordPredictions records(context.database(), context.blobs(), model, where);
    records.watch(&watched);
    for (std::size_t from = 0; from < records.size(); from += lines_at_once)
        for (const auto& line : records.of(from, lines_at_once)) print_json(line);
}

void predict_verb(CLI::App& model, service::Context& context) {
    auto input = std::make_shared<std::string>();
    auto& command = add_command(model, "model predict");
    Flags<service::Predict> flags(
        command, {.positionals = {{"model", "NAME"}}, .without = {"inputs", "limit", "after"}}
    );
    command.add_option(
        "INPUT",
        *input,
        "- for JSON lines with title, body and columns by name, or as the source has its records"
    );
    on_command(command, [input, flags, &context] {
        auto request = flags.read();
        if (request.where.has_value() == (*input == "-"))
            throw base::UsageError(
                "model predict", "needs - or --batch WHERE, one of them", "see --help"
            );
        std::shared_ptr<const service::LoadedModel> loaded;
        service::run_locally(context.environment(), [&](service::Work& work) {
            loaded = service::serving_model(work, request.model, request.version);
        });
        service::WatchedInputs watched;
        LineCounts counts;
        if (request.where) {
            predict_records(context, *loaded, *request.where, watched);
        } else {
            counts = predict_lines(*loaded, request.strict, watched);
        }
        service::keep_watched(context.environment(), loaded->info, std::move(watched));
        service::run_locally(context.environment(), [](service::Work& work) {
            service::store_watched(work.tx, work.here, work.now, true);
        });
        if (counts.refused > 0)
            throw base::Error(
                "model predict",
                fmt::format("{} of {} lines were refused", counts.refused, counts.lines),
                "see \"error\" in their place; all others are answered"
            );
    });
}

}  // namespace

void add_model(CLI::App& cli, service::Context& context) {
    auto* model = cli.add_subcommand("model", "Trained models");
    model->require_subcommand(1);
    add_verb<service::list_models>(*model, context, "model list", {}, show_list);
    add_verb<service::list_versions>(
        *model, context, "model versions", {.positionals = {{"model", "NAME"}}}, show_model_versions
    );
    show_model(*model, context);
    add_verb<service::card_of_model>(
        *model,
        context,
        "model card",
        {.positionals = {{"model", "NAME"}}},
        [](const service::ModelCard& card) { print_line(service::card_markdown(card)); }
    );
    add_verb<service::find_model_drift>(
        *model, context, "model drift", {.positionals = {{"model", "NAME"}}}, show_drift
    );
    add_verb<service::edit_model>(
        *model, context, "model edit", {.positionals = {{"model", "NAME"}}}, show_noted
    );
    test_model(*model, context);
    add_verb<service::promote_model>(
        *model,
        context,
        "model promote",
        {.positionals = {{"model", "NAME"}, {"version", "VERSION"}, {"stage", "STAGE"}}},
        show_promoted
    );
    export_model(*model, context);
    predict_verb(*model, context);
}

}  // namespace app
