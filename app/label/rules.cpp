// Labeling rules as commands: a set of them is a file here, and JSON over HTTP.
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "base/database/database.hpp"
#include "base/run/progress.hpp"
#include "service/labels/rules/rules.hpp"

namespace app {

namespace {

const FlagOptions rules_of_project{.positionals = {{"project", "NAME"}}};

std::string counted(std::int64_t n) {
    return grouped(static_cast<std::uint64_t>(n));
}

void print_rules_state(const service::RulesState& state) {
    print_line(fmt::format("version {} of the rules: {}", state.version, counted(state.rules)));
    if (!state.votes_of)
        print_line("they were not run yet");
    else if (state.outdated)
        print_line(fmt::format(
            "the votes are of version {}: 'tilth label rules run {}' replaces them",
            *state.votes_of,
            state.project
        ));
}

void set_rules(CLI::App& rules, service::Context& context) {
    auto file = std::make_shared<std::string>();
    auto& command = add_command(rules, "label rules set");
    Flags<service::SetRules> flags(
        command, {.positionals = {{"project", "NAME"}}, .without = {"balance", "rule"}}
    );
    command.add_option("FILE", *file, "TOML with [[rule]]: name, kind, class, words or pattern ..")
        ->required()
        ->type_name("FILE.toml");
    on_command(command, [file, flags, &context] {
        auto request = flags.read(base::Document::toml_file(*file));
        auto state = ask<service::set_rules>(context, request);
        if (context.json) return print_answer(base::Answer(state));
        print_rules_state(state);
    });
}

void print_shown_rules(const service::RulesShown& shown) {
    print_rules_state(shown);
    print_line(fmt::format(
        "run over {} records, votes on {}; {} labels by rules",
        counted(shown.records),
        counted(shown.voted),
        counted(shown.labels)
    ));
    for (const auto& rule : shown.definitions) {
        base::JsonText text{labeling::Rule::settings.text(rule)};
        print_line(text.text);
    }
}

void run_rules(CLI::App& rules, service::Context& context) {
    auto& command = add_command(rules, "label rules run");
    Flags<service::OfRules> flags(command, rules_of_project);
    on_command(command, [flags, &context] {
        auto request = flags.read();
        service::RulesRun done;
        base::Progress progress("records asked about", "records");
        service::run_locally(context.environment(), [&](service::Work& work) {
            done = service::run_rules_and_tell(work, request, [&](std::int64_t records) {
                progress.update(static_cast<std::uint64_t>(records));
            });
        });
        progress.finish();
        if (context.json) return print_answer(base::Answer(done));
        print_line(fmt::format(
            "version {} of the rules: {} votes on {} of {} records",
            done.version,
            counted(done.votes),
            counted(done.voted),
            counted(done.records)
        ));
        if (done.learnt_from > 0)
            print_line(fmt::format(
                "models were not asked about {} records that they learnt from",
                counted(done.learnt_from)
            ));
    });
}

std::string right_of(const labeling::RightShare& share) {
    if (!share.right) return "";
    return fmt::format(
        "{} of {}",
        with_interval(*share.right, share.low.value_or(0), share.high.value_or(1)),
        counted(share.judged)
    );
}

void print_rules_report(const service::RulesReport& report) {
    Table table(
        {"rule",
         "kind",
         "class",
         "votes",
         "coverage",
         "overlaps",
         "conflicts",
         "right, by people",
         "right, estimated",
         "weight"}
    );
    for (const auto& one : report.by_rule)
        table.add(
            {one.rule,
             one.kind,
             one.label,
             counted(one.votes),
             fmt::format("{:.3f}", one.coverage),
             counted(one.overlaps),
             counted(one.conflicts),
             right_of(one.known),
             fmt::format("{:.3f}", one.estimated),
             fmt::format("{:.2f}", one.weight)}
        );
    table.print();
    print_rules_state(report);
    print_line(fmt::format(
        "votes on {} of {} records, for several classes on {}",
        counted(report.voted),
        counted(report.records),
        counted(report.conflicts)
    ));
    std::string shares;
    for (const auto& [name, share] : report.balance)
        shares += fmt::format("{}{} {:.3f}", shares.empty() ? "" : ", ", name, share);
    print_line(fmt::format("balance ({}): {}", report.balance_by, shares));
    if (report.model.right)
        print_line(fmt::format(
            "right by the label model {}, by the majority {}",
            right_of(report.model),
            right_of(report.majority)
        ));
}

void print_applied(const service::RulesApplied& done) {
    print_line(fmt::format(
        "{} labels by version {} of the rules: {} new, {} changed, {} taken back",
        counted(done.labels),
        done.version,
        counted(done.added),
        counted(done.changed),
        counted(done.withdrawn)
    ));
    if (done.unsure > 0) print_line(fmt::format("{} records are too unsure", counted(done.unsure)));
    if (done.people_said > 0)
        print_line(fmt::format("{} records keep what people said", counted(done.people_said)));
}

}  // namespace

void add_label_rules(CLI::App& label, service::Context& context) {
    auto* rules = label.add_subcommand("rules", "Rules that vote for classes, and labels by them");
    rules->require_subcommand(1);
    set_rules(*rules, context);
    add_verb<service::list_rules>(
        *rules,
        context,
        "label rules list",
        rules_of_project,
        [](const service::Page<service::ListedRule>& page) {
            print_table(base::Answer(page.items));
        }
    );
    add_verb<service::show_rules>(
        *rules, context, "label rules show", rules_of_project, print_shown_rules
    );
    add_verb<service::remove_rule>(
        *rules,
        context,
        "label rules remove",
        {.positionals = {{"project", "NAME"}, {"rule", "RULE"}}},
        print_rules_state
    );
    run_rules(*rules, context);
    add_verb<service::report_rules>(
        *rules, context, "label rules report", rules_of_project, print_rules_report
    );
    add_verb<service::apply_rules>(
        *rules, context, "label rules apply", rules_of_project, print_applied
    );
    add_verb<service::clear_rules>(
        *rules,
        context,
        "label rules clear",
        rules_of_project,
        [](const service::RulesCleared& gone) {
            print_line(fmt::format(
                "votes on {} records and {} labels taken away",
                counted(gone.votes),
                counted(gone.labels)
            ));
        }
    );
}

}  // namespace app
