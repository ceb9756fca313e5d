#include <charconv>
#include <cmath>
#include <memory>

#include <fmt/format.h>
#include <toml++/toml.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/version.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/progress.hpp"
#include "training/evaluation/comparison.hpp"
#include "training/experiment.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace app {

namespace json = boost::json;

namespace {

constexpr const char* split_names[] = {"training", "validation", "test"};

double number_of(const std::string& name, const std::string& text) {
    double value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        throw base::UsageError(
            fmt::format("parameter '{}'", name),
            fmt::format("'{}' is no number", text),
            "write NAME=NUMBER"
        );
    return value;
}

// model = "softmax", tune = "random:20", seed = 1, target = "price", [params] l2 = 0.1, [features]
// text = true ..
void read_spec(training::TrainRequest& request, const std::string& file) {
    auto text = read_whole_file(file);
    toml::table table;
    try {
        table = toml::parse(text, file);
    } catch (const toml::parse_error& error) {
        throw base::UsageError(
            fmt::format("{}, line {}", file, error.source().begin.line),
            std::string(error.description()),
            "mend the TOML"
        );
    }
    auto fail = [&](const auto& key, std::string_view why) {
        throw base::UsageError(
            fmt::format("{}, line {}", file, key.source().begin.line),
            fmt::format("'{}' {}", std::string(key.str()), why),
            "see docs/training.md"
        );
    };
    for (const auto& [key, node] : table) {
        auto name = key.str();
        auto word = node.value<std::string>();
        if (name == "model" && word) {
            request.spec.model = *word;
        } else if (name == "tune" && word) {
            request.spec.tune = *word;
        } else if (name == "target" && word) {
            request.target = *word;
        } else if (name == "objective" && word) {
            request.spec.objective = *word;
        } else if (name == "prepare" && node.is_boolean()) {
            if (!*node.value<bool>()) request.preparation = 0;
        } else if (name == "prepare" && node.is_integer()) {
            request.preparation = static_cast<int>(*node.value<std::int64_t>());
        } else if (name == "seed" && node.is_integer()) {
            request.spec.seed = static_cast<std::uint64_t>(*node.value<std::int64_t>());
        } else if (name == "params" && node.is_table()) {
            for (const auto& [param, value] : *node.as_table()) {
                if (!value.is_number()) fail(param, "must be a number");
                request.spec.params[std::string(param.str())] = *value.template value<double>();
            }
        } else if (name == "features" && node.is_table()) {
            for (const auto& [feature, value] : *node.as_table()) {
                if (!value.is_boolean()) fail(feature, "must be true or false");
                bool use = *value.template value<bool>();
                if (feature.str() == "text") {
                    request.spec.features.use_text = use;
                } else if (feature.str() == "numeric") {
                    request.spec.features.use_numeric = use;
                } else if (feature.str() == "pixels") {
                    request.spec.features.use_pixels = use;
                } else {
                    fail(feature, "is no feature: text, numeric or pixels");
                }
            }
        } else {
            fail(key, "is unknown or has a wrong type");
        }
    }
}

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

void tell(Context& context, const training::TrainOutcome& outcome) {
    if (context.json) {
        auto object = to_json(outcome.run);
        object["metrics"] = to_json(outcome.metrics);
        object["name"] = outcome.model_name;
        object["version"] = outcome.model_version;
        object["training_rows"] = outcome.training_rows;
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
    Table table({"split", "metric", "value (95 % interval)"});
    for (const auto& metric : outcome.metrics)
        table.add({split_names[metric.split], metric.name, text_of(metric)});
    table.print();
    print_line(fmt::format("model '{}' version {}", outcome.model_name, outcome.model_version));
}

void train(CLI::App& cli, Context& context) {
    struct Options {
        training::TrainRequest request;
        std::string spec_file, model, tune;
        std::vector<std::string> params;
        std::uint64_t seed = 0;
    };
    auto options = std::make_shared<Options>();
    auto* verb = cli.add_subcommand(
        "train", "Fit a model on a snapshot, tune it on validation, judge it on test"
    );
    verb->add_option("SNAPSHOT", options->request.snapshot)->required();
    verb->add_option("--model", options->model, "majority, softmax, ridge or mlp")
        ->type_name("KIND");
    verb->add_option("--spec", options->spec_file, "Model, parameters and features")
        ->type_name("FILE.toml");
    verb->add_option("--tune", options->tune, "random:N, halving:N or grid");
    verb->add_option("--param", options->params, "NAME=NUMBER, several times")
        ->type_name("NAME=NUMBER");
    verb->add_option(
            "--target", options->request.target, "A numeric column to predict instead of the labels"
    )
        ->type_name("COLUMN");
    verb->add_option(
        "--prepare",
        options->request.preparation,
        "A version of the source's preparation (the present one); 0 for none"
    );
    verb->add_option("--name", options->request.model_name, "Of the model (PROJECT-KIND)");
    verb->add_option("--seed", options->seed, "Of everything random (1)");
    verb->add_option(
        "--threads", options->request.spec.threads, "The result does not depend on it"
    );
    verb->add_flag(
        "--curve",
        options->request.learning_curve,
        "Also fit on growing shares of the training rows, for the learning curve"
    );
    verb->callback([options, &context] {
        auto& request = options->request;
        if (!options->spec_file.empty()) read_spec(request, options->spec_file);
        if (!options->model.empty()) request.spec.model = options->model;
        if (!options->tune.empty()) request.spec.tune = options->tune;
        if (options->seed > 0) request.spec.seed = options->seed;
        for (const auto& text : options->params) {
            auto equals = text.find('=');
            if (equals == text.npos)
                throw base::UsageError(
                    fmt::format("--param {}", text), "is not NAME=NUMBER", "write --param l2=0.1"
                );
            request.spec.params[text.substr(0, equals)] =
                number_of(text.substr(0, equals), text.substr(equals + 1));
        }
        request.code_version = version;
        base::Progress progress(fmt::format("train {}", request.spec.model), "steps");
        auto outcome = training::train(
            context.database(),
            context.blobs(),
            {},
            request,
            [&](const training::Progress& at) {
                progress.set_total(at.total);
                progress.update(
                    at.done,
                    at.stage + (at.validation
                                    ? fmt::format(", validation loss {:.4f}", *at.validation)
                                : at.loss > 0 ? fmt::format(", loss {:.4f}", at.loss)
                                              : "")
                );
            },
            context.stop()
        );
        progress.finish();
        tell(context, outcome);
    });
}

void list(CLI::App& runs, Context& context) {
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

void show(CLI::App& runs, Context& context) {
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

void compare(CLI::App& runs, Context& context) {
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

void add_train(CLI::App& cli, Context& context) {
    train(cli, context);
    auto* runs = cli.add_subcommand("runs", "Training runs");
    runs->require_subcommand(1);
    list(*runs, context);
    show(*runs, context);
    compare(*runs, context);
}

}  // namespace app
