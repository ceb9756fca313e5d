// `tilth rejects`: inputs that could not become records.
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/verbs.hpp"
#include "base/run/files.hpp"
#include "service/gather/rejects.hpp"

namespace app {

namespace {

void print_rejects(const std::vector<ingest::StoredReject>& rejects) {
    Table table({"id", "state", "code", "file", "line", "offset", "column", "reason"});
    for (const auto& one : rejects)
        table.add(
            {one.id.substr(0, 10),
             std::string(base::name_of(one.state)),
             one.code,
             one.file,
             one.line < 0 ? "" : std::to_string(one.line),
             one.byte_offset < 0 ? "" : std::to_string(one.byte_offset),
             one.column,
             one.reason}
        );
    table.print();
}

void print_reject(const service::ShownReject& one) {
    print_line(fmt::format("{}: {}", one.code, one.reason));
    auto place = fmt::format("file {}", one.file);
    if (!one.member.empty()) place += " " + one.member;
    if (one.line >= 0) place += fmt::format(" line {}", one.line);
    if (one.byte_offset >= 0) place += fmt::format(" byte {}", one.byte_offset);
    print_line(place);
    print_line(one.raw);
}

void add_replay(CLI::App& rejects, service::Context& context) {
    auto& command = add_command(rejects, "rejects replay");
    Flags<service::ReplayRejects> flags(command, {.without = {"rules"}});
    auto map = std::make_shared<std::string>();
    command.add_option("--map", *map, "Other rules")->type_name("RULES.toml");
    on_command(command, [flags, map, &context] {
        auto request = flags.read();
        if (!map->empty()) request.rules = base::read_whole_file(*map);
        auto replayed = service::replay_now(context.environment(), request);
        if (context.json) return print_answer(base::Answer(replayed));
        print_line(fmt::format(
            "{} replayed: {} new, {} changed, {} unchanged; {} still rejected",
            replayed.read,
            replayed.added,
            replayed.changed,
            replayed.unchanged,
            replayed.rejected
        ));
    });
}

}  // namespace

void add_rejects(CLI::App& cli, service::Context& context) {
    auto* rejects = cli.add_subcommand(
        "rejects", "Inputs that could not become records: look at them, and read them again"
    );
    rejects->require_subcommand(1);
    add_some<service::list_rejects>(*rejects, context, "rejects list", 100, {}, print_rejects);
    add_verb<service::show_reject>(
        *rejects, context, "rejects show", {.positionals = {{"id", "ID"}}}, print_reject
    );
    add_replay(*rejects, context);
    add_verb<service::expire_rejects>(
        *rejects,
        context,
        "rejects expire",
        {},
        [](const service::ExpiredRejects& done) {
            print_line(fmt::format("{} rejects expired", done.expired));
        }
    );
}

}  // namespace app
