// Labels as files on the command line.
//
// A file is read as it comes and an export goes page by page into its file, since either may be
// larger than memory. What is refused is refused before a file or a folder is made.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
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

void print_scaled(const service::ImportedLabels& done) {
    if (done.scaled > 0)
        print_line(fmt::format(
            "{} were drawn on pictures of another size than the records', and are scaled",
            times(done.scaled)
        ));
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
    print_scaled(done);
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

void print_imported_answers(const std::string& project, const service::ImportedLabels& done) {
    const auto& of_people = *done.answers;
    const auto& columns = of_people.columns;
    if (!columns.annotator.empty() || !columns.answer.empty())
        print_line(fmt::format(
            "columns: item '{}', annotator '{}', answer '{}', time '{}'",
            columns.item,
            columns.annotator,
            columns.answer,
            columns.time
        ));
    print_line(fmt::format(
        "{}: {} answers of {} people: {} new, {} corrections, {} known before",
        project,
        times(done.added + done.changed + done.unchanged),
        times(of_people.annotators),
        times(done.added),
        times(done.changed),
        times(done.unchanged)
    ));
    if (of_people.taken_back > 0)
        print_line(fmt::format("{} answers taken back", times(of_people.taken_back)));
    if (of_people.other_version > 0)
        print_line(fmt::format(
            "{} were given under a version of the classes that the project never had: they are "
            "taken as of the present one",
            times(of_people.other_version)
        ));
    if (of_people.skipped > 0) print_line(fmt::format("{} skipped", times(of_people.skipped)));
    if (!of_people.new_annotators.empty())
        print_line(fmt::format(
            "{} users made who can not sign in", times(std::ssize(of_people.new_annotators))
        ));
    if (!done.new_classes.empty())
        print_line(fmt::format("{} classes new", done.new_classes.size()));
    if (done.no_record > 0)
        print_line(fmt::format("{} keys are no record of the source", times(done.no_record)));
    if (done.no_value > 0) print_line(fmt::format("{} rows without answer", times(done.no_value)));
    print_scaled(done);
    if (of_people.rejects > 0) print_line(fmt::format("{} not taken:", times(of_people.rejects)));
    constexpr std::size_t most = 5;
    for (std::size_t i = 0; i < std::min(most, done.rejected.size()); ++i)
        print_line(fmt::format(
            "  {} times: '{}' is no class", times(done.rejected[i].second), done.rejected[i].first
        ));
    for (std::size_t i = 0; i < std::min(most, done.faults.size()); ++i)
        print_line(fmt::format("  {} times: {}", times(done.faults[i].second), done.faults[i].first)
        );
}

// What is written of a file, or nothing, where none is named.
class RejectFile {
public:
    explicit RejectFile(const std::string& path) {
        if (path.empty()) return;
        out_.open(path, std::ios::binary);
        if (!out_) throw base::Error(path, "can not be written", "choose another --rejects");
        path_ = path;
    }
    std::ostream* out() { return path_.empty() ? nullptr : &out_; }
    void close() {
        if (path_.empty()) return;
        out_.close();
        if (!out_) throw base::Error(path_, "could not be written to its end", "free disk space");
    }

private:
    std::string path_;
    std::ofstream out_;
};

void import_labels(CLI::App& project, service::Context& context) {
    auto file = std::make_shared<std::string>();
    auto rejects = std::make_shared<std::string>();
    auto& command = add_command(project, "label project import");
    command
        .add_option(
            "FILE",
            *file,
            "A table with key,label[,probability]; JSON of tilth, Label Studio, spaCy, doccano or "
            "COCO; *.conll; a folder of YOLO or Pascal VOC"
        )
        ->type_name("FILE");
    command
        .add_option(
            "--rejects", *rejects, "With --answers: write what is not taken here, with the reason"
        )
        ->type_name("FILE.jsonl");
    Flags<service::ImportLabels> flags(command, {.without = {"labels", "text", "file"}});
    on_command(command, [file, rejects, flags, &context] {
        if (file->empty() != flags.given("field"))
            throw base::UsageError(
                "label project import", "needs a FILE or --field, one of them", "see --help"
            );
        service::ImportLabels request;
        flags.set(request);
        if (!file->empty()) request.text = "-";  // it comes from the file
        service::ImportLabels::settings.finish(request, base::Document::json("{}"));
        if (!rejects->empty() && !request.answers)
            throw base::UsageError("--rejects", "is for --answers", "leave it out");
        RejectFile rejected(*rejects);
        service::ImportedLabels done;
        service::run_locally(context.environment(), [&](service::Work& work) {
            done = file->empty()
                       ? service::import_labels(work, request)
                       : service::import_label_files(work, request, *file, rejected.out());
        });
        rejected.close();
        if (context.json) return print_answer(base::Answer(done));
        if (done.answers)
            print_imported_answers(request.project, done);
        else
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
