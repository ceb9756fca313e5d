// Labels as files on the command line.
//
// A file is read as it comes and an export goes page by page into its file, since either may be
// larger than memory. What is refused is refused before a file or a folder is made.
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "labeling/export/export_files.hpp"
#include "service/labels/files.hpp"

namespace app {

namespace json = boost::json;

namespace {

std::string times(std::int64_t n) {
    return grouped(static_cast<std::uint64_t>(n));
}

void print_imported(const std::string& project, const service::ImportedLabels& done) {
    print_line(fmt::format(
        "{}: {} labels new, {} changed, {} unchanged",
        project,
        times(done.added),
        times(done.changed),
        times(done.unchanged)
    ));
    if (!done.new_classes.empty())
        print_line(fmt::format("{} classes new", done.new_classes.size()));
    if (done.no_record > 0)
        print_line(fmt::format("{} keys are no record of the source", times(done.no_record)));
    if (done.no_value > 0) print_line(fmt::format("{} have no label", times(done.no_value)));
    auto tell = [](const auto& counted, std::string_view what) {
        if (counted.empty()) return;
        std::int64_t total = 0;
        for (const auto& [value, n] : counted) total += n;
        print_line(fmt::format(
            "{} values are no {}, most often '{}' ({})",
            times(total),
            what,
            counted[0].first,
            times(counted[0].second)
        ));
    };
    tell(done.rejected, "class");
    tell(done.faults, "answer");
}

void import_labels(CLI::App& project, service::Context& context) {
    auto file = std::make_shared<std::string>();
    auto& command = add_command(project, "label project import");
    command
        .add_option(
            "FILE",
            *file,
            "A table with key,label[,probability]; JSON of tilth, Label Studio, spaCy, doccano or "
            "COCO; *.conll; a folder of YOLO or Pascal VOC"
        )
        ->type_name("FILE");
    Flags<service::ImportLabels> flags(command, {.without = {"labels", "text", "file"}});
    on_command(command, [file, flags, &context] {
        if (file->empty() != flags.given("field"))
            throw base::UsageError(
                "label project import", "needs a FILE or --field, one of them", "see --help"
            );
        service::ImportLabels request;
        flags.set(request);
        if (!file->empty()) request.labels.emplace();  // they come from the file
        service::ImportLabels::settings.finish(request, base::Document::json("{}"));
        service::ImportedLabels done;
        service::run_locally(context.environment(), [&](service::Work& work) {
            done = file->empty() ? service::import_labels(work, request)
                                 : service::import_label_files(work, request, *file);
        });
        if (context.json) return print_answer(base::Answer(done));
        print_imported(request.project, done);
    });
}

void export_labels(CLI::App& project, service::Context& context) {
    auto folder = std::make_shared<std::string>(".");
    auto& command = add_command(project, "label project export");
    Flags<service::ExportLabels> flags(command, {.positionals = {{"project", "NAME"}}});
    command.add_option("--out", *folder, "Folder (the present one)")->type_name("DIR");
    on_command(command, [folder, flags, &context] {
        auto request = flags.read();
        service::ExportPlan plan;
        service::run_locally(context.environment(), [&](service::Work& work) {
            plan = service::plan_export(work, request);
        });
        auto path = std::filesystem::path(*folder) / plan.file_name;
        std::int64_t rows = 0;
        if (!plan.folder_names.empty()) {
            labeling::FolderFiles files(path, plan.folder_names);
            rows = service::write_labels(context.database(), context.environment(), request, files);
            files.keep();
        } else {
            write_file(path, [&](std::ostream& out) {
                labeling::OneFile file(out);
                rows =
                    service::write_labels(context.database(), context.environment(), request, file);
            });
        }
        if (context.json) {
            print_json(json::object{{"file", path.string()}, {"labels", rows}});
        } else {
            print_line(fmt::format("{} labels in {}", rows, path.string()));
        }
    });
}

}  // namespace

void add_label_files(CLI::App& project, service::Context& context) {
    import_labels(project, context);
    export_labels(project, context);
}

}  // namespace app
