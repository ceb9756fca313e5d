// `tilth train`. Flags and --spec are one set of settings, described in TrainSettings; the file
// comes first and flags go before it.
#include <algorithm>
#include <iterator>
#include <memory>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/data/checks.hpp"
#include "app/learn/runs.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/progress.hpp"
#include "service/learn/train.hpp"
#include "service/version.hpp"
#include "training/experiment.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace app {

namespace json = boost::json;

namespace {

// Figures that people look up rather than read after every training.
bool is_detail(std::string_view name) {
    constexpr std::string_view details[] = {
        "macro_precision",
        "macro_recall",
        "weighted_precision",
        "weighted_recall",
        "weighted_f1",
        "micro_precision",
        "micro_recall",
        "micro_f1",
        "mcc",
        "kappa",
        "brier",
        "top_3_accuracy",
        "top_5_accuracy",
        "average_precision",
        "median_ae",
        "mape"};
    return std::find(std::begin(details), std::end(details), name) != std::end(details);
}

void tell(service::Context& context, const training::TrainOutcome& outcome) {
    auto labels = context.database().call([&](base::Tx& tx) {
        return training::labels_of(tx, outcome.run.id);
    });
    auto run = service::run_line(outcome.run, outcome.metrics, labels);
    if (context.json) {
        auto object = run_json(run);
        object["existing"] = outcome.existing;
        object["name"] = outcome.model_name;
        object["version"] = outcome.model_version;
        object["training_rows"] = outcome.training_rows;
        object["label_columns"] = json::value_from(outcome.label_columns);
        object["notes"] = json::value_from(outcome.notes);
        object["leakage"] = training::to_json(outcome.leakage);
        print_json(object);
        return;
    }
    if (outcome.existing)
        print_line(fmt::format(
            "the same was trained before, as run {}: equal snapshot, settings, seed and program "
            "give an equal model; --again trains anyway",
            outcome.run.id
        ));
    print_line(fmt::format(
        "run {}: {} on snapshot {}, {} training rows, {:.1f} s",
        outcome.run.id,
        outcome.run.kind,
        outcome.run.snapshot,
        grouped(outcome.training_rows),
        outcome.run.seconds
    ));
    for (const auto& column : outcome.label_columns)
        print_line(fmt::format("column '{}' repeats the label and is no feature", column));
    for (const auto& note : outcome.notes) print_line(note);
    for (const auto& leak : outcome.leakage.findings)
        print_line(fmt::format(
            "{}: {}: {}",
            leak.gravity == training::Gravity::warning ? "warning" : "allowed leak",
            base::name_of(leak.kind),
            leak.text
        ));
    // What is a detail of one class a record is the first figure of sets.
    const bool sets = std::any_of(run.metrics.begin(), run.metrics.end(), [](const auto& metric) {
        return metric.name == "subset_accuracy";
    });
    std::erase_if(run.metrics, [&](const auto& metric) {
        return is_detail(metric.name) && !(sets && metric.name == "micro_f1");
    });
    print_metrics(run.metrics);
    print_line(fmt::format("all figures: tilth runs show {}", outcome.run.id));
    print_line(fmt::format("model '{}' version {}", outcome.model_name, outcome.model_version));
}

// The evidence; that it stops is said by the error.
void show_leaks(const service::Context& context, const training::Leakage& leakage) {
    if (context.json) return print_json(json::object{{"leakage", training::to_json(leakage)}});
    Table table({"leak", "columns", "what", "examples"});
    for (const auto& one : leakage.findings)
        table.add(
            {fmt::format("{} ({})", base::name_of(one.kind), base::name_of(one.gravity)),
             fmt::format("{}", fmt::join(one.columns, ", ")),
             one.text,
             fmt::format("{}", fmt::join(one.examples, "; "))}
        );
    table.print();
}

training::TrainOutcome
train_here(service::Context& context, const training::TrainSettings& settings) {
    base::Progress progress(fmt::format("train {}", settings.model), "steps");
    auto outcome = training::train(
        context.database(),
        context.blobs(),
        {},
        settings,
        service::version,
        [&](const training::Progress& at) {
            progress.set_total(at.total);
            progress.update(
                at.done,
                at.stage + (at.validation ? fmt::format(", validation loss {:.4f}", *at.validation)
                            : at.loss > 0 ? fmt::format(", loss {:.4f}", at.loss)
                                          : "")
            );
        },
        context.stop()
    );
    progress.finish();
    return outcome;
}

// Data that a check blocks teaches nothing.
void check_data(service::Context& context, const std::string& snapshot, const std::string& file) {
    service::CheckRecords request;
    request.source = context.database().call([&](base::Tx& tx) {
        return training::require_snapshot(tx, snapshot).source;
    });
    const auto results = checked(context, request, file);
    const bool failed = std::any_of(
        results.items.begin(), results.items.end(), [](const auto& one) { return !one.passed; }
    );
    if (failed && !context.json) show_checks(results);
    refuse_blocked(request.source, results);
}

void queue(service::Context& context, const training::TrainSettings& settings) {
    service::QueuedJob queued;
    service::run_locally(context.environment(), [&](service::Work& work) {
        queued = service::queue_training(work, settings);
    });
    if (context.json) {
        print_answer(base::Answer(queued));
    } else {
        print_line(fmt::format("job {} waits for a worker", queued.job));
    }
}

}  // namespace

void add_train(CLI::App& cli, service::Context& context) {
    struct Options {
        std::string spec_file, checks;
        bool queue = false;
    };
    auto options = std::make_shared<Options>();
    auto& command = add_command(cli, "train");
    Flags<training::TrainSettings> flags(command, {.positionals = {{"snapshot", "SNAPSHOT"}}});
    command.add_option("--spec", options->spec_file, "Settings; flags go before them")
        ->type_name("FILE.toml");
    command
        .add_option(
            "--checks",
            options->checks,
            "Checks of the source's records; first, and what blocks ends it"
        )
        ->type_name("CHECKS.toml");
    command.add_flag("--queue", options->queue, "Leave it to a worker");
    on_command(command, [options, flags, &context] {
        auto settings = flags.read(
            options->spec_file.empty() ? base::Document::json("{}")
                                       : base::Document::toml_file(options->spec_file)
        );
        if (!options->checks.empty()) check_data(context, settings.snapshot, options->checks);
        if (options->queue) {
            queue(context, settings);
            return;
        }
        try {
            tell(context, train_here(context, settings));
        } catch (const training::LeakFound& found) {
            show_leaks(context, found.leakage);
            throw;
        }
    });
}

}  // namespace app
