// What a labeling project asks: the file that it starts from, and changes of its classes.
//
// The classes of `label schema` stand as people say them: rename A B, merge A C --into D.
#include <iterator>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "base/run/files.hpp"
#include "base/time/time.hpp"
#include "service/labels/projects.hpp"
#include "service/labels/schema.hpp"
#include "service/labels/templates.hpp"

namespace app {

namespace {

const FlagOptions schema_of{.positionals = {{"project", "NAME"}}};

std::string class_list(const base::JsonText& names) {
    auto list = boost::json::value_to<std::vector<std::string>>(boost::json::parse(names.text));
    return fmt::format("{}", fmt::join(list, ", "));
}

std::string said(const labeling::SchemaLine& line) {
    auto from = class_list(line.from), to = class_list(line.to);
    auto text = std::string(base::name_of(line.action));
    if (!line.question.empty()) text += fmt::format(" in {}:", line.question);
    if (!from.empty()) text += " " + from;
    if (!to.empty()) text += (from.empty() ? " " : " -> ") + to;
    return text;
}

void show_change(const labeling::SchemaLine& line) {
    print_line(fmt::format(
        "{}: schema version {}; {} answers and {} labels changed, {} records wait again",
        said(line),
        line.version,
        line.answers,
        line.labels,
        line.queued
    ));
}

void show_log(const service::SchemaLog& log) {
    Table table({"version", "change", "answers", "labels", "queued", "by", "at", "undone by"});
    for (const auto& line : log.changes)
        table.add(
            {std::to_string(line.version),
             said(line),
             std::to_string(line.answers),
             std::to_string(line.labels),
             std::to_string(line.queued),
             line.by,
             base::rfc3339(line.at),
             line.undone_by ? std::to_string(*line.undone_by) : ""}
        );
    if (!table.empty()) table.print();
    print_line(fmt::format("schema version {}", log.version));
}

void print_template(const service::TemplateFile& made) {
    fmt::print("{}", made.file);
}

void convert(CLI::App& project, service::Context& context) {
    auto file = std::make_shared<std::string>();
    auto& command = add_command(project, "label project convert");
    command.add_option("FILE", *file, "The labeling config of a project of Label Studio")
        ->required()
        ->type_name("FILE.xml");
    Flags<service::ConvertProject> flags(command, {.without = {"config"}});
    on_command(command, [file, flags, &context] {
        auto request = flags.read(base::Document::of(boost::json::object{
            {"config", base::read_whole_file(*file)}}));
        auto made = ask<service::convert_project>(context, request);
        if (context.json) return print_answer(base::Answer(made));
        fmt::print("{}", made.file);
    });
}

}  // namespace

void add_label_shape(CLI::App& label, CLI::App& project, service::Context& context) {
    const FlagOptions of_kind{.positionals = {{"kind", "KIND"}}};
    for (auto* parent : {&label, &project})
        add_verb<service::label_template>(
            *parent, context, "label template", of_kind, print_template
        );
    convert(project, context);
    add_list<service::list_classes>(
        label,
        context,
        "label classes",
        schema_of,
        [](const std::vector<labeling::ClassLine>& lines) {
            Table table({"class", "question", "labels"});
            for (const auto& one : lines)
                table.add(
                    {one.name, one.question, base::grouped(static_cast<std::uint64_t>(one.truths))}
                );
            if (!table.empty()) table.print();
        }
    );
    add_verb<service::list_guidelines>(
        label,
        context,
        "label guidelines",
        schema_of,
        [](const service::Guidelines& all) {
            for (const auto& one : all.items)
                print_line(fmt::format(
                    "version {}, since {}\n{}\n", one.version, base::rfc3339(one.since), one.text
                ));
        }
    );
    auto* schema = label.add_subcommand(
        "schema", "Rename, merge, split, add and retire the classes of a project"
    );
    schema->require_subcommand(1);
    add_verb<service::rename_class>(
        *schema,
        context,
        "label schema rename",
        {.positionals = {{"project", "NAME"}, {"from", "CLASS"}, {"to", "NEW"}}},
        show_change
    );
    add_verb<service::merge_classes>(
        *schema,
        context,
        "label schema merge",
        {.positionals = {{"project", "NAME"}, {"classes", "CLASS"}}},
        show_change
    );
    const FlagOptions of_class{.positionals = {{"project", "NAME"}, {"name", "CLASS"}}};
    add_verb<service::split_class>(*schema, context, "label schema split", of_class, show_change);
    add_verb<service::add_class>(*schema, context, "label schema add", of_class, show_change);
    add_verb<service::retire_class>(*schema, context, "label schema retire", of_class, show_change);
    add_verb<service::undo_schema>(*schema, context, "label schema undo", schema_of, show_change);
    add_verb<service::schema_log>(*schema, context, "label schema log", schema_of, show_log);
}

}  // namespace app
