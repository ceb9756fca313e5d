// Machines that answer beside people, as commands. Files are read here: of suggestions as they
// come, and of what a machine behind an address is asked.
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "base/database/database.hpp"
#include "base/run/progress.hpp"
#include "service/labels/machine/endpoint.hpp"
#include "service/labels/machine/machine.hpp"

namespace app {

namespace {

const FlagOptions of_project{.positionals = {{"project", "NAME"}}};

std::string number(std::int64_t n) {
    return grouped(static_cast<std::uint64_t>(n));
}

void print_reasons(const labeling::Counted& reasons) {
    for (std::size_t i = 0; i < std::min<std::size_t>(reasons.size(), 5); ++i)
        print_line(fmt::format("  {} times: {}", number(reasons[i].second), reasons[i].first));
}

void print_taken(const labeling::SuggestionsTaken& done) {
    print_line(fmt::format(
        "{} version {}: {} new, {} changed, {} unchanged",
        done.annotator,
        done.version,
        number(done.added),
        number(done.changed),
        number(done.unchanged)
    ));
    if (done.no_record > 0)
        print_line(fmt::format("{} keys are no record of the source", number(done.no_record)));
    if (done.learnt_from > 0)
        print_line(fmt::format(
            "{} records that the model learnt from are left out", number(done.learnt_from)
        ));
    if (done.no_value > 0) print_line(fmt::format("{} say nothing", number(done.no_value)));
    if (done.rejects > 0)
        print_line(fmt::format("{} are no answer, and kept as such", number(done.rejects)));
    print_reasons(done.reasons);
}

void import_suggestions(CLI::App& suggest, service::Context& context) {
    auto file = std::make_shared<std::string>();
    auto& command = add_command(suggest, "label suggest import");
    Flags<service::ImportSuggestions> flags(
        command, {.positionals = {{"project", "NAME"}}, .without = {"text", "file"}}
    );
    command
        .add_option(
            "FILE",
            *file,
            "A table with key, label or answer, and score; JSON of the same; Label Studio's tasks "
            "with predictions"
        )
        ->required()
        ->type_name("FILE");
    on_command(command, [file, flags, &context] {
        service::ImportSuggestions request;
        flags.set(request);
        request.text = "-";  // it comes from the file
        service::ImportSuggestions::settings.finish(request, base::Document::json("{}"));
        labeling::SuggestionsTaken done;
        service::run_locally(context.environment(), [&](service::Work& work) {
            done = service::import_suggestion_file(work, request, *file);
        });
        if (context.json) return print_answer(base::Answer(done));
        print_taken(done);
    });
}

void print_asked(const service::EndpointAsked& done) {
    print_line(fmt::format(
        "{} version {}: {} asked, {} answers, {} no answers, {} without a reply",
        done.annotator,
        done.version,
        number(done.asked),
        number(done.suggestions),
        number(done.rejects),
        number(done.failed)
    ));
    print_line(fmt::format(
        "{} tokens sent, {} received; cost {:.4f}, of this version {:.4f}",
        number(done.input_tokens),
        number(done.output_tokens),
        done.cost,
        done.spent
    ));
    if (!done.limit.empty()) print_line(done.limit + " is reached, and records are left");
    print_reasons(done.reasons);
}

void ask_endpoint(CLI::App& suggest, service::Context& context) {
    auto file = std::make_shared<std::string>();
    auto& command = add_command(suggest, "label suggest endpoint");
    Flags<service::SuggestByEndpoint> flags(command, of_project);
    command.add_option("--config", *file, "TOML with kind, url, model, prompt, key, prices ..")
        ->type_name("FILE.toml");
    on_command(command, [file, flags, &context] {
        auto request = file->empty() ? flags.read() : flags.read(base::Document::toml_file(*file));
        service::EndpointAsked done;
        base::Progress progress("records asked about", "records");
        service::run_locally(context.environment(), [&](service::Work& work) {
            done = service::ask_endpoint_and_tell(work, request, [&](std::int64_t asked) {
                progress.update(static_cast<std::uint64_t>(asked));
            });
        });
        progress.finish();
        if (context.json) return print_answer(base::Answer(done));
        print_asked(done);
    });
}

std::string share_of(const labeling::SuggestedAgreement& agreement) {
    if (agreement.answers == 0) return "";
    return fmt::format(
        "{} of {}", with_interval(agreement.share, agreement.low, agreement.high), agreement.answers
    );
}

void print_reports(const std::vector<labeling::MachineReport>& reports) {
    Table table(
        {"machine",
         "version",
         "suggestions",
         "no answers",
         "cost",
         "people agree, shown",
         "not shown",
         "difference",
         "changed to it"}
    );
    for (const auto& one : reports)
        table.add(
            {one.annotator,
             one.version,
             number(one.suggestions),
             number(one.rejects),
             fmt::format("{:.4f}", one.cost),
             share_of(one.shown),
             share_of(one.unseen),
             one.difference
                 ? with_interval(*one.difference, one.low.value_or(0), one.high.value_or(0))
                 : "",
             number(one.corrected)}
        );
    table.print();
}

void print_test(const service::TestedMachine& tested) {
    Table table({"person", "items", "advantage", "p", "may stand in"});
    for (const auto& one : tested.people)
        table.add(
            {one.person,
             number(one.items),
             fmt::format("{:.3f}", one.advantage),
             fmt::format("{:.4f}", one.p),
             one.beaten ? "yes" : "no"}
        );
    table.print();
    print_line(fmt::format(
        "{} version {} {}: it may stand in for {:.0f} % of the people, and 50 % are wanted "
        "(epsilon {}, mean advantage {:.3f}, {} records)",
        tested.annotator,
        tested.version,
        tested.passed ? "passed" : "did not pass",
        tested.winning_rate * 100,
        tested.epsilon,
        tested.advantage,
        number(tested.records)
    ));
    if (tested.too_few_items > 0)
        print_line(fmt::format(
            "{} more people have fewer than {} items",
            number(tested.too_few_items),
            labeling::least_items
        ));
    if (tested.left_out > 0)
        print_line(fmt::format(
            "{} answers given in sight of a suggestion do not count", number(tested.left_out)
        ));
}

}  // namespace

void add_label_machine(CLI::App& label, service::Context& context) {
    auto* suggest = label.add_subcommand("suggest", "What machines say of records");
    suggest->require_subcommand(1);
    import_suggestions(*suggest, context);
    add_verb<service::suggest_by_model>(
        *suggest, context, "label suggest model", of_project, print_taken
    );
    ask_endpoint(*suggest, context);
    add_list<service::list_suggestions>(*suggest, context, "label suggest list", of_project);
    add_verb<service::report_suggestions>(
        *suggest,
        context,
        "label suggest report",
        of_project,
        [](const service::Page<labeling::MachineReport>& page) { print_reports(page.items); }
    );
    auto* machine = label.add_subcommand("machine", "Whether machines may stand in for people");
    machine->require_subcommand(1);
    add_verb<service::test_machine>(
        *machine, context, "label machine test", of_project, print_test
    );
    add_verb<service::list_machines>(
        *machine,
        context,
        "label machine list",
        of_project,
        [](const service::Page<service::MachineLine>& page) {
            print_table(base::Answer(page.items));
        }
    );
}

}  // namespace app
