// `tilth train` and `tilth runs`. Flags and --spec are one set of settings, described in
// TrainSettings; the file comes first and flags go before it. compare pairs the predictions of two
// runs on the test records that both judged: the differences of the same records are far less noisy
// than those of two means (McNemar 1947 for classes, paired bootstrap for values).
#include <cmath>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/progress.hpp"
#include "service/learn/train.hpp"
#include "service/version.hpp"
#include "training/evaluation/comparison.hpp"
#include "training/experiment.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace app {

namespace json = boost::json;

namespace {

constexpr const char* split_names[] = {"training", "validation", "test"};

json::object to_json(const std::vector<training::Metric>& metrics) {
    json::object all;
    for (const auto& metric : metrics) {
        auto& split = all[split_names[metric.split]];
        if (!split.is_object()) split = json::object{};
        json::object value{{"value", metric.estimate.value}};
        if (metric.has_interval) {
            value["low"] = metric.estimate.interval.low;
            value["high"] = metric.estimate.interval.high;
        }
        split.as_object()[metric.name] = value;
    }
    return all;
}

json::object to_json(const training::RunInfo& run) {
    return {
        {"run", run.id},
        {"snapshot", run.snapshot},
        {"project", run.project},
        {"model", run.kind},
        {"state", run.state},
        {"seconds", run.seconds},
        {"seed", run.seed},
        {"code_version", run.code_version},
        {"started_at", run.started_at},
        {"error", run.error}};
}

std::string text_of(const training::Metric& metric) {
    const auto& e = metric.estimate;
    return metric.has_interval ? with_interval(e.value, e.interval.low, e.interval.high)
                               : fmt::format("{:.4f}", e.value);
}

void tell(service::Context& context, const training::TrainOutcome& outcome) {
    if (context.json) {
        auto object = to_json(outcome.run);
        object["metrics"] = to_json(outcome.metrics);
        object["name"] = outcome.model_name;
        object["version"] = outcome.model_version;
        object["training_rows"] = outcome.training_rows;
        object["label_columns"] = json::value_from(outcome.label_columns);
        print_json(object);
        return;
    }
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
    Table table({"split", "metric", "value (95 % interval)"});
    for (const auto& metric : outcome.metrics)
        table.add({split_names[metric.split], metric.name, text_of(metric)});
    table.print();
    print_line(fmt::format("model '{}' version {}", outcome.model_name, outcome.model_version));
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

void train(CLI::App& cli, service::Context& context) {
    struct Options {
        std::string spec_file;
        bool queue = false;
    };
    auto options = std::make_shared<Options>();
    auto& command = add_command(cli, "train");
    Flags<training::TrainSettings> flags(command, {.positionals = {{"snapshot", "SNAPSHOT"}}});
    command.add_option("--spec", options->spec_file, "Settings; flags go before them")
        ->type_name("FILE.toml");
    command.add_flag("--queue", options->queue, "Leave it to a worker");
    on_command(command, [options, flags, &context] {
        auto settings = flags.read(
            options->spec_file.empty() ? base::Document::json("{}")
                                       : base::Document::toml_file(options->spec_file)
        );
        if (options->queue) {
            queue(context, settings);
        } else {
            tell(context, train_here(context, settings));
        }
    });
}

void list(CLI::App& runs, service::Context& context) {
    runs.add_subcommand("list", "All runs with their test metrics")->callback([&context] {
        Table table(
            {"run",
             "project",
             "snapshot",
             "model",
             "state",
             "metric",
             "on test (95 % interval)",
             "seconds"}
        );
        context.database().call([&](base::Tx& tx) {
            for (const auto& run : training::list_runs(tx)) {
                auto metrics = training::metrics_of(tx, run.id);
                if (context.json) {
                    auto object = to_json(run);
                    object["metrics"] = to_json(metrics);
                    print_json(object);
                    continue;
                }
                std::string name, value;
                for (const auto& metric : metrics)
                    if (metric.split == 2 && (metric.name == "accuracy" || metric.name == "rmse")) {
                        name = metric.name;
                        value = text_of(metric);
                    }
                table.add(
                    {std::to_string(run.id),
                     run.project,
                     run.snapshot,
                     run.kind,
                     run.state,
                     name,
                     value,
                     fmt::format("{:.1f}", run.seconds)}
                );
            }
        });
        if (!context.json) table.print();
    });
}

void show(CLI::App& runs, service::Context& context) {
    auto id = std::make_shared<std::int64_t>(0);
    auto* verb = runs.add_subcommand("show", "One run: settings, metrics, analysis");
    verb->add_option("RUN", *id)->required();
    verb->callback([id, &context] {
        training::RunInfo run;
        std::vector<training::Metric> metrics;
        context.database().call([&](base::Tx& tx) {
            run = training::require_run(tx, *id);
            metrics = training::metrics_of(tx, *id);
        });
        if (context.json) {
            auto object = to_json(run);
            object["spec"] = json::parse(run.spec);
            object["metrics"] = to_json(metrics);
            object["analysis"] = json::parse(run.analysis);
            print_json(object);
            return;
        }
        print_line(fmt::format(
            "run {}: {} on snapshot {}, {}, {:.1f} s",
            run.id,
            run.kind,
            run.snapshot,
            run.state,
            run.seconds
        ));
        print_line(fmt::format("settings {}", run.spec));
        Table table({"split", "metric", "value (95 % interval)"});
        for (const auto& metric : metrics)
            table.add({split_names[metric.split], metric.name, text_of(metric)});
        table.print();
    });
}

// The test predictions that both runs made, in one order.
struct Paired {
    std::vector<int> first, second, truth;
    std::vector<double> first_loss, second_loss;
};

Paired
pair_up(const std::vector<training::Prediction>& a, const std::vector<training::Prediction>& b) {
    Paired paired;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        if (a[i].id < b[j].id) {
            ++i;
        } else if (b[j].id < a[i].id) {
            ++j;
        } else {
            if (a[i].class_id && b[j].class_id && a[i].truth_class) {
                paired.first.push_back(*a[i].class_id);
                paired.second.push_back(*b[j].class_id);
                paired.truth.push_back(*a[i].truth_class);
            } else if (a[i].value && b[j].value && a[i].truth_value) {
                paired.first_loss.push_back(std::pow(*a[i].value - *a[i].truth_value, 2));
                paired.second_loss.push_back(std::pow(*b[j].value - *a[i].truth_value, 2));
            }
            ++i;
            ++j;
        }
    }
    return paired;
}

void compare(CLI::App& runs, service::Context& context) {
    struct Options {
        std::int64_t a = 0, b = 0;
    };
    auto options = std::make_shared<Options>();
    auto* verb = runs.add_subcommand(
        "compare", "Whether one run is better than another on the same test records"
    );
    verb->add_option("A", options->a)->required();
    verb->add_option("B", options->b)->required();
    verb->callback([options, &context] {
        std::vector<training::Prediction> a, b;
        context.database().call([&](base::Tx& tx) {
            training::require_run(tx, options->a);
            training::require_run(tx, options->b);
            a = training::predictions_of(tx, options->a, 2);
            b = training::predictions_of(tx, options->b, 2);
        });
        auto paired = pair_up(a, b);
        if (paired.truth.empty() && paired.first_loss.empty())
            throw base::Error(
                fmt::format("runs {} and {}", options->a, options->b),
                "judged no test record in common",
                "compare runs on one snapshot"
            );
        if (paired.truth.empty()) {
            auto difference = training::compare_losses(paired.first_loss, paired.second_loss);
            auto text =
                with_interval(difference.value, difference.interval.low, difference.interval.high);
            if (context.json) {
                print_json(json::object{
                    {"rows", paired.first_loss.size()},
                    {"squared_error_difference", difference.value},
                    {"low", difference.interval.low},
                    {"high", difference.interval.high}});
            } else {
                print_line(fmt::format(
                    "mean squared error of {} less that of {}: {} over {} records",
                    options->b,
                    options->a,
                    text,
                    paired.first_loss.size()
                ));
            }
            return;
        }
        auto found = training::compare_classes(paired.first, paired.second, paired.truth);
        const auto& d = found.difference;
        if (context.json) {
            print_json(json::object{
                {"rows", found.rows},
                {"only_a_right", found.only_first},
                {"only_b_right", found.only_second},
                {"accuracy_difference", d.value},
                {"low", d.interval.low},
                {"high", d.interval.high},
                {"p_value", found.p_value}});
        } else {
            print_line(fmt::format(
                "accuracy of run {} less that of run {}: {} over {} test records; McNemar p = "
                "{:.2g}",
                options->b,
                options->a,
                with_interval(d.value, d.interval.low, d.interval.high),
                found.rows,
                found.p_value
            ));
        }
    });
}

}  // namespace

void add_train(CLI::App& cli, service::Context& context) {
    train(cli, context);
    auto* runs = cli.add_subcommand("runs", "Training runs");
    runs->require_subcommand(1);
    list(*runs, context);
    show(*runs, context);
    compare(*runs, context);
}

}  // namespace app
