// Labeling projects as commands: what people read and write as files goes through here.
//
// A project is a file on the command line and JSON over HTTP; the file is read here, and the verb
// gets the same request either way.
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "labeling/quality/accuracy.hpp"
#include "labeling/queue/people_store.hpp"
#include "service/labels/judging.hpp"
#include "service/labels/projects.hpp"

namespace app {

namespace json = boost::json;

namespace {

const FlagOptions by_project{.positionals = {{"project", "NAME"}}};

std::string count(std::int64_t n) {
    return grouped(static_cast<std::uint64_t>(n));
}

void create(CLI::App& project, service::Context& context) {
    auto file = std::make_shared<std::string>();
    auto& command = add_command(project, "label project create");
    command.add_option("FILE", *file, "TOML with name, source, classes")
        ->required()
        ->type_name("FILE.toml");
    on_command(command, [file, &context] {
        auto wanted = labeling::Project::settings.read(base::Document::toml_file(*file));
        labeling::ProjectPage made;
        service::run_locally(context.environment(), [&](service::Work& work) {
            made = service::create_project(work, wanted);
        });
        if (context.json) return print_answer(base::Answer(made));
        print_line(fmt::format(
            "project '{}' made: {} on source {}, {} classes",
            made.name,
            made.kind,
            made.source,
            made.classes.size()
        ));
        for (const auto& note : made.notes) print_line(note);
    });
}

void list(CLI::App& project, service::Context& context) {
    add_list<service::list_projects>(
        project,
        context,
        "label project list",
        {},
        [](const std::vector<labeling::ProjectLine>& lines) {
            Table table({"project", "source", "state", "labeled", "open", "done", "answers"});
            for (const auto& one : lines)
                table.add(
                    {one.name,
                     one.source,
                     std::string(base::name_of(one.state)),
                     count(one.truths),
                     count(one.open),
                     count(one.done),
                     count(one.answers)}
                );
            table.print();
        }
    );
}

void print_people(const std::vector<labeling::AnnotatorQuality>& people) {
    Table table(
        {"annotator", "answers", "skipped", "median ms", "right", "compared", "on gold", "alarm"}
    );
    for (const auto& one : people)
        table.add(
            {one.name + (one.simulated ? " (simulated)" : ""),
             count(one.answers),
             count(one.skipped),
             one.median_milliseconds ? fmt::format("{:.0f}", *one.median_milliseconds) : "",
             count(one.agreed),
             count(one.compared),
             one.gold ? with_interval(one.gold->right, one.gold->low, one.gold->high) : "",
             fmt::format("{}{}", one.drifting ? "worse lately " : "", one.hasty ? "hasty" : "")}
        );
    if (!table.empty()) table.print();
}

void show(CLI::App& project, service::Context& context) {
    auto& command = add_command(project, "label project show");
    Flags<service::ShowProject> flags(command, by_project);
    on_command(command, [flags, &context] {
        auto request = flags.read();
        labeling::ProjectPage page;
        std::vector<labeling::AnnotatorQuality> people;
        service::run_locally(context.environment(), [&](service::Work& work) {
            page = service::show_project(work, request);
            people = service::list_annotators(work, {.project = request.project}).items;
        });
        if (context.json) {
            auto answer = base::to_json(page).as_object();
            answer["annotators"] = base::to_json(people);
            return print_json(answer);
        }
        print_line(fmt::format(
            "{} ({}): {} on source {}, {} answers a record",
            page.name,
            base::name_of(page.state),
            page.kind,
            page.source,
            page.overlap
        ));
        print_line(fmt::format(
            "{} labels; tasks {} open, {} done; {} answers",
            count(page.truths),
            count(page.open),
            count(page.done),
            count(page.answers)
        ));
        Table classes({"class", "labels", "mean probability"});
        for (const auto& one : page.classes)
            classes.add(
                {one.name,
                 count(one.truths),
                 one.mean_probability ? fmt::format("{:.3f}", *one.mean_probability) : ""}
            );
        if (!classes.empty()) classes.print();
        print_people(people);
    });
}

void edit(CLI::App& project, service::Context& context) {
    auto file = std::make_shared<std::string>();
    auto& command = add_command(project, "label project edit");
    Flags<service::EditProject> flags(
        command, {.positionals = {{"project", "NAME"}}, .without = {"name", "source", "kind"}}
    );
    command.add_option("FILE", *file, "TOML: what is edited, or the project's whole file")
        ->type_name("FILE.toml");
    on_command(command, [file, flags, &context] {
        service::EditProject request;
        auto document =
            file->empty() ? base::Document::json("{}") : base::Document::toml_file(*file);
        service::EditProject::settings.read(document, request);
        flags.set(request);
        service::EditProject::settings.finish(request, document);
        auto page = ask<service::edit_project>(context, request);
        if (context.json) return print_answer(base::Answer(page));
        print_line(fmt::format(
            "{} ({}), overlap {}: version {}",
            page.name,
            base::name_of(page.state),
            page.overlap,
            page.version
        ));
    });
}

}  // namespace

void add_label(CLI::App& cli, service::Context& context) {
    auto* label = cli.add_subcommand(
        "label", "Ground truth by people: projects, queues, agreement, truth inference"
    );
    label->require_subcommand(1);
    auto* project = label->add_subcommand("project", "Labeling projects");
    project->require_subcommand(1);
    create(*project, context);
    list(*project, context);
    show(*project, context);
    edit(*project, context);
    add_label_shape(*label, *project, context);
    add_label_files(*project, context);
    add_label_work(*label, context);
    add_label_quality(*label, context);
    add_label_machine(*label, context);
    add_label_rules(*label, context);
    add_label_dashboard(*label, context);
    add_label_members(*label, context);
    add_verb<service::list_annotators>(
        *label,
        context,
        "label annotators",
        by_project,
        [](const service::Page<labeling::AnnotatorQuality>& page) { print_people(page.items); }
    );
    add_label_review(*label, context);
    add_label_tasks(*label, context);
    add_label_audit(*label, context);
    add_invalidation(*label->get_subcommand("annotators"), context);
}

}  // namespace app
