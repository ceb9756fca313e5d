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
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "schema/select/filter.hpp"
#include "service/models/predict.hpp"
#include "training/snapshots/example_store.hpp"

namespace app {

namespace json = boost::json;

namespace {

constexpr std::size_t lines_at_once = 1000;

json::object to_json(const training::ModelInfo& model) {
    return {
        {"name", model.name},
        {"version", model.version},
        {"stage", model.stage},
        {"model", model.kind},
        {"run", model.run_id},
        {"snapshot", model.snapshot},
        {"project", model.project},
        {"artefact_sha256", model.artefact_sha256}};
}

void list(CLI::App& model, service::Context& context) {
    model.add_subcommand("list", "All models and their stages")->callback([&context] {
        Table table({"model", "version", "stage", "kind", "run", "snapshot"});
        context.database().call([&](base::Tx& tx) {
            for (const auto& one : training::list_models(tx)) {
                if (context.json) {
                    print_json(to_json(one));
                } else {
                    table.add(
                        {one.name,
                         std::to_string(one.version),
                         one.stage,
                         one.kind,
                         std::to_string(one.run_id),
                         one.snapshot}
                    );
                }
            }
        });
        if (!context.json) table.print();
    });
}

void show(CLI::App& model, service::Context& context) {
    auto name = std::make_shared<std::string>();
    auto* verb =
        model.add_subcommand("show", "The version in use: where it comes from and what it sees");
    verb->add_option("NAME", *name)->required();
    verb->callback([name, &context] {
        auto loaded = service::load_model(context.database(), context.blobs(), *name);
        auto object = to_json(loaded.info);
        object["summary"] = json::parse(loaded.predictor.summary());
        json::array classes(
            loaded.predictor.class_names().begin(), loaded.predictor.class_names().end()
        );
        object["classes"] = classes;
        if (context.json) {
            print_json(object);
            return;
        }
        for (const auto& item : object)
            print_line(fmt::format(
                "{}: {}",
                std::string(item.key()),
                item.value().is_string() ? std::string(item.value().as_string())
                                         : json::serialize(item.value())
            ));
    });
}

void promote(CLI::App& model, service::Context& context) {
    struct Options {
        std::string name, stage;
        int version = 0;
    };
    auto options = std::make_shared<Options>();
    auto* verb = model.add_subcommand("promote", "Put a version into a stage");
    verb->add_option("NAME", options->name)->required();
    verb->add_option("VERSION", options->version)->required();
    verb->add_option("STAGE", options->stage, "candidate, staging, production or retired")
        ->required();
    verb->callback([options, &context] {
        context.database().call([&](base::Tx& tx) {
            training::promote(tx, options->name, options->version, options->stage);
        });
        if (context.json) {
            print_json(json::object{
                {"name", options->name}, {"version", options->version}, {"stage", options->stage}});
        } else {
            print_line(fmt::format(
                "model '{}' version {} is in {}", options->name, options->version, options->stage
            ));
        }
    });
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
    list(*model, context);
    show(*model, context);
    promote(*model, context);
    export_model(*model, context);
    predict_verb(*model, context);
}

}  // namespace app
