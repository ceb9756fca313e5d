// Verbs of runs. A report is made of the run's artefact and records on connections of its own: the
// transaction of the request only says whether there is such a run.
#include "service/learn/runs.hpp"

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "service/areas.hpp"
#include "service/learn/errors.hpp"
#include "service/refusal.hpp"
#include "training/report/run_report.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace service {

const base::Settings<ListRuns> ListRuns::settings{{&ListRuns::page}};

const base::Settings<RunNumber> RunNumber::settings{
    {"run", &RunNumber::run, "its number", {.required = true}},
};

const base::Settings<RunPair> RunPair::settings{
    {"a", &RunPair::a, "the one run", {.required = true}},
    {"b", &RunPair::b, "the other", {.required = true}},
};

namespace {

std::vector<RunMetric> metrics_from(const std::vector<training::Metric>& metrics) {
    std::vector<RunMetric> all;
    for (const auto& one : metrics) {
        RunMetric made{.split = one.split, .name = one.name, .value = one.estimate.value};
        if (one.has_interval) {
            made.low = one.estimate.interval.low;
            made.high = one.estimate.interval.high;
        }
        all.push_back(std::move(made));
    }
    return all;
}

training::RunInfo known_run(Work& work, std::int64_t id) {
    try {
        return training::require_run(work.tx, id);
    } catch (const base::Error& none) {
        throw Refusal(Refusal::Kind::not_found, none);
    }
}

}  // namespace

RunLine run_line(const training::RunInfo& info, const std::vector<training::Metric>& metrics) {
    return {
        .id = info.id,
        .snapshot = info.snapshot,
        .project = info.project,
        .kind = info.kind,
        .state = info.state,
        .seconds = info.seconds,
        .started_at = info.started_at,
        .ended_at = info.ended_at,
        .seed = info.seed,
        .code_version = info.code_version,
        .error = info.error.empty() ? std::nullopt : std::optional(info.error),
        .metrics = metrics_from(metrics)};
}

Page<RunLine> list_runs(Work& work, const ListRuns& request) {
    training::close_stale_runs(work.tx, work.now);
    auto found = training::list_runs(work.tx, 0, request.page.after_number(), request.page.limit);
    std::vector<RunLine> lines;
    if (!found.empty()) {
        auto metrics = training::metrics_between(work.tx, found.back().id, found.front().id);
        for (const auto& info : found) lines.push_back(run_line(info, metrics[info.id]));
    }
    return page_of(std::move(lines), request.page, [](const RunLine& line) {
        return std::to_string(line.id);
    });
}

Run show_run(Work& work, const RunNumber& request) {
    auto info = known_run(work, request.run);
    const auto metrics = training::metrics_of(work.tx, info.id);
    Run run{run_line(info, metrics), {info.spec}, {info.analysis}, {}, {}, {}};
    for (const auto& one : training::forecasts_of(work.tx, info.id))
        run.forecasts.push_back(label_forecast(one));
    if (const auto measured = training::measured_run(info, metrics))
        for (const auto& one : training::scored_forecasts(work.tx, *measured))
            run.past.push_back(past_forecast(one));
    for (const auto& model : training::models_of(work.tx, info.id))
        run.models.push_back({.name = model.name, .version = model.version, .stage = model.stage});
    return run;
}

Confusion show_confusion(Work& work, const RunNumber& request) {
    auto run = known_run(work, request.run);
    auto classes = training::class_names(work.tx, run.project_id);
    auto name_of = [&](std::int32_t id) {
        auto at = static_cast<std::size_t>(id);
        return at < classes.size() ? classes[at] : std::string();
    };
    Confusion found;
    for (const auto& one : training::confusion_of(work.tx, request.run))
        found.cells.push_back(
            {.truth = name_of(one.truth_id),
             .predicted = name_of(one.predicted_id),
             .truth_id = one.truth_id,
             .predicted_id = one.predicted_id,
             .count = one.count}
        );
    return found;
}

training::RunComparison compare_runs(Work& work, const RunPair& request) {
    known_run(work, request.a);
    known_run(work, request.b);
    return training::compare_runs(work.tx, request.a, request.b);
}

Download report_run(Work& work, const RunNumber& request) {
    known_run(work, request.run);
    return {
        .name = fmt::format("run-{}.html", request.run),
        .media_type = "text/html; charset=utf-8",
        .bytes = training::render_html(
            training::report_of(work.here.database, work.here.blobs, {}, request.run)
        )};
}

std::span<const Verb> run_verbs() {
    static const std::vector<Verb> verbs{
        verb<list_runs>("runs list", "Training runs with their metrics", analysts),
        verb<show_run>("runs show", "One run: settings, metrics, analysis", analysts),
        verb<compare_runs>(
            "runs compare",
            "Whether one run is better than another on the same test records",
            analysts
        ),
        verb<show_confusion>(
            "runs confusion", "What a run takes for what, counted on the test split", analysts
        ),
        verb<find_errors_of>("errors", "What a run gets wrong, and what to label next", analysts),
        verb<report_run>("report", "A self-contained page with plots about a run", analysts),
    };
    return verbs;
}

}  // namespace service
