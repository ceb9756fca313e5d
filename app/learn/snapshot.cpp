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
#include "crawler/policy/consent_store.hpp"
#include "labeling/projects/project_store.hpp"
#include "schema/sources/source_store.hpp"
#include "service/gather/gather.hpp"
#include "training/preparation/prepare.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace app {

namespace json = boost::json;

namespace {

json::object to_json(const training::SnapshotInfo& snapshot) {
    return {
        {"name", snapshot.name},
        {"project", snapshot.project},
        {"source", snapshot.source},
        {"state", snapshot.state},
        {"hash", snapshot.hash},
        {"members", snapshot.members},
        {"counts", json::parse(snapshot.counts)},
        {"spec", json::parse(snapshot.spec)},
        {"created_at", snapshot.created_at}};
}

std::string sizes(const training::SnapshotInfo& snapshot) {
    auto counts = json::parse(snapshot.counts).as_object();
    if (!counts.contains("training")) return "";
    return fmt::format(
        "{} / {} / {}",
        counts.at("training").to_number<std::int64_t>(),
        counts.at("validation").to_number<std::int64_t>(),
        counts.at("test").to_number<std::int64_t>()
    );
}

// What the sites of a crawled source say now counts, not only what they said when their pages were
// fetched.
void recheck_consent(service::Context& context, const std::string& project) {
    auto source = context.database().call([&](base::Tx& tx) {
        auto name = labeling::load_project(tx, project).project.source;
        return schema::require_source(tx, name);
    });
    if (source.kind != "crawl") return;
    auto agent = service::crawl_user_agent(context.config, source);
    crawler::check_consent(context.database(), source.id, agent, context.stop());
}

void create(CLI::App& snapshot, service::Context& context) {
    auto spec = std::make_shared<training::SnapshotSpec>();
    auto* verb = snapshot.add_subcommand(
        "create", "Fix labelled records, their labels and their split, for good"
    );
    verb->add_option("NAME", spec->name)->required();
    verb->add_option("--project", spec->project, "Labeling project")->required()->type_name("P");
    verb->add_option("--where", spec->where, "Condition on fields, class, probability ..")
        ->type_name("EXPR");
    verb->add_option(
        "--split",
        spec->split,
        "Fractions of training, validation and test (0.8,0.1,0.1), or field=NAME"
    );
    verb->add_option(
        "--group", spec->group, "Records of equal value in this field stay on one side"
    );
    verb->add_option("--time", spec->time, "Split by this field's time: the newest are the test");
    verb->add_option("--seed", spec->seed, "Of the split (1)");
    verb->callback([spec, &context] {
        recheck_consent(context, spec->project);
        auto result =
            training::create_snapshot(context.database(), *spec, std::chrono::system_clock::now());
        if (context.json) {
            auto object = to_json(result.snapshot);
            object["created"] = result.created;
            print_json(object);
            return;
        }
        print_line(fmt::format(
            "snapshot '{}' {}: {} members, training / validation / test {}",
            spec->name,
            result.created ? "made" : "was there already, the same",
            grouped(result.snapshot.members),
            sizes(result.snapshot)
        ));
        print_line(fmt::format("hash {}", result.snapshot.hash));
        auto counts = json::parse(result.snapshot.counts).as_object();
        if (const auto* denied = counts.if_contains("consent_denied");
            denied && denied->to_number<std::int64_t>() > 0)
            print_line(fmt::format(
                "{} records left out: their sites forbid training",
                grouped(denied->to_number<std::uint64_t>())
            ));
    });
}

void list(CLI::App& snapshot, service::Context& context) {
    snapshot.add_subcommand("list", "All snapshots")->callback([&context] {
        Table table(
            {"snapshot", "project", "members", "training / validation / test", "hash", "created"}
        );
        for (const auto& one : training::list_snapshots(context.database())) {
            if (context.json) {
                print_json(to_json(one));
            } else {
                table.add(
                    {one.name,
                     one.project,
                     grouped(one.members),
                     sizes(one),
                     one.hash.substr(0, 12),
                     one.created_at}
                );
            }
        }
        if (!context.json) table.print();
    });
}

void show(CLI::App& snapshot, service::Context& context) {
    auto name = std::make_shared<std::string>();
    auto* verb =
        snapshot.add_subcommand("show", "One snapshot: how it was made, and classes by side");
    verb->add_option("NAME", *name)->required();
    verb->callback([name, &context] {
        auto one = training::require_snapshot(context.database(), *name);
        if (context.json) {
            print_json(to_json(one));
            return;
        }
        print_line(fmt::format(
            "{} of project {}: {} members, {}",
            one.name,
            one.project,
            grouped(one.members),
            sizes(one)
        ));
        print_line(fmt::format("hash {}", one.hash));
        print_line(fmt::format("made with {}", one.spec));
        Table table({"class", "training", "validation", "test"});
        auto counts = json::parse(one.counts).as_object();
        for (const auto& item : counts.at("classes").as_object()) {
            const auto& row = item.value().as_array();
            table.add(
                {std::string(item.key()),
                 json::serialize(row[0]),
                 json::serialize(row[1]),
                 json::serialize(row[2])}
            );
        }
        table.print();
    });
}

void diff(CLI::App& snapshot, service::Context& context) {
    struct Names {
        std::string a, b;
    };
    auto names = std::make_shared<Names>();
    auto* verb = snapshot.add_subcommand(
        "diff", "What another snapshot has added, removed, changed, relabelled or moved"
    );
    verb->add_option("A", names->a)->required();
    verb->add_option("B", names->b)->required();
    verb->callback([names, &context] {
        auto& database = context.database();
        auto found = training::diff_snapshots(
            database,
            training::require_snapshot(database, names->a),
            training::require_snapshot(database, names->b)
        );
        if (context.json) {
            print_json(json::object{
                {"added", found.added},
                {"removed", found.removed},
                {"changed", found.changed},
                {"relabeled", found.relabeled},
                {"moved", found.moved},
                {"same", found.same}});
        } else {
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
    });
}

void verify(CLI::App& snapshot, service::Context& context) {
    auto name = std::make_shared<std::string>();
    auto* verb =
        snapshot.add_subcommand("verify", "Compute the hash again from the stored members");
    verb->add_option("NAME", *name)->required();
    verb->callback([name, &context] {
        auto one = training::require_snapshot(context.database(), *name);
        bool good = training::verify_snapshot(context.database(), one);
        if (context.json)
            print_json(json::object{{"name", one.name}, {"hash", one.hash}, {"verified", good}});
        if (!good)
            throw base::Error(
                fmt::format("snapshot '{}'", one.name),
                "its members are not those it was closed with",
                "restore it from a backup, or make another"
            );
        if (!context.json)
            print_line(fmt::format("snapshot '{}' is what it was closed as: {}", one.name, one.hash)
            );
    });
}

void export_members(CLI::App& snapshot, service::Context& context) {
    struct Options {
        std::string name, format = "jsonl", out = ".";
        bool prepared = false;
    };
    auto options = std::make_shared<Options>();
    auto* verb = snapshot.add_subcommand("export", "Write the members with label, split and text");
    verb->add_option("NAME", options->name)->required();
    verb->add_option("--format", options->format, "jsonl or csv");
    verb->add_option("--out", options->out, "Folder (the present one)")->type_name("DIR");
    verb->add_flag(
        "--prepared", options->prepared, "As models see them: see 'tilth prepare'; with the numbers"
    );
    verb->callback([options, &context] {
        auto one = training::require_snapshot(context.database(), options->name);
        std::filesystem::create_directories(options->out);
        auto path = std::filesystem::path(options->out) / (one.name + "." + options->format);
        std::ofstream out(path, std::ios::binary);
        if (!out) throw base::Error(path.string(), "cannot be written", "choose another --out");
        training::Prepared prepared;
        if (options->prepared) {
            training::ExampleStore store(context.database(), context.blobs());
            store.leave_images();
            prepared = training::prepare(
                context.database(), store, one, std::nullopt, std::chrono::system_clock::now()
            );
        }
        auto rows = training::export_snapshot(
            context.database(), one, options->format, out, prepared.fitted
        );
        out.flush();
        if (!out)
            throw base::Error(path.string(), "could not be written to its end", "free disk space");
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
    create(*snapshot, context);
    list(*snapshot, context);
    show(*snapshot, context);
    diff(*snapshot, context);
    verify(*snapshot, context);
    export_members(*snapshot, context);
}

}  // namespace app
