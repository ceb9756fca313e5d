// `tilth runs`. Machines read the metrics by split and name, as `tilth train` gives them.
#include "app/learn/runs.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/verbs.hpp"

namespace app {

namespace json = boost::json;

namespace {

constexpr const char* split_names[] = {"training", "validation", "test"};

std::string text_of(const service::RunMetric& metric) {
    if (!metric.value) return "undefined";
    return metric.low && metric.high ? with_interval(*metric.value, *metric.low, *metric.high)
                                     : fmt::format("{:.4f}", *metric.value);
}

json::object metrics_by_split(const std::vector<service::RunMetric>& metrics) {
    json::object all;
    for (const auto& metric : metrics) {
        auto& split = all[split_names[metric.split]];
        if (!split.is_object()) split = json::object{};
        json::object value{{"value", metric.value ? json::value(*metric.value) : json::value()}};
        if (metric.low && metric.high) {
            value["low"] = *metric.low;
            value["high"] = *metric.high;
        }
        split.as_object()[metric.name] = value;
    }
    return all;
}

// The first of these that a run has on test: by it people choose.
const service::RunMetric* headline(const service::RunLine& run) {
    constexpr std::string_view first[] = {
        "accuracy",
        "rmse",
        "subset_accuracy",
        "span_f1",
        "pair_accuracy",
        "row_accuracy",
        "found_relation_f1",
        "map",
        "oks"};
    for (auto name : first)
        for (const auto& metric : run.metrics) {
            if (metric.split != 2 || metric.name != name) continue;
            // Of sets the F1 of all marks says more than how many are right to the last.
            if (name == "subset_accuracy")
                for (const auto& other : run.metrics)
                    if (other.split == 2 && other.name == "micro_f1") return &other;
            return &metric;
        }
    return nullptr;
}

void show_list(const std::vector<service::RunLine>& runs) {
    Table table(
        {"run",
         "name",
         "project",
         "snapshot",
         "model",
         "state",
         "metric",
         "on test (95 % interval)",
         "seconds"}
    );
    for (const auto& run : runs) {
        const auto* metric = headline(run);
        const auto name = metric ? metric->name : "", value = metric ? text_of(*metric) : "";
        table.add(
            {std::to_string(run.id),
             run.name,
             run.project,
             run.snapshot,
             run.kind,
             run.state,
             name,
             value,
             fmt::format("{:.1f}", run.seconds)}
        );
    }
    table.print();
}

void show_labels(const service::RunLine& run) {
    if (!run.name.empty()) print_line("name: " + run.name);
    if (!run.note.empty()) print_line("note: " + run.note);
    for (const auto& [name, value] : run.tags) print_line(fmt::format("tag {}={}", name, value));
}

void show_edited(const service::Run& run) {
    print_line(fmt::format("run {} is noted", run.id));
    show_labels(run);
}

// The oldest first, so that the newest stand above the prompt.
void list(CLI::App& runs, service::Context& context) {
    auto& command = add_command(runs, "runs list");
    Flags<service::ListRuns> flags(command, {.without = {"limit", "after"}});
    on_command(command, [flags, &context] {
        std::vector<service::RunLine> all;
        auto request = flags.read();
        request.page.limit = 200;
        for (std::optional<std::string> next = ""; next;) {
            request.page.after = *next;
            auto part = ask<service::list_runs>(context, request);
            for (auto& run : part.items) all.push_back(std::move(run));
            next = part.next;
        }
        std::reverse(all.begin(), all.end());
        if (!context.json) return show_list(all);
        for (const auto& run : all) print_json(run_json(run));
    });
}

// The ten best trials of a search; --json has all, with their curves.
void show_trials(const json::object& analysis) {
    const auto* stored = analysis.if_contains("trials");
    if (!stored || stored->as_array().empty()) return;
    std::vector<const json::object*> trials;
    for (const auto& one : stored->as_array()) trials.push_back(&one.as_object());
    const auto cost = [](const json::object& trial) {
        const auto& value = trial.at("cost");
        return value.is_null() ? std::numeric_limits<double>::infinity()
                               : value.to_number<double>();
    };
    std::stable_sort(trials.begin(), trials.end(), [&](const auto* a, const auto* b) {
        const auto fraction = [](const json::object& t) {
            return t.at("fraction").to_number<double>();
        };
        return std::pair(-fraction(*a), cost(*a)) < std::pair(-fraction(*b), cost(*b));
    });
    print_line(fmt::format("{} trials, the best first:", grouped(trials.size())));
    Table table({"model", "cost", "rows used", "seconds", "epochs", "parameters"});
    for (std::size_t i = 0; i < std::min<std::size_t>(10, trials.size()); ++i) {
        const auto& trial = *trials[i];
        const auto* kind = trial.if_contains("kind");
        const auto* curve = trial.if_contains("curve");
        const auto failure = std::string(trial.at("failure").as_string());
        table.add(
            {kind ? std::string(kind->as_string()) : "",
             failure.empty() ? fmt::format("{:.4f}", cost(trial)) : "failed",
             fmt::format("{:.0f} %", 100 * trial.at("fraction").to_number<double>()),
             trial.contains("seconds")
                 ? fmt::format("{:.1f}", trial.at("seconds").to_number<double>())
                 : "",
             curve ? std::to_string(curve->as_array().size()) : "",
             failure.empty() ? json::serialize(trial.at("params")) : failure}
        );
    }
    table.print();
}

void show(CLI::App& runs, service::Context& context) {
    auto& command = add_command(runs, "runs show");
    Flags<service::RunNumber> flags(command, {.positionals = {{"run", "RUN"}}});
    on_command(command, [flags, &context] {
        auto run = ask<service::show_run>(context, flags.read());
        if (context.json) {
            auto object = run_json(run);
            object["spec"] = json::parse(run.spec.text);
            object["analysis"] = json::parse(run.analysis.text);
            object["forecasts"] = base::Answer(run.forecasts).json();
            object["past"] = base::Answer(run.past).json();
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
        if (run.error) print_line(*run.error);
        print_line(fmt::format("settings {}", run.spec.text));
        if (!run.run_key.empty()) print_line(fmt::format("run key {}", run.run_key));
        show_labels(run);
        print_metrics(run.metrics);
        show_trials(json::parse(run.analysis.text).as_object());
        print_forecasts(run.forecasts);
        print_past(run.past);
    });
}

// Of two runs one line, and what the other figures say; of more the table.
void show_comparison(const service::ComparedRuns& runs, const training::RunComparison& found) {
    if (found.left_out > 0)
        print_line(fmt::format(
            "{} records are left out: their label is not the same in all snapshots",
            grouped(found.left_out)
        ));
    for (const auto& [run, records] : found.unanswered)
        print_line(fmt::format(
            "run {} gives no answer to {} of the {} records, which count as wrong",
            run,
            grouped(records),
            grouped(found.rows)
        ));
    if (runs.more.empty() && found.squared_error_difference)
        return print_line(fmt::format(
            "mean squared error of {} less that of {}: {} over {} records; p = {:.2g}",
            runs.b,
            runs.a,
            with_interval(*found.squared_error_difference, found.low, found.high),
            found.rows,
            found.differences.at(0).p_value
        ));
    if (runs.more.empty() && found.accuracy_difference)
        print_line(fmt::format(
            "accuracy of run {} less that of run {}: {} over {} test records; McNemar p = {:.2g}",
            runs.b,
            runs.a,
            with_interval(*found.accuracy_difference, found.low, found.high),
            found.rows,
            found.p_value.value_or(1)
        ));
    else
        print_line(fmt::format("over {} test records that all judged:", grouped(found.rows)));
    Table table(
        {"figure", "of run", "less that of", "difference (95 % interval)", "p", "Holm", "better"}
    );
    for (const auto& pair : found.differences)
        table.add(
            {std::string(base::name_of(pair.metric)),
             std::to_string(pair.b),
             std::to_string(pair.a),
             with_interval(pair.difference, pair.low, pair.high),
             fmt::format("{:.2g}", pair.p_value),
             fmt::format("{:.2g}", pair.adjusted_p),
             pair.better ? fmt::format("run {}", *pair.better) : "not told"}
        );
    table.print();
}

void compare(CLI::App& runs, service::Context& context) {
    auto& command = add_command(runs, "runs compare");
    Flags<service::ComparedRuns> flags(
        command, {.positionals = {{"a", "A"}, {"b", "B"}, {"more", "C"}}}
    );
    on_command(command, [flags, &context] {
        auto request = flags.read();
        auto found = ask<service::compare_runs>(context, request);
        if (context.json) {
            print_answer(base::Answer(found));
        } else {
            show_comparison(request, found);
        }
    });
}

}  // namespace

json::object run_json(const service::RunLine& run) {
    return {
        {"run", run.id},
        {"snapshot", run.snapshot},
        {"project", run.project},
        {"model", run.kind},
        {"state", run.state},
        {"seconds", run.seconds},
        {"seed", run.seed},
        {"code_version", run.code_version},
        {"run_key", run.run_key},
        {"name", run.name},
        {"note", run.note},
        {"tags", json::value_from(run.tags)},
        {"started_at", run.started_at},
        {"error", run.error.value_or("")},
        {"metrics", metrics_by_split(run.metrics)}};
}

void print_forecasts(const std::vector<service::LabelForecast>& forecasts) {
    if (forecasts.empty()) return;
    print_line(fmt::format("what {} more labels are expected to bring:", forecasts.front().labels));
    Table table({"of", "judged", "error now", "lower by (80 %)"});
    for (const auto& one : forecasts)
        table.add(
            {one.slice.empty() ? "all" : one.slice,
             std::to_string(one.judged),
             fmt::format("{:.4f}", one.error),
             with_interval(one.gain, one.gain_low, one.gain_high)}
        );
    table.print();
}

void print_past(const std::vector<service::PastForecast>& past) {
    if (past.empty()) return;
    print_line(fmt::format(
        "what run {} expected of {} training rows instead of {}, and what came:",
        past.front().run,
        past.front().rows_now,
        past.front().rows_then
    ));
    Table table({"of", "error then", "expected (80 %)", "came", ""});
    for (const auto& one : past)
        table.add(
            {one.slice.empty() ? "all" : one.slice,
             fmt::format("{:.4f}", one.error_then),
             with_interval(one.expected, one.low, one.high),
             fmt::format("{:.4f}", one.came),
             one.held              ? "as expected"
             : one.came > one.high ? "worse"
                                   : "better"}
        );
    table.print();
}

void print_metrics(const std::vector<service::RunMetric>& metrics) {
    Table table({"split", "metric", "value (95 % interval)"});
    for (const auto& metric : metrics)
        table.add({split_names[metric.split], metric.name, text_of(metric)});
    table.print();
}

void add_runs(CLI::App& cli, service::Context& context) {
    auto* runs = cli.add_subcommand("runs", "Training runs");
    runs->require_subcommand(1);
    list(*runs, context);
    show(*runs, context);
    add_verb<service::edit_run>(
        *runs,
        context,
        "runs edit",
        {.positionals = {{"run", "RUN"}}, .without = {"version"}},
        show_edited
    );
    watch_run(*runs, context);
    compare(*runs, context);
    add_some<service::list_cell>(
        *runs,
        context,
        "runs cell",
        50,
        {.positionals = {{"run", "RUN"}, {"truth", "CLASS"}, {"predicted", "CLASS"}}},
        [](const std::vector<service::CellRecord>& records) {
            Table table({"probability", "record", "key"});
            for (const auto& one : records)
                table.add({fmt::format("{:.3f}", one.probability), one.record, one.key});
            table.print();
        }
    );
    add_verb<service::show_confusion>(
        *runs,
        context,
        "runs confusion",
        {.positionals = {{"run", "RUN"}}},
        [](const service::Confusion& found) {
            Table table({"label", "taken for", "records"});
            for (const auto& cell : found.cells)
                table.add({cell.truth, cell.predicted, std::to_string(cell.count)});
            if (!found.note.empty()) return print_line("no confusion: " + found.note);
            table.print();
        }
    );
}

}  // namespace app
