// `tilth source set`, `edit` and their kin, and the end of a source. What is edited is the file
// that `source add` takes, so that there is one form to learn; it goes to the editor of the person,
// is checked with its lines, and a mistake leaves the text where it can be mended.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include <unistd.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/gather/source_commands.hpp"
#include "app/verbs.hpp"
#include "base/error.hpp"
#include "base/run/files.hpp"
#include "base/settings/document.hpp"
#include "base/settings/toml_text.hpp"
#include "base/time/time.hpp"
#include "service/gather/life/source_edit.hpp"
#include "service/gather/life/source_end.hpp"

namespace app {

namespace json = boost::json;

void print_runs(const std::vector<schema::SourceRun>& runs) {
    Table table({"run", "state", "read", "new", "changed", "unchanged", "rejected", "started"});
    for (const auto& run : runs)
        table.add(
            {std::to_string(run.id),
             run.state,
             grouped(run.read),
             grouped(run.added),
             grouped(run.changed),
             grouped(run.unchanged),
             grouped(run.rejected),
             base::rfc3339(run.started_at)}
        );
    if (!table.empty()) table.print();
    for (const auto& run : runs)
        if (run.error) print_line(fmt::format("run {}: {}", run.id, *run.error));
}

void print_source(const service::ShownSource& source) {
    print_line(fmt::format("source    {} ({}, {})", source.name, source.kind, source.state));
    print_line(fmt::format(
        "records   {} stored, {} rejected",
        grouped(static_cast<std::uint64_t>(source.records)),
        grouped(static_cast<std::uint64_t>(source.rejected))
    ));
    print_line("made      " + base::rfc3339(source.created_at));
    if (source.schedule && !source.schedule->empty()) {
        auto next = source.next_due_at && source.state == "active"
                        ? ", next " + base::rfc3339(*source.next_due_at)
                        : std::string();
        print_line("schedule  " + *source.schedule + next);
    }
    print_line(fmt::format("settings  version {}", source.version));
    std::istringstream settings(base::toml_text(json::parse(source.spec.text).as_object()));
    for (std::string line; std::getline(settings, line);) print_line("    " + line);
    if (!source.columns.empty()) {
        std::string columns;
        for (const auto& column : source.columns) {
            columns += columns.empty() ? "columns   " : ", ";
            columns += column.name;
            columns += fmt::format(
                " ({}{}{})",
                base::name_of(column.type),
                column.unit.empty() ? "" : ", ",
                column.unit
            );
        }
        print_line(columns);
    }
    print_runs(source.runs);
}

namespace {

std::string description_of(const service::ShownSource& source) {
    json::object all{{"name", source.name}, {"kind", source.kind}};
    if (source.schedule && !source.schedule->empty()) all["schedule"] = *source.schedule;
    const auto spec = json::parse(source.spec.text);
    for (const auto& [key, value] : spec.as_object()) all[key] = value;
    return base::toml_text(all) + "\n";
}

// What the person's editor makes of a text, in a file that stays until it was stored.
class Edited {
public:
    explicit Edited(const std::string& text)
        : file_(std::filesystem::temp_directory_path() / fmt::format("tilth-{}.toml", ::getpid())) {
        std::ofstream(file_) << text;
        std::filesystem::permissions(
            file_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write
        );
        const char* editor = std::getenv("VISUAL");
        if (!editor || !*editor) editor = std::getenv("EDITOR");
        if (!editor || !*editor) editor = "vi";
        if (std::system(fmt::format("{} '{}'", editor, file_.string()).c_str()) != 0)
            throw base::Error(editor, "did not end well", "set EDITOR, or give a file");
    }
    std::string file() const { return file_.string(); }
    void forget() const { std::filesystem::remove(file_); }

private:
    std::filesystem::path file_;
};

service::EditSource read_edit(const service::ShownSource& present, const std::string& file) {
    service::AddSource known;
    known.name = present.name;
    known.kind = present.kind;
    auto described = read_description(file, known);
    if (described.name != present.name || described.kind != present.kind)
        throw base::UsageError(
            file, "has another name or kind than the source", "these do not change: add a source"
        );
    return {
        .source = present.name,
        .spec = described.spec,
        .schedule = described.schedule,
        .version = present.version};
}

void add_edit(CLI::App& source, service::Context& context) {
    auto file = std::make_shared<std::string>();
    auto& command = add_command(source, "source edit");
    Flags<service::SourceName> flags(command, source_by_name);
    command.add_option("FILE", *file, "As 'source add' takes it; else your editor is opened")
        ->type_name("FILE.toml");
    on_command(command, [flags, file, &context] {
        auto present = ask<service::show_source>(context, flags.read());
        std::unique_ptr<Edited> edited;
        if (file->empty()) edited = std::make_unique<Edited>(description_of(present));
        auto now =
            ask<service::edit_source>(context, read_edit(present, edited ? edited->file() : *file));
        if (edited) edited->forget();
        if (context.json) return print_answer(base::Answer(now));
        print_line(
            now.version == present.version
                ? fmt::format("settings of source '{}' are as before", now.name)
                : fmt::format(
                      "settings of source '{}' are version {}; 'tilth source revert {} {}' undoes "
                      "it",
                      now.name,
                      now.version,
                      now.name,
                      present.version
                  )
        );
    });
}

void tell_end(const service::DeletedSource& end) {
    print_line(fmt::format(
        "source '{}' {}: {} records with {} versions, {} blobs, {} rejects, {} addresses, {} runs",
        end.source,
        end.deleted ? "deleted" : "would go with",
        grouped(end.records),
        grouped(end.versions),
        grouped(end.blobs),
        grouped(end.rejects),
        grouped(end.addresses),
        grouped(end.runs)
    ));
    auto list = [](std::string_view what, const std::vector<std::string>& names) {
        for (const auto& name : names) print_line(fmt::format("  {} {}", what, name));
    };
    list("labeling project", end.projects);
    list("snapshot", end.snapshots);
    list("model", end.models);
    if (end.labels > 0)
        print_line(fmt::format("  {} labels, answers and predictions", grouped(end.labels)));
    if (end.trainings > 0) print_line(fmt::format("  {} training runs", grouped(end.trainings)));
}

// Whether the one at the terminal says so; false if there is none.
bool agreed(const std::string& name) {
    if (::isatty(STDIN_FILENO) == 0) return false;
    std::cerr << "this cannot be undone ('tilth source archive' can). Type the source's name: ";
    std::string answer;
    std::getline(std::cin, answer);
    return answer == name;
}

void add_delete(CLI::App& source, service::Context& context) {
    auto& command = add_command(source, "source delete");
    Flags<service::DeleteSource> flags(command, source_by_name);
    on_command(command, [flags, &context] {
        auto request = flags.read();
        auto tell = [&](const service::DeletedSource& end) {
            context.json ? print_answer(base::Answer(end)) : tell_end(end);
        };
        if (!request.yes) {
            tell(ask<service::delete_source>(context, request));
            if (!agreed(request.source))
                throw base::UsageError(
                    fmt::format("source '{}'", request.source),
                    "nothing was deleted",
                    "add --yes to do it"
                );
            request.yes = true;
        }
        tell(ask<service::delete_source>(context, request));
    });
}

}  // namespace

void add_source_editing(CLI::App& source, service::Context& context) {
    add_verb<service::set_source>(
        source,
        context,
        "source set",
        {.positionals = {{"source", "NAME"}, {"key", "KEY"}, {"value", "VALUE"}}},
        print_source
    );
    add_edit(source, context);
    add_list<service::list_source_settings>(
        source,
        context,
        "source settings",
        source_by_name,
        [](const std::vector<schema::SourceSettings>& versions) {
            Table table({"version", "made", "by", "settings"});
            for (const auto& one : versions)
                table.add(
                    {std::to_string(one.version),
                     base::rfc3339(one.made_at),
                     one.made_by,
                     one.spec.text}
                );
            table.print();
        }
    );
    add_verb<service::revert_source>(
        source,
        context,
        "source revert",
        {.positionals = {{"source", "NAME"}, {"version", "VERSION"}}},
        print_source
    );
}

void add_source_ending(CLI::App& source, service::Context& context) {
    auto show_state = [](const service::SourceState& now) {
        print_line(fmt::format("source '{}' is {}", now.name, now.state));
    };
    for (auto name : {"source archive", "source remove"})
        add_verb<service::archive_source>(
            source,
            context,
            name,
            source_by_name,
            [](const service::SourceState& now) {
                print_line(fmt::format(
                    "source '{}' is archived; 'tilth source restore {}' undoes it",
                    now.name,
                    now.name
                ));
            }
        );
    add_verb<service::restore_source>(
        source, context, "source restore", source_by_name, show_state
    );
    add_delete(source, context);
}

}  // namespace app
