// Versions of a source's preparation, printed for people.
//
// An operation is shown as its name and, in JSON, what else was said of it: recipes are small, and
// each operation has settings of its own.
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/verbs.hpp"
#include "base/run/files.hpp"
#include "service/prepare/prepare.hpp"

namespace app {

namespace json = boost::json;

namespace {

const FlagOptions of_source{.positionals = {{"source", "SOURCE,--source"}}};

void show_version(const service::PreparationItem& version) {
    print_line(fmt::format(
        "preparation version {} of {} operations{}",
        version.version,
        version.operations.size(),
        version.note.empty() ? "" : ": " + version.note
    ));
    Table table({"", "operation", "settings"});
    for (std::size_t i = 0; i < version.operations.size(); ++i) {
        auto settings = version.operations[i].as_object();
        std::string op(settings.at("op").as_string());
        settings.erase("op");
        table.add({std::to_string(i + 1), op, settings.empty() ? "" : json::serialize(settings)});
    }
    table.print();
}

void show_versions(const service::Page<service::PreparationItem>& versions) {
    Table table({"version", "operations", "note", "by", "at"});
    for (const auto& one : versions.items)
        table.add(
            {std::to_string(one.version),
             std::to_string(one.operations.size()),
             one.note,
             one.made_by,
             one.made_at}
        );
    table.print();
}

void show_fitted(const service::FittedAnswer& fitted) {
    print_line(fmt::format(
        "version {} fitted on the training side of snapshot '{}'", fitted.version, fitted.snapshot
    ));
    Table table({"", "operation", "fitted"});
    for (std::size_t i = 0; i < fitted.operations.size(); ++i)
        table.add(
            {std::to_string(i + 1),
             std::string(fitted.operations[i].at("operation").at("op").as_string()),
             json::serialize(fitted.operations[i].at("fitted"))}
        );
    table.print();
}

void show_preview(const service::PreviewAnswer& preview) {
    print_line(fmt::format(
        "version {} on {} records of the training side", preview.version, preview.records
    ));
    Table table({"", "operation", "values changed"});
    for (std::size_t i = 0; i < preview.operations.size(); ++i)
        table.add(
            {std::to_string(i + 1),
             preview.operations[i].op,
             grouped(preview.operations[i].changed)}
        );
    table.print();
    for (const auto& row : preview.rows) {
        print_line(row.key);
        print_line("  before " + json::serialize(row.before));
        print_line("  after  " + json::serialize(row.after));
    }
}

void add_adding(CLI::App& prepare, service::Context& context) {
    auto& adding = add_command(prepare, "prepare add");
    Flags<service::AddPreparation> flags(
        adding, {.positionals = of_source.positionals, .without = {"recipe", "recipe_name"}}
    );
    auto file = std::make_shared<std::string>();
    adding.add_option("FILE", *file, "[[operation]] tables")->required()->type_name("FILE.toml");
    on_command(adding, [flags, file, &context] {
        service::AddPreparation request;
        flags.set(request);
        request.recipe = base::read_whole_file(*file);
        request.recipe_name = *file;
        auto made = ask<service::add_preparation>(context, request);
        if (context.json) return print_answer(base::Answer(made));
        show_version(made);
    });
}

}  // namespace

void add_prepare(CLI::App& cli, service::Context& context) {
    auto* prepare = cli.add_subcommand(
        "prepare", "Recorded operations on a source's records, for training, prediction and export"
    );
    prepare->require_subcommand(1);
    add_adding(*prepare, context);
    add_verb<service::undo_preparation>(*prepare, context, "prepare undo", of_source, show_version);
    add_verb<service::list_preparations>(
        *prepare, context, "prepare list", of_source, show_versions
    );
    add_verb<service::show_preparation>(*prepare, context, "prepare show", of_source, show_version);
    add_verb<service::apply_preparation>(
        *prepare, context, "prepare apply", of_source, show_fitted
    );
    add_verb<service::preview_preparation>(
        *prepare, context, "prepare preview", of_source, show_preview
    );
}

}  // namespace app
