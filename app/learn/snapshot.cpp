// `tilth snapshot`: make, compare, verify and export fixed sets. Making the same again is no error
// and says so. What was left out and why (consent, columns that repeat the label) is said when the
// set is made, because nobody looks for it later. A snapshot that no longer verifies is exit code
// 1, so that a script notices.
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "base/error.hpp"
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
    if (const auto* clusters = counts.if_contains("clusters")) {
        const auto alone = clusters->to_number<std::uint64_t>();
        const auto rows = snapshot.members + counts.at("left_out").to_number<std::uint64_t>();
        if (alone > 0 && alone < rows)
            print_line(fmt::format(
                "{} records repeat others or share their group: each group is on one side",
                grouped(rows - alone)
            ));
    }
    if (const auto* warnings = counts.if_contains("warnings"))
        for (const auto& warning : warnings->as_array())
            print_line(fmt::format("warning: {}", std::string(warning.as_string())));
    if (const auto* format = counts.if_contains("time_format");
        format && !format->as_string().empty())
        print_line(fmt::format("times are read as '{}'", std::string(format->as_string())));
    const auto* methods = counts.if_contains("methods");
    const auto* ruled = methods ? methods->as_object().if_contains("rules") : nullptr;
    if (ruled) {
        const auto& parts = ruled->as_array();
        auto in = [&](std::size_t part) { return parts.at(part).to_number<std::uint64_t>(); };
        print_line(fmt::format(
            "labels that rules made: {} / {} / {}", grouped(in(0)), grouped(in(1)), grouped(in(2))
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
        "{} of {} {}: {} members, {}",
        one.name,
        one.project.empty() ? "source" : "project",
        one.project.empty() ? one.source : one.project,
        grouped(one.members),
        sizes(one)
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
    if (!table.empty()) table.print();
    if (const auto* folds = counts.if_contains("folds"); folds && !folds->as_array().empty())
        print_line(fmt::format("folds {}", json::serialize(*folds)));
    if (const auto* warnings = counts.if_contains("warnings"))
        for (const auto& warning : warnings->as_array())
            print_line(fmt::format("warning: {}", std::string(warning.as_string())));
    if (one.test_reads.empty()) print_line("the test part was not read yet");
    for (const auto& reads : one.test_reads)
        print_line(fmt::format(
            "the test part was read {} times by {}", reads.reads, base::name_of(reads.reader)
        ));
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
    for (const auto* list : {&found.classes, &found.sources}) {
        Table table(
            {list == &found.classes ? "class" : "source",
             "added",
             "removed",
             "changed",
             "relabelled",
             "moved",
             "same"}
        );
        for (const auto& one : *list)
            table.add(
                {one.name,
                 grouped(one.added),
                 grouped(one.removed),
                 grouped(one.changed),
                 grouped(one.relabeled),
                 grouped(one.moved),
                 grouped(one.same)}
            );
        if (!table.empty()) table.print();
    }
    Table records({"record", "differs", "label", "then", "side", "then"});
    for (const auto& one : found.items)
        records.add(
            {one.key,
             fmt::format("{}", fmt::join(one.differences, ", ")),
             one.label,
             one.other_label,
             one.side,
             one.other_side}
        );
    if (!records.empty()) records.print();
    if (found.next) print_line("more: --after '" + *found.next + "'");
}

void show_verified(const service::Verified& one) {
    print_line(fmt::format("snapshot '{}' is what it was closed as: {}", one.name, one.hash));
    if (!one.rights) return;
    print_line(fmt::format(
        "{} members of sites that forbid training now, {} with another licence than then",
        grouped(static_cast<std::uint64_t>(one.rights->denied)),
        grouped(static_cast<std::uint64_t>(one.rights->licence_changed))
    ));
    for (const auto& key : one.rights->examples) print_line("  " + key);
}

void verify(CLI::App& snapshot, service::Context& context) {
    auto& command = add_command(snapshot, "snapshot verify");
    Flags<service::VerifySnapshot> flags(command, {.positionals = {{"snapshot", "NAME"}}});
    on_command(command, [flags, &context] {
        auto found = ask<service::verify_snapshot>(context, flags.read());
        if (context.json) {
            print_answer(base::Answer(found));
        } else {
            show_verified(found);
        }
        if (found.rights && found.rights->denied > 0)
            throw base::Error(
                fmt::format("snapshot '{}'", found.name),
                fmt::format(
                    "{} of its members are of sites that forbid training", found.rights->denied
                ),
                "make another snapshot, which leaves them out"
            );
    });
}

void export_members(CLI::App& snapshot, service::Context& context) {
    auto folder = std::make_shared<std::string>(".");
    auto& command = add_command(snapshot, "snapshot export");
    Flags<service::ExportSnapshot> flags(command, {.positionals = {{"snapshot", "NAME"}}});
    command.add_option("--out", *folder, "Folder (the present one)")->type_name("DIR");
    on_command(command, [folder, flags, &context] {
        auto request = flags.read();
        training::SnapshotFiles written;
        // The formats of rows are those of one file; the others have a folder of their own.
        const bool file =
            base::parse<formats::RowFormat>(base::name_of(request.format)).has_value();
        write_folder(*folder, file ? "" : request.snapshot, [&](const std::filesystem::path& into) {
            written = service::write_snapshot(context.environment(), request, into);
        });
        const auto path = std::filesystem::path(*folder) / written.files.front();
        if (context.json) {
            print_json(json::object{{"file", path.string()}, {"members", written.members}});
        } else {
            print_line(fmt::format("{} members in {}", written.members, path.string()));
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
    verify(*snapshot, context);
    add_verb<service::card_of>(
        *snapshot,
        context,
        "snapshot card",
        by_name,
        [](const training::Card& card) { print_line(training::card_markdown(card)); }
    );
    export_members(*snapshot, context);
}

}  // namespace app
