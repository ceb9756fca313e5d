#include <filesystem>
#include <fstream>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "labeling/export/export.hpp"
#include "labeling/store.hpp"

namespace app {

namespace json = boost::json;
using Clock = std::chrono::system_clock;

namespace {

void create(CLI::App& project, service::Context& context) {
    auto file = std::make_shared<std::string>();
    auto* verb = project.add_subcommand("create", "Make a labeling project");
    verb->add_option("FILE", *file, "TOML with name, source, classes")
        ->required()
        ->type_name("FILE.toml");
    verb->callback([file, &context] {
        auto wanted = labeling::Project::settings.read(base::Document::toml_file(*file));
        auto made = context.database().call([&](base::Tx& tx) {
            return labeling::create_project(tx, wanted, Clock::now());
        });
        if (context.json) {
            print_json(json::object{
                {"name", wanted.name}, {"id", made.id}, {"classes", made.project.classes.size()}});
        } else {
            print_line(fmt::format(
                "project '{}' made, {} classes", wanted.name, made.project.classes.size()
            ));
        }
    });
}

void list(CLI::App& project, service::Context& context) {
    project.add_subcommand("list", "All projects with their progress")->callback([&context] {
        Table table({"project", "source", "state", "classes", "labeled", "open", "done", "answers"}
        );
        context.database().call([&](base::Tx& tx) {
            for (const auto& one : labeling::list_projects(tx)) {
                auto at = labeling::progress(tx, one.id);
                if (context.json) {
                    print_json(json::object{
                        {"name", one.project.name},
                        {"source", one.project.source},
                        {"state", one.state},
                        {"classes", one.project.classes.size()},
                        {"labeled", at.labeled},
                        {"open", at.open},
                        {"done", at.done},
                        {"answers", at.answers}});
                } else {
                    table.add(
                        {one.project.name,
                         one.project.source,
                         one.state,
                         std::to_string(one.project.classes.size()),
                         grouped(static_cast<std::uint64_t>(at.labeled)),
                         grouped(static_cast<std::uint64_t>(at.open)),
                         grouped(static_cast<std::uint64_t>(at.done)),
                         grouped(static_cast<std::uint64_t>(at.answers))}
                    );
                }
            }
        });
        if (!context.json) table.print();
    });
}

void show(CLI::App& project, service::Context& context) {
    auto name = std::make_shared<std::string>();
    auto* verb = project.add_subcommand("show", "One project: labels by class, work by annotator");
    verb->add_option("NAME", *name)->required();
    verb->callback([name, &context] {
        context.database().call([&](base::Tx& tx) {
            auto stored = labeling::load_project(tx, *name);
            auto at = labeling::progress(tx, stored.id);
            json::array classes, annotators;
            Table by_class({"class", "labels", "mean probability"}),
                by_annotator({"annotator", "answers", "skipped", "median ms"});
            for (const auto& one : at.classes) {
                classes.push_back(json::object{
                    {"name", one.name},
                    {"labels", one.records},
                    {"mean_probability", one.mean_probability}});
                by_class.add(
                    {one.name,
                     grouped(static_cast<std::uint64_t>(one.records)),
                     fmt::format("{:.3f}", one.mean_probability)}
                );
            }
            for (const auto& one : at.annotators) {
                annotators.push_back(json::object{
                    {"name", one.name},
                    {"simulated", one.simulated},
                    {"answers", one.answers},
                    {"skipped", one.skipped}});
                by_annotator.add(
                    {one.name + (one.simulated ? " (simulated)" : ""),
                     grouped(static_cast<std::uint64_t>(one.answers)),
                     grouped(static_cast<std::uint64_t>(one.skipped)),
                     fmt::format("{:.0f}", one.median_milliseconds)}
                );
            }
            if (context.json) {
                print_json(json::object{
                    {"name", *name},
                    {"source", stored.project.source},
                    {"state", stored.state},
                    {"labeled", at.labeled},
                    {"open", at.open},
                    {"done", at.done},
                    {"answers", at.answers},
                    {"classes", classes},
                    {"annotators", annotators}});
                return;
            }
            print_line(fmt::format(
                "{} ({}) on source {}: {} labels; tasks {} open, {} done",
                *name,
                stored.state,
                stored.project.source,
                at.labeled,
                at.open,
                at.done
            ));
            by_class.print();
            if (!by_annotator.empty()) by_annotator.print();
        });
    });
}

void import_labels(CLI::App& project, service::Context& context) {
    struct Options {
        std::string file, project, field;
        bool add_classes = false;
        std::size_t most = 1000;
        double share = 1;
    };
    auto options = std::make_shared<Options>();
    auto* verb = project.add_subcommand(
        "import", "Take ground truth from a file, or from a field of the records"
    );
    verb->add_option("FILE", options->file, "CSV with key,label[,probability], or JSON lines")
        ->type_name("FILE");
    verb->add_option("--project", options->project, "Project")->required()->type_name("NAME");
    verb->add_option("--field", options->field, "A field of the records instead of a file");
    verb->add_flag("--add-classes", options->add_classes, "Make classes of values that are none");
    verb->add_option(
        "--max-classes", options->most, "With --add-classes: the most frequent so many"
    );
    verb->add_option(
            "--share",
            options->share,
            "With --field: only this share of the records, always the same ones (1)"
    )
        ->check(CLI::Range(0.0, 1.0));
    verb->callback([options, &context] {
        if (options->file.empty() == options->field.empty())
            throw base::UsageError(
                "label project import", "needs a FILE or --field, one of them", "see --help"
            );
        labeling::ImportOptions how{options->add_classes, options->most, options->share};
        auto done =
            options->field.empty()
                ? labeling::import_file(
                      context.database(), options->project, options->file, how, Clock::now()
                  )
                : labeling::import_field(
                      context.database(), options->project, options->field, how, Clock::now()
                  );
        json::object rejected;
        for (const auto& [value, count] : done.rejected) rejected[value] = count;
        if (context.json) {
            print_json(json::object{
                {"added", done.added},
                {"changed", done.changed},
                {"unchanged", done.unchanged},
                {"no_record", done.no_record},
                {"no_value", done.no_value},
                {"rejected", rejected}});
            return;
        }
        print_line(fmt::format(
            "{}: {} labels new, {} changed, {} unchanged",
            options->project,
            grouped(static_cast<std::uint64_t>(done.added)),
            grouped(static_cast<std::uint64_t>(done.changed)),
            grouped(static_cast<std::uint64_t>(done.unchanged))
        ));
        if (done.no_record > 0)
            print_line(fmt::format("{} keys are no record of the source", done.no_record));
        if (!done.rejected.empty())
            print_line(fmt::format(
                "{} values are no class, most often '{}' ({})",
                done.rejected_total(),
                done.rejected[0].first,
                done.rejected[0].second
            ));
    });
}

void export_labels(CLI::App& project, service::Context& context) {
    struct Options {
        std::string name, format = "jsonl", out = ".";
    };
    auto options = std::make_shared<Options>();
    auto* verb = project.add_subcommand("export", "Write the labels of a project");
    verb->add_option("NAME", options->name)->required();
    verb->add_option("--format", options->format, std::string(labeling::format_names()));
    verb->add_option("--out", options->out, "Folder (the present one)")->type_name("DIR");
    verb->callback([options, &context] {
        auto format = labeling::parse_format(options->format);
        if (!format)
            throw base::UsageError(
                fmt::format("--format {}", options->format),
                "unknown",
                fmt::format("use one of {}", labeling::format_names())
            );
        auto stored = context.database().call([&](base::Tx& tx) {
            return labeling::load_project(tx, options->name);
        });
        std::filesystem::create_directories(options->out);
        auto path = std::filesystem::path(options->out) / labeling::file_name(*format);
        std::ofstream out(path, std::ios::binary);
        if (!out) throw base::Error(path.string(), "cannot be written", "choose another --out");
        auto exporter = labeling::make_exporter(*format, stored.project, out);
        auto rows =
            labeling::each_label(context.database(), stored, [&](const labeling::ExportRow& row) {
                exporter->write(row);
            });
        exporter->finish();
        out.flush();
        if (!out)
            throw base::Error(path.string(), "could not be written to its end", "free disk space");
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
    import_labels(*project, context);
    export_labels(*project, context);
    add_label_work(*label, context);
}

}  // namespace app
