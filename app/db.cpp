#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "schema/migrate.hpp"

namespace app {

namespace json = boost::json;

void add_db(CLI::App& cli, service::Context& context) {
    auto* db = cli.add_subcommand("db", "The database's schema");
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
    db->add_subcommand("status", "Which migrations the database has")->callback([&context] {
        context.config.database.migrate = false;
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
                    {std::to_string(one.version),
                     one.name,
                     one.applied ? one.applied_at : "not yet"}
                );
            }
        }
        if (!context.json) table.print();
    });
}

}  // namespace app
