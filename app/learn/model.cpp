// `tilth model`: list, show, promote, export and predict. Predictions of lines go in batches of a
// thousand, because a model's features are computed for many rows at once; a line that is no JSON
// object is answered in its place, and the next ones go on.
#include <iostream>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "service/models/models.hpp"
#include "service/models/predict.hpp"

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
    command.add_option("--out", *out, "NAME.tilth")->type_name("FILE");
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

// What is wrong with one of several lines is answered in its place.
void predict_each(
    const service::LoadedModel& model,
    const json::array& inputs,
    std::size_t first_line,
    bool strict
) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        try {
            print_json(service::predictions_for(model, {inputs[i]}, strict).at(0));
        } catch (const base::UsageError& error) {
            std::string_view why(error.what());
            why.remove_prefix(std::min(why.size(), std::string_view("input 1").size()));
            print_json(json::object{{"error", fmt::format("line {}{}", first_line + i, why)}});
        }
    }
}

void predict_lines(const service::LoadedModel& model, bool strict) {
    json::array inputs;
    std::size_t first_line = 1;
    auto flush = [&] {
        try {
            for (const auto& answer : service::predictions_for(model, inputs, strict))
                print_json(answer);
        } catch (const base::UsageError&) {
            predict_each(model, inputs, first_line, strict);
        }
        inputs.clear();
    };
    std::string line;
    for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
        if (line.find_first_not_of(" \t\r") == line.npos) {
            flush();  // so that the lines of a batch follow each other
            continue;
        }
        boost::system::error_code error;
        auto value = json::parse(line, error);
        if (error || !value.is_object()) {
            flush();
            print_json(json::object{{"error", fmt::format("line {}: no JSON object", number)}});
            continue;
        }
        if (inputs.empty()) first_line = number;
        inputs.push_back(std::move(value));
        if (inputs.size() == lines_at_once) flush();
    }
    flush();
}

// All that a condition holds for: a batch knows no parts.
void predict_records(
    service::Context& context,
    const service::LoadedModel& model,
    const std::string& where
) {
    service::RecordPredictions records(context.database(), context.blobs(), model, where);
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
        auto loaded = context.database().call([&](base::Tx& tx) {
            return service::load_model(tx, context.blobs(), request.model, request.version);
        });
        if (request.where) {
            predict_records(context, loaded, *request.where);
        } else {
            predict_lines(loaded, request.strict);
        }
    });
}

}  // namespace

void add_model(CLI::App& cli, service::Context& context) {
    auto* model = cli.add_subcommand("model", "Trained models");
    model->require_subcommand(1);
    add_verb<service::list_models>(*model, context, "model list", {}, show_list);
    add_verb<service::show_model>(
        *model, context, "model show", {.positionals = {{"model", "NAME"}}}, show_one
    );
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
