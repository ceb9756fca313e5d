// `tilth db`: the schema of the database and, where it is a cluster's coordinator, where its tables
// lie. It asks schema/ itself and not a verb: a service that runs on a database does not move it.
#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "base/json/described.hpp"
#include "base/run/progress.hpp"
#include "schema/backup/backup.hpp"
#include "schema/migrate.hpp"
#include "schema/placement/placement_store.hpp"
#include "service/version.hpp"

namespace app {

namespace json = boost::json;

namespace {

void show_migrations(service::Context& context) {
    Table table({"version", "name", "applied"});
    for (const auto& one : schema::migrations(context.database())) {
        if (context.json) {
            print_json(json::object{
                {"version", one.version},
                {"name", one.name},
                {"applied", one.applied},
                {"applied_at", one.applied_at}});
        } else {
            table.add(
                {std::to_string(one.version), one.name, one.applied ? one.applied_at : "not yet"}
            );
        }
    }
    if (!context.json) table.print();
}

// Of a cluster; a database on one machine has no more to say.
void show_places(service::Context& context) {
    auto places = schema::table_places(context.database());
    if (std::ranges::none_of(places, &schema::TablePlace::placed)) return;
    Table table({"table", "place", "distributed"});
    for (const auto& each : places) {
        if (context.json) {
            print_json(base::to_json(each));
        } else {
            table.add({each.table, each.place, each.placed ? "yes" : "not yet"});
        }
    }
    if (!context.json) table.print();
}

void distribute(service::Context& context, const schema::Distributing& how) {
    std::size_t there = 0;
    auto moved = schema::distribute(context.database(), how, [&](const schema::TablePlace& each) {
        if (each.placed) {
            ++there;
        } else if (!context.json) {
            print_line(fmt::format("{} ({})", each.table, each.place));
        }
        if (context.json && how.only_look) print_json(base::to_json(each));
    });
    if (how.only_look) return;
    if (context.json) {
        print_json(json::object{{"distributed", moved}, {"there", there}});
    } else {
        print_line(fmt::format("{} tables distributed, {} lay there already", moved, there));
    }
}

// Tells how far it is, a line for each part of the work.
schema::BackupProgress shown(std::unique_ptr<base::Progress>& bar, std::string& at) {
    return [&](const std::string& what, std::uint64_t done, std::uint64_t total) {
        if (what != at) bar.reset();
        at = what;
        if (done == 0) return;
        if (!bar) bar = std::make_unique<base::Progress>(what, "files", total);
        bar->update(done);
    };
}

void print_backup(service::Context& context, std::string_view verb, const schema::Backup& backup) {
    if (context.json) {
        print_json(base::to_json(backup));
        return;
    }
    print_line(fmt::format(
        "{} {} rows of {} tables and {} files of blobs ({} bytes), as of {}",
        verb,
        backup.rows,
        backup.tables.size(),
        backup.blobs,
        backup.blob_bytes,
        backup.made_at
    ));
}

void back_up(service::Context& context, const std::string& folder) {
    std::unique_ptr<base::Progress> bar;
    std::string at;
    auto backup = schema::back_up(
        context.database(), context.blobs(), folder, service::version, shown(bar, at)
    );
    print_backup(context, "backed up", backup);
}

void restore(service::Context& context, const std::string& folder) {
    std::unique_ptr<base::Progress> bar;
    std::string at;
    auto backup = schema::restore(context.database(), context.blobs(), folder, shown(bar, at));
    print_backup(context, "restored", backup);
}

// One that needs a folder.
void add_with_folder(
    CLI::App& db,
    service::Context& context,
    const char* name,
    const char* words,
    void (*work)(service::Context&, const std::string&)
) {
    auto* command = db.add_subcommand(name, words);
    auto folder = std::make_shared<std::string>();
    command->add_option("DIR", *folder, "The backup's folder")->required();
    command->callback([&context, folder, work] {
        context.config.database.migrate = false;
        work(context, *folder);
    });
}

}  // namespace

void add_db(CLI::App& cli, service::Context& context) {
    auto* db = cli.add_subcommand("db", "The database's schema, and where its tables lie");
    db->require_subcommand(1);
    db->add_subcommand("migrate", "Bring the schema up to date")->callback([&context] {
        context.config.database.migrate = false;
        auto count = schema::migrate(context.database());
        if (context.json) {
            print_json(json::object{{"applied", count}});
        } else {
            print_line(
                count ? fmt::format("{} migrations applied", count) : std::string("up to date")
            );
        }
    });
    db->add_subcommand("status", "Which migrations the database has, and what is distributed")
        ->callback([&context] {
            context.config.database.migrate = false;
            show_migrations(context);
            show_places(context);
        });
    auto* spread = db->add_subcommand(
        "distribute",
        "Spread the tables over the nodes of a cluster (Citus); goes on where it ended"
    );
    auto how = std::make_shared<schema::Distributing>();
    spread->add_option("--shards", how->shards, "Parts of each table that is spread (default 32)")
        ->check(CLI::Range(1, schema::most_shards));
    spread->add_flag("--dry-run", how->only_look, "Check, and say what would be placed where");
    spread->callback([&context, how] {
        context.config.database.migrate = false;
        distribute(context, *how);
    });
    add_with_folder(
        *db, context, "backup", "Write all of one moment, blobs too, into a new folder", back_up
    );
    add_with_folder(
        *db, context, "restore", "Bring a backup into an empty database, and check it", restore
    );
}

}  // namespace app
