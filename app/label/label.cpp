// Labeling projects as commands: what people read and write as files goes through here.
//
// A project and its imported labels are files on the command line and JSON over HTTP; the file is
// read here, and the verb gets the same request either way. An export goes page by page into its
// file, since it may be larger than memory.
#include <filesystem>
#include <fstream>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "labeling/export/exporter.hpp"
#include "labeling/quality/accuracy.hpp"
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
        print_line(fmt::format("project '{}' made, {} classes", made.name, made.classes.size()));
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
    Flags<service::ProjectName> flags(command, by_project);
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
            "{} ({}) on source {}: {} labels; tasks {} open, {} done",
            page.name,
            base::name_of(page.state),
            page.source,
            page.truths,
            page.open,
            page.done
        ));
        Table classes({"class", "labels", "mean probability"});
        for (const auto& one : page.classes)
            classes.add(
                {one.name,
                 count(one.truths),
                 one.mean_probability ? fmt::format("{:.3f}", *one.mean_probability) : ""}
            );
        classes.print();
        print_people(people);
    });
}

void edit(CLI::App& project, service::Context& context) {
    add_verb<service::edit_project>(
        project,
        context,
        "label project edit",
        by_project,
        [](const labeling::ProjectPage& page) {
            print_line(fmt::format(
                "{} ({}), overlap {}: version {}",
                page.name,
                base::name_of(page.state),
                page.overlap,
                page.version
            ));
        }
    );
}

void print_imported(const std::string& project, const service::ImportedLabels& done) {
    print_line(fmt::format(
        "{}: {} labels new, {} changed, {} unchanged",
        project,
        count(done.added),
        count(done.changed),
        count(done.unchanged)
    ));
    if (done.no_record > 0)
        print_line(fmt::format("{} keys are no record of the source", done.no_record));
    if (done.rejected.empty()) return;
    std::int64_t total = 0;
    for (const auto& [value, times] : done.rejected) total += times;
    print_line(fmt::format(
        "{} values are no class, most often '{}' ({})",
        total,
        done.rejected[0].first,
        done.rejected[0].second
    ));
}

void import_labels(CLI::App& project, service::Context& context) {
    auto file = std::make_shared<std::string>();
    auto& command = add_command(project, "label project import");
    command.add_option("FILE", *file, "CSV with key,label[,probability], or JSON lines")
        ->type_name("FILE");
    Flags<service::ImportLabels> flags(command, {.without = {"labels"}});
    on_command(command, [file, flags, &context] {
        if (file->empty() != flags.given("field"))
            throw base::UsageError(
                "label project import", "needs a FILE or --field, one of them", "see --help"
            );
        service::ImportLabels request;
        flags.set(request);
        if (!file->empty()) request.labels = labeling::read_label_file(*file);
        service::ImportLabels::settings.finish(request, base::Document::json("{}"));
        service::ImportedLabels done;
        service::run_locally(context.environment(), [&](service::Work& work) {
            done = service::import_labels(work, request);
        });
        if (context.json) return print_answer(base::Answer(done));
        print_imported(request.project, done);
    });
}

void export_labels(CLI::App& project, service::Context& context) {
    auto folder = std::make_shared<std::string>(".");
    auto& command = add_command(project, "label project export");
    Flags<service::ExportLabels> flags(command, by_project);
    command.add_option("--out", *folder, "Folder (the present one)")->type_name("DIR");
    on_command(command, [folder, flags, &context] {
        auto request = flags.read();
        auto path =
            std::filesystem::path(*folder) / labeling::export_format(request.format).file_name();
        std::int64_t rows = 0;
        write_file(path, [&](std::ostream& out) {
            rows = service::write_labels(context.database(), request, out);
        });
        if (context.json) {
            print_json(json::object{{"file", path.string()}, {"labels", rows}});
        } else {
            print_line(fmt::format("{} labels in {}", rows, path.string()));
        }
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
    import_labels(*project, context);
    export_labels(*project, context);
    add_label_work(*label, context);
    add_label_quality(*label, context);
    add_verb<service::list_annotators>(
        *label,
        context,
        "label annotators",
        by_project,
        [](const service::Page<labeling::AnnotatorQuality>& page) { print_people(page.items); }
    );
}

}  // namespace app
