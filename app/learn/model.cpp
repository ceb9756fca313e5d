// `tilth model`: list, show, promote, export and predict. Predictions of lines go in batches of a
// thousand, because a model's features are computed for many rows at once; a line that is no JSON
// object is answered in its place, and the next ones go on.
#include <fstream>
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
#include "schema/select/filter.hpp"
#include "service/models/models.hpp"
#include "service/models/predict.hpp"
#include "training/snapshots/example_store.hpp"

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
}

void show_promoted(const service::Promoted& now) {
    print_line(fmt::format(
        "model '{}' version {} is in {}", now.name, now.version, base::name_of(now.stage)
    ));
}

void export_model(CLI::App& model, service::Context& context) {
    struct Options {
        std::string name, format = "native", out;
    };
    auto options = std::make_shared<Options>();
    auto* verb = model.add_subcommand("export", "Write a model's artefact to a file");
    verb->add_option("NAME", options->name)->required();
    verb->add_option("--format", options->format, "native");
    verb->add_option("--out", options->out, "NAME.tilth");
    verb->callback([options, &context] {
        if (options->format != "native")
            throw base::UsageError(
                fmt::format("--format {}", options->format),
                "models cannot be written in it yet",
                "use native"
            );
        auto path = options->out.empty() ? options->name + ".tilth" : options->out;
        auto artefact = context.database().call([&](base::Tx& tx) {
            return training::artefact_of_run(
                tx, context.blobs(), training::require_model(tx, options->name).run_id
            );
        });
        std::ofstream out(path, std::ios::binary);
        out << artefact;
        out.flush();
        if (!out) throw base::Error(path, "cannot be written", "choose another --out");
        if (context.json) {
            print_json(json::object{{"file", path}, {"bytes", artefact.size()}});
        } else {
            print_line(fmt::format("{} ({} bytes)", path, artefact.size()));
        }
    });
}

void predict_lines(const service::LoadedModel& model) {
    json::array inputs;
    auto flush = [&] {
        for (const auto& answer : service::predict(model, inputs)) print_json(answer);
        inputs.clear();
    };
    std::string line;
    for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
        if (line.find_first_not_of(" \t\r") == line.npos) continue;
        boost::system::error_code error;
        auto value = json::parse(line, error);
        if (error || !value.is_object()) {
            flush();
            print_json(json::object{{"error", fmt::format("line {}: no JSON object", number)}});
            continue;
        }
        inputs.push_back(std::move(value));
        if (inputs.size() == lines_at_once) flush();
    }
    flush();
}

void predict_records(
    service::Context& context,
    const service::LoadedModel& model,
    const std::string& where
) {
    training::ExampleStore store(context.database(), context.blobs());
    store.use_fixes(model.predictor.preparation().uses_fixes());
    auto items = store.matching_items(
        model.info.source_id, schema::Filter::parse(where), std::numeric_limits<std::size_t>::max()
    );
    for (std::size_t from = 0; from < items.size(); from += lines_at_once) {
        std::vector<training::Item> some(
            items.begin() + static_cast<std::ptrdiff_t>(from),
            items.begin() +
                static_cast<std::ptrdiff_t>(std::min(items.size(), from + lines_at_once))
        );
        auto answers = service::predict(model, store.load(some, {}));
        for (std::size_t i = 0; i < some.size(); ++i) {
            auto object = answers[i].as_object();
            json::object line{{"key", some[i].id.key}};
            for (const auto& item : object) line[item.key()] = item.value();
            print_json(line);
        }
    }
}

void predict_verb(CLI::App& model, service::Context& context) {
    struct Options {
        std::string name, input, where;
        int version = 0;
    };
    auto options = std::make_shared<Options>();
    auto* verb = model.add_subcommand(
        "predict", "Predict for records of the source, or for JSON lines on standard input"
    );
    verb->add_option("NAME", options->name)->required();
    verb->add_option(
        "INPUT", options->input, "- for JSON lines with title, body and numeric columns"
    );
    verb->add_option(
            "--batch",
            options->where,
            "Records of the model's source that this condition holds for; '' for all"
    )
        ->type_name("WHERE");
    verb->add_option(
        "--version", options->version, "Instead of the one in production or the newest"
    );
    verb->callback([options, verb, &context] {
        bool batch = verb->count("--batch") > 0;
        if (batch == (options->input == "-"))
            throw base::UsageError(
                "model predict", "needs - or --batch WHERE, one of them", "see --help"
            );
        auto loaded = service::load_model(
            context.database(), context.blobs(), options->name, options->version
        );
        if (batch) {
            predict_records(context, loaded, options->where);
        } else {
            predict_lines(loaded);
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
