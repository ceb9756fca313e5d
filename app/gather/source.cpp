// `tilth source`: describe, check, run and schedule. A description is a TOML file; it is turned
// into JSON as a whole and checked by service::check_spec(), which gets a function from key to line
// so that it can point into the file. [rules] is written back as TOML, because mapping rules are
// kept as the text that they are parsed from.
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/gather/preview.hpp"
#include "app/gather/show.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/settings/document.hpp"
#include "schema/jobs/job_store.hpp"
#include "schema/sources/source_store.hpp"
#include "service/gather/cron.hpp"
#include "service/gather/gather.hpp"
#include "service/gather/gather_records.hpp"
#include "service/gather/sources.hpp"

namespace app {

namespace json = boost::json;
using Clock = std::chrono::system_clock;

namespace {

struct Described {
    std::string name;
    std::string kind;
    json::object spec;
    std::string schedule;
};

Described read_description(const std::string& file) {
    auto document = base::Document::toml_file(file);
    auto text = [&](const std::string& key) {
        const auto* found = document.root().as_object().if_contains(key);
        if (!found) return std::string();
        if (!found->is_string()) document.fail(key, "must be a string", "mend it");
        return std::string(found->as_string());
    };
    auto settings = document.without({"name", "kind", "schedule"});
    Described described{text("name"), text("kind"), settings.root().as_object(), text("schedule")};
    if (described.name.empty()) document.missing("name", "add name = \"..\"");
    if (described.kind.empty())
        document.missing(
            "kind", "add kind = \"crawl\", \"files\", \"api\", \"database\", \"feed\" or \"push\""
        );
    service::check_spec(described.kind, settings);
    return described;
}

void plan(base::Tx& tx, std::int64_t source_id, const std::string& schedule) {
    if (schedule.empty()) {
        schema::set_schedule(tx, source_id, "", std::nullopt);
        return;
    }
    schema::set_schedule(
        tx, source_id, schedule, service::next_time(service::parse_cron(schedule), Clock::now())
    );
}

json::object to_json(const schema::Source& source) {
    return {
        {"name", source.name},
        {"kind", source.kind},
        {"state", source.state},
        {"schedule", source.schedule},
        {"spec", json::parse(source.spec)}};
}

void add_verb(CLI::App& source, service::Context& context) {
    struct Options {
        std::string file, name, kind, schedule;
        std::vector<std::string> settings;
    };
    auto options = std::make_shared<Options>();
    auto* verb = source.add_subcommand("add", "Describe a source, from a TOML file or by flags");
    verb->add_option("FILE", options->file, "TOML with name, kind and the settings of that kind")
        ->type_name("FILE.toml");
    verb->add_option(
        "--kind", options->kind, "crawl, files, api, database, feed or push, without a file"
    );
    verb->add_option("--name", options->name, "Name, without a file");
    verb->add_option(
            "--set", options->settings, "KEY=VALUE of the kind; VALUE is JSON or plain text"
    )
        ->type_name("KEY=VALUE");
    verb->add_option("--schedule", options->schedule, "Five-field cron, @daily and the like");
    verb->callback([options, &context] {
        Described described;
        if (!options->file.empty()) {
            described = read_description(options->file);
        } else {
            described = {options->name, options->kind, {}, ""};
            if (described.name.empty() || described.kind.empty())
                throw base::UsageError(
                    "source add",
                    "needs FILE.toml, or --name and --kind",
                    "see 'tilth source add --help'"
                );
        }
        for (const auto& setting : options->settings) {
            auto equals = setting.find('=');
            if (equals == setting.npos)
                throw base::UsageError(
                    fmt::format("--set {}", setting), "is not KEY=VALUE", "write --set depth=3"
                );
            boost::system::error_code error;
            auto value = json::parse(setting.substr(equals + 1), error);
            described.spec[setting.substr(0, equals)] =
                error ? json::value(setting.substr(equals + 1)) : value;
        }
        if (!options->schedule.empty()) described.schedule = options->schedule;
        service::check_spec(described.kind, base::Document::of(described.spec));
        if (!described.schedule.empty()) service::parse_cron(described.schedule);
        context.database().call([&](base::Tx& tx) {
            auto added = schema::add_source(
                tx,
                {0, described.name, described.kind, json::serialize(described.spec), "", ""},
                Clock::now()
            );
            if (!added)
                throw base::Error(
                    fmt::format("source '{}'", described.name),
                    "there is one of that name",
                    "choose another name, or remove it first"
                );
            plan(tx, added->id, described.schedule);
        });
        if (context.json) {
            print_json(json::object{
                {"name", described.name}, {"kind", described.kind}, {"added", true}});
        } else {
            print_line(fmt::format(
                "source '{}' added; run it with 'tilth source run {} --wait'",
                described.name,
                described.name
            ));
        }
    });
}

void list_verb(CLI::App& source, service::Context& context) {
    source.add_subcommand("list", "All sources")->callback([&context] {
        Table table({"name", "kind", "state", "schedule", "records"});
        context.database().call([&](base::Tx& tx) {
            for (const auto& one : schema::list_sources(tx)) {
                auto records = schema::count_records(tx, one.id);
                if (context.json) {
                    auto object = to_json(one);
                    object["records"] = records;
                    print_json(object);
                } else {
                    table.add(
                        {one.name,
                         one.kind,
                         one.state,
                         one.schedule,
                         grouped(static_cast<std::uint64_t>(records))}
                    );
                }
            }
        });
        if (!context.json) table.print();
    });
}

void show_verb(CLI::App& source, service::Context& context) {
    auto name = std::make_shared<std::string>();
    auto* verb = source.add_subcommand("show", "One source: settings, columns and last runs");
    verb->add_option("NAME", *name)->required();
    verb->callback([name, &context] {
        context.database().call([&](base::Tx& tx) {
            auto found = schema::require_source(tx, *name);
            auto object = to_json(found);
            json::array columns, runs;
            for (const auto& column : schema::latest_columns(tx, found.id))
                columns.push_back(json::object{{"name", column.name}, {"unit", column.unit}});
            for (const auto& run : schema::list_runs(tx, found.id, 10))
                runs.push_back(json::object{
                    {"run", run.id},
                    {"state", run.state},
                    {"read", run.counts.read},
                    {"new", run.counts.added},
                    {"changed", run.counts.changed},
                    {"unchanged", run.counts.unchanged},
                    {"rejected", run.counts.rejected},
                    {"started_at", run.started_at},
                    {"seconds", run.seconds},
                    {"error", run.error}});
            object["records"] = schema::count_records(tx, found.id);
            object["columns"] = columns;
            object["runs"] = runs;
            if (context.json) {
                print_json(object);
                return;
            }
            print_line(fmt::format(
                "{} ({}, {}): {} records",
                found.name,
                found.kind,
                found.state,
                object["records"].as_int64()
            ));
            print_line(fmt::format("settings: {}", json::serialize(object["spec"])));
            if (!found.schedule.empty()) print_line(fmt::format("schedule: {}", found.schedule));
            if (!columns.empty()) print_line(fmt::format("columns: {}", json::serialize(columns)));
            Table table(
                {"run", "state", "read", "new", "changed", "unchanged", "rejected", "started"}
            );
            for (const auto& run : schema::list_runs(tx, found.id, 10))
                table.add(
                    {std::to_string(run.id),
                     run.state,
                     grouped(run.counts.read),
                     grouped(run.counts.added),
                     grouped(run.counts.changed),
                     grouped(run.counts.unchanged),
                     grouped(run.counts.rejected),
                     run.started_at}
                );
            if (!table.empty()) table.print();
        });
    });
}

void check_verb(CLI::App& source, service::Context& context) {
    auto name = std::make_shared<std::string>();
    auto* verb = source.add_subcommand(
        "check", "Whether a source's settings are sound, without touching its data"
    );
    verb->add_option("NAME", *name)->required();
    verb->callback([name, &context] {
        auto found = context.database().call([&](base::Tx& tx) {
            return schema::require_source(tx, *name);
        });
        service::check_spec(found.kind, base::Document::json(found.spec));
        if (!found.schedule.empty()) service::parse_cron(found.schedule);
        auto lines = service::explain_records(found);
        if (context.json) {
            json::array plan;
            for (const auto& line : lines) plan.emplace_back(line);
            print_json(json::object{{"name", found.name}, {"ok", true}, {"plan", plan}});
        } else {
            for (const auto& line : lines) print_line(line);
            print_line(fmt::format("source '{}' is sound", found.name));
        }
    });
}

void run_verb(CLI::App& source, service::Context& context) {
    struct Options {
        std::string name;
        bool wait = false;
        std::uint64_t limit = 0;
    };
    auto options = std::make_shared<Options>();
    auto* verb = source.add_subcommand(
        "run", "Gather a source: queue it for the workers, or here and now with --wait"
    );
    verb->add_option("NAME", options->name)->required();
    verb->add_flag("--wait", options->wait, "Run it in this process and show what came of it");
    verb->add_option(
            "--limit", options->limit, "Show so many records as they would be stored; store nothing"
    )
        ->check(CLI::PositiveNumber);
    verb->callback([options, &context] {
        auto found = context.database().call([&](base::Tx& tx) {
            return schema::require_source(tx, options->name);
        });
        if (options->limit > 0) return preview(context, found, options->limit);
        if (options->wait) {
            gather_and_tell(context, found);
            return;
        }
        bool queued = service::queue_source(context.database(), found, Clock::now());
        if (context.json) {
            print_json(json::object{{"source", found.name}, {"queued", queued}});
        } else {
            print_line(
                queued ? fmt::format("queued; a worker takes it up ('tilth up' runs one)")
                       : fmt::format("already queued")
            );
        }
    });
}

void schedule_verb(CLI::App& source, service::Context& context) {
    struct Options {
        std::string name, cron;
    };
    auto options = std::make_shared<Options>();
    auto* verb = source.add_subcommand(
        "schedule", "When the scheduler of 'tilth up' runs a source; \"\" ends it"
    );
    verb->add_option("NAME", options->name)->required();
    verb->add_option(
            "CRON",
            options->cron,
            "Five fields, with TZ=Area/City before them for another zone than UTC; or @hourly, "
            "@daily, @weekly, @monthly"
    )
        ->required();
    verb->callback([options, &context] {
        context.database().call([&](base::Tx& tx) {
            plan(tx, schema::require_source(tx, options->name).id, options->cron);
        });
        auto next = options->cron.empty() ? std::string("never")
                                          : schema::timestamp(service::next_time(
                                                service::parse_cron(options->cron), Clock::now()
                                            ));
        if (context.json) {
            print_json(json::object{
                {"name", options->name}, {"schedule", options->cron}, {"next", next}});
        } else {
            print_line(fmt::format("next run: {}", next));
        }
    });
}

}  // namespace

void add_source(CLI::App& cli, service::Context& context) {
    auto* source =
        cli.add_subcommand("source", "Where data comes from: describe, run and schedule sources");
    source->require_subcommand(1);
    add_verb(*source, context);
    list_verb(*source, context);
    show_verb(*source, context);
    check_verb(*source, context);
    run_verb(*source, context);
    FlagOptions by_name{.positionals = {{"source", "NAME"}}};
    auto show_state = [](const service::SourceState& now) {
        print_line(fmt::format("source '{}' is {}", now.name, now.state));
    };
    add_verb<service::pause_source>(*source, context, "source pause", by_name, show_state);
    add_verb<service::resume_source>(*source, context, "source resume", by_name, show_state);
    add_verb<service::remove_source>(*source, context, "source remove", by_name, show_state);
    schedule_verb(*source, context);
    add_source_contract(*source, context);
    add_source_crawl(*source, context);
}

}  // namespace app
