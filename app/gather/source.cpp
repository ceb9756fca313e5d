// `tilth source`: describe, check, run and schedule. A description is a TOML file; it is checked
// here, where its lines are known, and sent on as the settings that it holds.
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/gather/preview.hpp"
#include "app/gather/show.hpp"
#include "app/gather/source_commands.hpp"
#include "app/verbs.hpp"
#include "base/bytes/base64.hpp"
#include "base/error.hpp"
#include "base/run/files.hpp"
#include "base/settings/document.hpp"
#include "base/settings/read.hpp"
#include "base/time/time.hpp"
#include "service/gather/contracts.hpp"
#include "service/gather/crawled.hpp"
#include "service/gather/gathering.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/gather/life/source_edit.hpp"
#include "service/gather/sources.hpp"

namespace app {

namespace json = boost::json;

service::AddSource read_description(const std::string& file, const service::AddSource& known) {
    auto document = base::Document::toml_file(file);
    auto settings = document.without({"name", "kind", "schedule"});
    auto described = known;
    described.spec.text = json::serialize(settings.root());
    for (auto [key, into] :
         {std::pair("name", &described.name),
          std::pair("kind", &described.kind),
          std::pair("schedule", &described.schedule)}) {
        const auto* found = document.root().as_object().if_contains(key);
        if (!found) continue;
        if (!found->is_string()) document.fail(key, "must be a string", "mend it");
        *into = found->as_string();
    }
    // Keys that are wanted here, misspelt: the settings of a kind are not known before the kind is.
    for (const auto& [name, value] : settings.root().as_object())
        if (described.kind.empty() || described.name.empty()) {
            auto mend = base::mend_of_unknown(name, {"name", "kind", "schedule"});
            if (mend.starts_with("did you mean")) document.unknown(std::string(name), mend);
        }
    if (described.name.empty()) document.missing("name", "add name = \"..\"");
    if (described.kind.empty())
        document.missing("kind", "add kind = \"..\": " + service::source_kind_names());
    service::check_spec(described.kind, settings);
    return described;
}

namespace {

void print_queued(const service::Context& context, const service::QueuedRun& run) {
    if (context.json) return print_answer(base::Answer(run));
    if (run.keeps_other)
        print_line(
            "this run has settings of its own: the source keeps its own (--save changes them)"
        );
    print_line(
        run.queued ? "queued; a worker takes it up ('tilth up' runs one)" : "already queued"
    );
}

void add_adding(CLI::App& source, service::Context& context) {
    struct Options {
        std::string file;
        std::vector<std::string> settings;
    };
    auto options = std::make_shared<Options>();
    auto& command = add_command(source, "source add");
    command.add_option("FILE", options->file, "TOML with name, kind and the settings of that kind")
        ->type_name("FILE.toml");
    command
        .add_option(
            "--set", options->settings, "KEY=VALUE of the kind; VALUE is JSON or plain text"
        )
        ->type_name("KEY=VALUE");
    Flags<service::AddSource> flags(command, {.without = {"spec"}});
    on_command(command, [options, flags, &context] {
        service::AddSource described;
        if (!options->file.empty()) described = read_description(options->file);
        flags.set(described);
        if (described.name.empty() || described.kind.empty())
            throw base::UsageError(
                "source add",
                "needs FILE.toml, or --name and --kind",
                "see 'tilth source add --help'"
            );
        for (const auto& setting : options->settings) {
            auto equals = setting.find('=');
            if (equals == setting.npos)
                throw base::UsageError(
                    fmt::format("--set {}", setting), "is not KEY=VALUE", "write --set depth=3"
                );
            service::set_member(
                described.spec, setting.substr(0, equals), setting.substr(equals + 1)
            );
        }
        auto added = ask<service::add_source>(context, described);
        if (context.json) return print_answer(base::Answer(added));
        print_line(fmt::format(
            "source '{}' added; run it with 'tilth source run {} --wait'", added.name, added.name
        ));
    });
}

void add_upload(CLI::App& source, service::Context& context) {
    auto file = std::make_shared<std::string>();
    auto& command = add_command(source, "source upload");
    command.add_option("FILE", *file, "What to give")->required();
    Flags<service::Upload> flags(
        command, {.positionals = {{"source", "NAME"}}, .without = {"name", "content", "base64"}}
    );
    on_command(command, [file, flags, &context] {
        service::Upload request;
        flags.set(request);
        request.name = std::filesystem::path(*file).filename().string();
        request.base64 = base::base64(base::read_whole_file(*file));
        print_queued(context, ask<service::upload_file>(context, request));
    });
}

void print_sources(const std::vector<service::ListedSource>& sources) {
    Table table({"name", "kind", "state", "schedule", "records"});
    for (const auto& one : sources)
        table.add(
            {one.name,
             one.kind,
             one.state,
             one.schedule.value_or(""),
             grouped(static_cast<std::uint64_t>(one.records))}
        );
    table.print();
}

void add_running(CLI::App& source, service::Context& context) {
    struct Options {
        bool wait = false;
        int limit = 0;
    };
    auto options = std::make_shared<Options>();
    auto& command = add_command(source, "source run");
    Flags<service::SourceName> flags(command, source_by_name);
    command.add_flag("--wait", options->wait, "Run it in this process and show what came of it");
    command
        .add_option(
            "--limit", options->limit, "Show so many records as they would be stored; store nothing"
        )
        ->check(CLI::Range(1, 1000));
    on_command(command, [options, flags, &context] {
        auto name = flags.read();
        if (options->limit > 0)
            return preview(
                context, {.source = name.source, .kind = {}, .spec = {}, .records = options->limit}
            );
        if (options->wait) {
            schema::Source found;
            service::run_locally(context.environment(), [&](service::Work& work) {
                found = service::known_source(work, name.source);
            });
            gather_and_tell(context, found);
            return;
        }
        print_queued(context, ask<service::run_source>(context, name));
    });
}

void add_contract(CLI::App& source, service::Context& context) {
    add_verb<service::show_rules>(
        source,
        context,
        "source rules",
        source_by_name,
        [](const service::SourceRules& found) { print_line(found.rules); }
    );
    add_verb<service::list_fields>(
        source,
        context,
        "source fields",
        source_by_name,
        [](const service::Page<service::ContractField>& page) {
            Table table({"field", "kinds", "records in quarantine"});
            for (const auto& [field, kinds, waiting] : page.items)
                table.add(
                    {field,
                     kinds.empty() ? "not accepted" : kinds,
                     waiting ? std::to_string(waiting) : std::string()}
                );
            table.print();
        }
    );
    add_verb<service::accept_fields>(
        source,
        context,
        "source accept",
        {.positionals = {{"source", "NAME"}, {"fields", "FIELD"}}},
        [](const service::Page<service::AcceptedField>& page) {
            for (const auto& [field, released] : page.items)
                print_line(fmt::format("'{}' accepted, {} records released", field, released));
            if (page.items.empty()) print_line("no field waits");
        }
    );
}

void print_urls(const std::vector<crawler::UrlLine>& lines) {
    Table table({"state", "reason", "detail", "status", "url"});
    for (const auto& line : lines) {
        auto reason = line.reason;
        if (!line.gone_at.empty()) reason += " gone";
        if (!line.orphaned_at.empty()) reason += " orphaned";
        table.add(
            {line.state,
             reason,
             line.detail,
             line.status ? std::to_string(line.status) : "",
             line.url}
        );
    }
    table.print();
}

void print_log(const std::vector<service::RunLogLine>& lines) {
    Table table({"at", "what", "how", "url"});
    for (const auto& line : lines)
        table.add(
            {base::rfc3339(line.at), std::string(base::name_of(line.what)), line.text, line.url}
        );
    table.print();
}

void print_hosts(const service::Page<service::CrawledHost>& page) {
    Table table(
        {"host",
         "server",
         "requests",
         "bytes",
         "errors",
         "mean ms",
         "delay ms",
         "state",
         "queued",
         "done",
         "left out"}
    );
    for (const auto& line : page.items)
        table.add(
            {line.host,
             line.address,
             grouped(line.requests),
             grouped(line.bytes),
             grouped(line.errors),
             fmt::format("{:.0f}", line.mean_ms),
             fmt::format("{:.0f}", line.delay_ms),
             line.state,
             grouped(line.queued),
             grouped(line.done),
             grouped(line.left_out)}
        );
    table.print();
}

}  // namespace

void add_source(CLI::App& cli, service::Context& context) {
    auto* source =
        cli.add_subcommand("source", "Where data comes from: describe, run and schedule sources");
    source->require_subcommand(1);
    add_adding(*source, context);
    add_list<service::list_sources>(*source, context, "source list", {}, print_sources);
    add_verb<service::show_source>(*source, context, "source show", source_by_name, print_source);
    add_list<service::list_source_runs>(
        *source, context, "source runs", source_by_name, print_runs
    );
    add_some<service::show_run_log>(*source, context, "source log", 50, source_by_name, print_log);
    add_verb<service::check_source>(
        *source,
        context,
        "source check",
        source_by_name,
        [](const service::SourceCheck& checked) {
            for (const auto& line : checked.plan) print_line(line);
            print_line(fmt::format("source '{}' is sound", checked.name));
        }
    );
    add_source_preview(*source, context);
    add_running(*source, context);
    add_upload(*source, context);
    auto show_state = [](const service::SourceState& now) {
        print_line(fmt::format("source '{}' is {}", now.name, now.state));
    };
    add_verb<service::pause_source>(*source, context, "source pause", source_by_name, show_state);
    add_verb<service::resume_source>(*source, context, "source resume", source_by_name, show_state);
    add_source_editing(*source, context);
    add_source_ending(*source, context);
    add_verb<service::schedule_source>(
        *source,
        context,
        "source schedule",
        {.positionals = {{"source", "NAME"}, {"cron", "CRON"}}},
        [](const service::SourceSchedule& now) {
            print_line("next run: " + (now.next ? base::rfc3339(*now.next) : "never"));
        }
    );
    add_contract(*source, context);
    add_some<service::list_urls>(*source, context, "source urls", 50, source_by_name, print_urls);
    add_verb<service::list_hosts>(*source, context, "source hosts", source_by_name, print_hosts);
}

}  // namespace app
