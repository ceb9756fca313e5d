// Verbs of runs. A report is made of the run's artefact and records on connections of its own: the
// transaction of the request only says whether there is such a run.
#include "service/learn/runs.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/settings/read.hpp"
#include "quality/report/report.hpp"
#include "schema/records/record_view_store.hpp"
#include "service/areas.hpp"
#include "service/learn/errors.hpp"
#include "service/refusal.hpp"
#include "training/labels/part_labels.hpp"
#include "training/models/model.hpp"
#include "training/registry/cell_store.hpp"
#include "training/registry/model_about_store.hpp"
#include "training/report/run_report.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace service {

const base::Settings<ListRuns> ListRuns::settings{
    {"tag", &ListRuns::tag, "NAME=VALUE: only runs that have it"},
    {"name", &ListRuns::name, "only runs that are called so"},
    {&ListRuns::page}};

const base::Settings<EditRun> EditRun::settings{
    {"run", &EditRun::run, "its number", {.required = true}},
    {"version", &EditRun::version, "that was edited; the present one by default"},
    {"name", &EditRun::name, "what it is called from now on"},
    {"note", &EditRun::note, "what is to be known of it"},
    {"tag", &EditRun::tag, "NAME=VALUE, over those that it has", {.scalars = true}},
    {"untag", &EditRun::untag, "names of tags to take off"},
};

const base::Settings<WatchRun> WatchRun::settings{
    {"run", &WatchRun::run, "its number", {.required = true}},
    {"after", &WatchRun::after, "the 'next' of an earlier answer", {.low = 0}},
};

const base::Settings<ListCell> ListCell::settings{
    {"run", &ListCell::run, "its number", {.required = true}},
    {"truth", &ListCell::truth, "the class that they are of", {.required = true}},
    {"predicted", &ListCell::predicted, "the class that the run says", {.required = true}},
    {&ListCell::page},
};
const base::Settings<RunNumber> RunNumber::settings{
    {"run", &RunNumber::run, "its number", {.required = true}},
};

namespace {

// What all of them judged is held at once; a run beside itself would count among the pairs.
std::optional<base::Fault> check_compared(ComparedRuns& runs) {
    constexpr std::size_t most = 18;
    if (runs.more.size() > most)
        return base::Fault{"more than 20 runs at once", "leave some out", "more"};
    std::set<std::int64_t> seen{runs.a, runs.b};
    for (auto run : runs.more)
        if (!seen.insert(run).second)
            return base::Fault{fmt::format("run {} is named twice", run), "leave one out", "more"};
    return std::nullopt;
}

}  // namespace

const base::Settings<ComparedRuns> ComparedRuns::settings{
    {{"a", &ComparedRuns::a, "the one run", {.required = true}},
     {"b", &ComparedRuns::b, "the other", {.required = true}},
     {"more", &ComparedRuns::more, "others, each compared with each"}},
    &check_compared};

namespace {

std::vector<RunMetric> metrics_from(const std::vector<training::Metric>& metrics) {
    std::vector<RunMetric> all;
    for (const auto& one : metrics) {
        RunMetric made{.split = one.split, .name = one.name};
        if (one.defined) made.value = one.estimate.value;
        if (one.defined && one.has_interval) {
            made.low = one.estimate.interval.low;
            made.high = one.estimate.interval.high;
        }
        all.push_back(std::move(made));
    }
    return all;
}

// {"NAME":"VALUE", ..}
std::string tags_from(const std::vector<std::string>& given) {
    if (given.empty()) return {};
    boost::json::object tags;
    for (const auto& one : given) {
        const auto sign = one.find('=');
        if (sign == one.npos || sign == 0)
            throw base::UsageError("tag '" + one + "'", "is not NAME=VALUE", "write name=value");
        tags[one.substr(0, sign)] = one.substr(sign + 1);
    }
    return boost::json::serialize(tags);
}

}  // namespace

RunLine run_line(
    const training::RunInfo& info,
    const std::vector<training::Metric>& metrics,
    const training::RunLabels& labels
) {
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
        .metrics = metrics_from(metrics),
        .name = labels.name,
        .note = labels.note,
        .tags = labels.tags,
        .run_key = labels.run_key};
}

Page<RunLine> list_runs(Work& work, const ListRuns& request) {
    training::close_stale_runs(work.tx, work.now);
    auto found = training::list_runs(
        work.tx,
        0,
        request.page.after_number(),
        request.page.limit,
        {tags_from(request.tag), request.name}
    );
    std::vector<RunLine> lines;
    if (!found.empty()) {
        auto metrics = training::metrics_between(work.tx, found.back().id, found.front().id);
        auto labels = training::run_labels(work.tx, found.back().id, found.front().id);
        for (const auto& info : found)
            lines.push_back(run_line(info, metrics[info.id], labels[info.id]));
    }
    return page_of(std::move(lines), request.page, [](const RunLine& line) {
        return std::to_string(line.id);
    });
}

Run show_run(Work& work, const RunNumber& request) {
    auto info = training::require_run(work.tx, request.run);
    const auto labels = training::labels_of(work.tx, info.id);
    const auto metrics = training::metrics_of(work.tx, info.id);
    Run run{
        run_line(info, metrics, labels), {info.spec}, {info.analysis}, {}, labels.edition, {}, {}};
    for (const auto& one : training::forecasts_of(work.tx, info.id))
        run.forecasts.push_back(label_forecast(one));
    if (const auto measured = training::measured_run(info, metrics))
        for (const auto& one : training::scored_forecasts(work.tx, *measured))
            run.past.push_back(past_forecast(one));
    for (const auto& model : training::models_of(work.tx, info.id))
        run.models.push_back({.name = model.name, .version = model.version, .stage = model.stage});
    return run;
}

Run edit_run(Work& work, const EditRun& request) {
    auto info = training::require_run(work.tx, request.run);
    auto present = training::labels_of(work.tx, info.id).edition;
    const training::RunEdit edit{request.name, request.note, request.tag, request.untag};
    if (!training::edit_labels(work.tx, info.id, request.version.value_or(present), edit))
        throw Outdated(fmt::format("run {}", info.id), present);
    return show_run(work, {info.id});
}

RunNews watch_run(Work& work, const WatchRun& request) {
    constexpr int most = 1000;
    training::close_stale_runs(work.tx, work.now);
    auto info = training::require_run(work.tx, request.run);
    RunNews news{
        .run = info.id,
        .state = base::parse<training::RunState>(info.state).value_or(training::RunState::failed),
        .error = info.error.empty() ? std::nullopt : std::optional(info.error),
        .items = training::steps_of(work.tx, info.id, request.after, most),
        .next = {}};
    const bool more = news.items.size() == static_cast<std::size_t>(most);
    if (more || news.state == training::RunState::running)
        news.next = std::to_string(news.items.empty() ? request.after : news.items.back().step);
    return news;
}

namespace {

// Of a run that takes no class for another.
std::string why_no_confusion(Work& work, const training::RunInfo& run) {
    const auto state = base::parse<training::RunState>(run.state);
    if (state == training::RunState::running)
        return "it still runs, and what it says is stored when it has ended";
    if (state != training::RunState::done)
        return fmt::format("it is {}, and said nothing", run.state);
    if (training::finds_structure(run.kind)) return "it looks for structure, and says no class";
    const auto spec = boost::json::parse(run.spec);
    const auto* target = spec.as_object().if_contains("target");
    const bool column = target && target->is_string() && !target->as_string().empty();
    const auto snapshot = training::require_snapshot(work.tx, run.snapshot);
    if (!column && training::labels_are_parts(snapshot.kind))
        return "its labels are not one class each: its figures say how they differ";
    if (column || training::class_names(work.tx, snapshot).empty())
        return "it says values, which are not taken for one another";
    return "there is no test record of which it says one class";
}

}  // namespace

Confusion show_confusion(Work& work, const RunNumber& request) {
    auto run = training::require_run(work.tx, request.run);
    auto classes =
        training::class_names(work.tx, training::require_snapshot(work.tx, run.snapshot));
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
    if (found.cells.empty()) found.note = why_no_confusion(work, run);
    return found;
}

Page<CellRecord> list_cell(Work& work, const ListCell& request) {
    auto run = training::require_run(work.tx, request.run);
    auto classes =
        training::class_names(work.tx, training::require_snapshot(work.tx, run.snapshot));
    auto number_of = [&](const std::string& name) {
        auto found = std::find(classes.begin(), classes.end(), name);
        if (found == classes.end())
            throw base::UsageError(
                fmt::format("class '{}'", name),
                fmt::format("is none of run {}", run.id),
                base::mend_of_unknown(name, classes)
            );
        return static_cast<std::int32_t>(found - classes.begin());
    };
    const auto& after = request.page.after;
    schema::RecordId behind{.rk = std::numeric_limits<std::int64_t>::min(), .key = {}};
    if (!after.empty()) {
        auto blank = std::min(after.find(' '), after.size());
        auto rk = base::whole_number<std::int64_t>(after.substr(0, blank), 10);
        if (!rk || blank == after.size())
            throw base::UsageError(
                "'after'", "is not the 'next' of an earlier answer", "leave it out at first"
            );
        behind = {.rk = *rk, .key = after.substr(blank + 1)};
    }
    auto members = training::members_of_cell(
        work.tx,
        {run.id, number_of(request.truth), number_of(request.predicted)},
        behind.rk,
        behind.key,
        request.page.limit
    );
    Page<CellRecord> page;
    for (const auto& one : members)
        page.items.push_back(
            {schema::record_id_text(one.source_id, one.rk), one.key, one.probability}
        );
    if (members.size() == static_cast<std::size_t>(request.page.limit))
        page.next = fmt::format("{} {}", members.back().rk, members.back().key);
    return page;
}

training::RunComparison compare_runs(Work& work, const ComparedRuns& request) {
    std::vector<std::int64_t> runs{request.a, request.b};
    runs.insert(runs.end(), request.more.begin(), request.more.end());
    for (auto run : runs) training::require_run(work.tx, run);
    return training::compare_runs(work.tx, runs, work.here.stop);
}

namespace {

// What checks said of the data, and tests of the models that the run made.
void add_tests(Work& work, const training::RunInfo& run, training::Report& report) {
    const auto checks = quality::last_checks(work.tx, run.source_id);
    std::size_t held = 0;
    std::string failed;
    for (const auto& one : checks) {
        held += one.passed ? 1 : 0;
        if (!one.passed) failed += fmt::format("{}{}", failed.empty() ? "" : ", ", one.name);
    }
    if (!checks.empty())
        report.facts.emplace_back(
            "Checks of the data",
            fmt::format(
                "{} of {} hold{}", held, checks.size(), failed.empty() ? "" : "; not: " + failed
            )
        );
    for (const auto& model : training::models_of(work.tx, run.id))
        if (const auto tested = training::last_test_result(work.tx, model.name, model.version))
            report.facts.emplace_back(
                fmt::format("Tests of '{}' version {}", model.name, model.version),
                fmt::format("{} at {}", tested->passed ? "passed" : "failed", tested->tested_at)
            );
}

}  // namespace

Download report_run(Work& work, const RunNumber& request) {
    const auto run = training::require_run(work.tx, request.run);
    auto report =
        training::report_of(work.here.database, work.here.blobs, {}, request.run, work.here.stop);
    add_tests(work, run, report);
    return {
        .name = fmt::format("run-{}.html", request.run),
        .media_type = "text/html; charset=utf-8",
        .bytes = training::render_html(report)};
}

std::span<const Verb> run_verbs() {
    static const std::vector<Verb> verbs{
        verb<list_runs>("runs list", "Training runs with their metrics", analysts),
        verb<show_run>("runs show", "One run: settings, metrics, analysis", analysts),
        verb<edit_run>("runs edit", "Name a run, tag it, note something on it", analysts),
        verb<watch_run>("runs watch", "How a run goes, step by step", analysts),
        verb<compare_runs>(
            "runs compare", "Which runs are better than others on the same test records", analysts
        ),
        verb<show_confusion>(
            "runs confusion", "What a run takes for what, counted on the test split", analysts
        ),
        verb<list_cell>(
            "runs cell",
            "Test records of one class that a run takes for another, or knows",
            analysts
        ),
        verb<find_errors_of>("errors", "What a run gets wrong, and what to label next", analysts),
        verb<report_run>("report", "A self-contained page with plots about a run", analysts),
    };
    return verbs;
}

}  // namespace service
