// `tilth snapshot`: make, compare, verify and export fixed sets. Making the same again is no error
// and says so. What was left out and why (consent, columns that repeat the label) is said when the
// set is made, because nobody looks for it later. A snapshot that no longer verifies is exit code
// 1, so that a script notices.
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "service/learn/snapshots.hpp"

namespace app {

namespace json = boost::json;

namespace {

std::string sizes(const service::Snapshot& snapshot) {
    auto counts = json::parse(snapshot.counts.text).as_object();
    if (!counts.contains("training")) return "";
    return fmt::format(
        "{} / {} / {}",
        counts.at("training").to_number<std::int64_t>(),
        counts.at("validation").to_number<std::int64_t>(),
        counts.at("test").to_number<std::int64_t>()
    );
}

void show_new(const service::NewSnapshot& snapshot) {
    print_line(fmt::format(
        "snapshot '{}' {}: {} members, training / validation / test {}",
        snapshot.name,
        snapshot.created ? "made" : "was there already, the same",
        grouped(snapshot.members),
        sizes(snapshot)
    ));
    print_line(fmt::format("hash {}", snapshot.hash));
    auto counts = json::parse(snapshot.counts.text).as_object();
    if (const auto* denied = counts.if_contains("consent_denied");
        denied && denied->to_number<std::int64_t>() > 0)
        print_line(fmt::format(
            "{} records left out: their sites forbid training",
            grouped(denied->to_number<std::uint64_t>())
        ));
    if (const auto* ruled = counts.if_contains("labels_by_rules")) {
        const auto& parts = ruled->as_array();
        auto in = [&](std::size_t part) { return parts.at(part).to_number<std::uint64_t>(); };
        if (in(0) + in(1) + in(2) > 0)
            print_line(fmt::format(
                "labels that rules made: {} / {} / {}",
                grouped(in(0)),
                grouped(in(1)),
                grouped(in(2))
            ));
    }
    if (const auto* copies = counts.if_contains("label_columns"))
        for (const auto& name : copies->as_array())
            print_line(fmt::format(
                "column '{}' repeats the label and is no feature", std::string(name.as_string())
            ));
    if (const auto* fields = counts.if_contains("label_in_text"))
        for (const auto& name : fields->as_array())
            print_line(fmt::format(
                "field '{}' is the label: it is taken out of the texts",
                std::string(name.as_string())
            ));
}

void show_list(const service::Page<service::Snapshot>& page) {
    Table table(
        {"snapshot", "project", "members", "training / validation / test", "hash", "created"}
    );
    for (const auto& one : page.items)
        table.add(
            {one.name,
             one.project,
             grouped(one.members),
             sizes(one),
             one.hash.substr(0, 12),
             one.created_at}
        );
    table.print();
    if (page.next) print_line("more: --after " + *page.next);
}

void show_one(const service::Snapshot& one) {
    print_line(fmt::format(
        "{} of project {}: {} members, {}", one.name, one.project, grouped(one.members), sizes(one)
    ));
    print_line(fmt::format("hash {}", one.hash));
    print_line(fmt::format("made with {}", one.spec.text));
    Table table({"class", "training", "validation", "test"});
    auto counts = json::parse(one.counts.text).as_object();
    if (const auto* classes = counts.if_contains("classes"))
        for (const auto& item : classes->as_object()) {
            const auto& row = item.value().as_array();
            table.add(
                {std::string(item.key()),
                 json::serialize(row[0]),
                 json::serialize(row[1]),
                 json::serialize(row[2])}
            );
        }
    table.print();
}

void show_diff(const training::SnapshotDiff& found) {
    print_line(fmt::format(
        "{} added, {} removed, {} changed, {} relabelled, {} moved, {} the same",
        found.added,
        found.removed,
        found.changed,
        found.relabeled,
        found.moved,
        found.same
    ));
}

void show_verified(const service::Verified& one) {
    print_line(fmt::format("snapshot '{}' is what it was closed as: {}", one.name, one.hash));
}

void export_members(CLI::App& snapshot, service::Context& context) {
    auto folder = std::make_shared<std::string>(".");
    auto& command = add_command(snapshot, "snapshot export");
    Flags<service::ExportSnapshot> flags(command, {.positionals = {{"snapshot", "NAME"}}});
    command.add_option("--out", *folder, "Folder (the present one)")->type_name("DIR");
    on_command(command, [folder, flags, &context] {
        auto request = flags.read();
        auto path = std::filesystem::path(*folder) /
                    fmt::format("{}.{}", request.snapshot, base::name_of(request.format));
        std::uint64_t rows = 0;
        write_file(path, [&](std::ostream& out) {
            rows = service::write_snapshot(context.environment(), request, out);
        });
        if (context.json) {
            print_json(json::object{{"file", path.string()}, {"members", rows}});
        } else {
            print_line(fmt::format("{} members in {}", rows, path.string()));
        }
    });
}

}  // namespace

void add_snapshot(CLI::App& cli, service::Context& context) {
    auto* snapshot = cli.add_subcommand("snapshot", "Immutable training, validation and test sets");
    snapshot->require_subcommand(1);
    FlagOptions by_name{.positionals = {{"snapshot", "NAME"}}};
    add_verb<service::create_snapshot>(
        *snapshot, context, "snapshot create", {.positionals = {{"name", "NAME"}}}, show_new
    );
    add_verb<service::list_snapshots>(*snapshot, context, "snapshot list", {}, show_list);
    add_verb<service::show_snapshot>(*snapshot, context, "snapshot show", by_name, show_one);
    add_verb<service::diff_snapshots>(
        *snapshot,
        context,
        "snapshot diff",
        {.positionals = {{"snapshot", "A"}, {"other", "B"}}},
        show_diff
    );
    add_verb<service::verify_snapshot>(
        *snapshot, context, "snapshot verify", by_name, show_verified
    );
    export_members(*snapshot, context);
}

}  // namespace app
