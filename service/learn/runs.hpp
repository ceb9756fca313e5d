#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "service/learn/errors.hpp"
#include "service/paging.hpp"
#include "service/verb.hpp"
#include "training/evaluation/run_comparison.hpp"
#include "training/registry/run_label_store.hpp"
#include "training/registry/run_steps.hpp"
#include "training/run_store.hpp"

// What people see of training runs.
namespace service {

struct RunMetric {
    int split = 2;  // 0 training, 1 validation, 2 test
    std::string name;
    std::optional<double> value{};        // nothing: the figure is undefined on these rows
    std::optional<double> low{}, high{};  // 95 % interval
};
BOOST_DESCRIBE_STRUCT(RunMetric, (), (split, name, value, low, high))

struct RunLine {
    std::int64_t id = 0;
    std::string snapshot, project, kind, state;
    double seconds = 0;
    std::string started_at;
    std::optional<std::string> ended_at;
    std::uint64_t seed = 0;
    std::string code_version;
    std::optional<std::string> error;
    std::vector<RunMetric> metrics;
    std::string name, note;  // what people call it
    training::RunTags tags;
    std::string run_key;  // what it was made of, as a hash; empty for runs of an older program
};
BOOST_DESCRIBE_STRUCT(
    RunLine,
    (),
    (id,
     snapshot,
     project,
     kind,
     state,
     seconds,
     started_at,
     ended_at,
     seed,
     code_version,
     error,
     metrics,
     name,
     note,
     tags,
     run_key)
)

struct RunModel {
    std::string name;
    int version = 0;
    training::Stage stage = training::Stage::candidate;
};
BOOST_DESCRIBE_STRUCT(RunModel, (), (name, version, stage))

struct Run : RunLine {
    base::JsonText spec;
    base::JsonText analysis;
    std::vector<RunModel> models;
    int version = 1;                       // of name, note and tags: grows by each edit
    std::vector<LabelForecast> forecasts;  // that `errors` made
    std::vector<PastForecast> past;        // of an earlier run, against what came
};
BOOST_DESCRIBE_STRUCT(Run, (RunLine), (spec, analysis, models, version, forecasts, past))

struct ConfusionCell {
    std::string truth, predicted;  // names of classes; empty for one that is no more
    std::int32_t truth_id = 0, predicted_id = 0;
    std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(ConfusionCell, (), (truth, predicted, truth_id, predicted_id, count))

struct Confusion {
    std::vector<ConfusionCell> cells;
    std::string note{};  // why there are none
};
BOOST_DESCRIBE_STRUCT(Confusion, (), (cells, note))

struct ListCell {
    std::int64_t run = 0;
    std::string truth, predicted;  // names of classes
    Paging page;
    static const base::Settings<ListCell> settings;
};
struct CellRecord {
    std::string record;  // its name among all
    std::string key;
    double probability = 0;  // of what the run said
};
BOOST_DESCRIBE_STRUCT(CellRecord, (), (record, key, probability))

struct ListRuns {
    std::vector<std::string> tag;  // NAME=VALUE: those that have all of these
    std::string name;
    Paging page;
    static const base::Settings<ListRuns> settings;
};

struct RunNumber {
    std::int64_t run = 0;
    static const base::Settings<RunNumber> settings;
};

struct EditRun {
    std::int64_t run = 0;
    std::optional<int> version;  // that was edited; without one, the present
    std::optional<std::string> name, note;
    training::RunTags tag;
    std::vector<std::string> untag;
    static const base::Settings<EditRun> settings;
};

struct WatchRun {
    std::int64_t run = 0;
    int after = 0;
    static const base::Settings<WatchRun> settings;
};

// How a run goes: the steps since the last question.
struct RunNews {
    std::int64_t run = 0;
    training::RunState state = training::RunState::running;
    std::optional<std::string> error;
    std::vector<training::RunStep> items;
    std::optional<std::string> next;  // the `after` of what follows; nothing: it has ended
};
BOOST_DESCRIBE_STRUCT(RunNews, (), (run, state, error, items, next))

struct ComparedRuns {
    std::int64_t a = 0, b = 0;
    std::vector<std::int64_t> more;
    static const base::Settings<ComparedRuns> settings;
};

RunLine run_line(
    const training::RunInfo& info,
    const std::vector<training::Metric>& metrics,
    const training::RunLabels& labels
);

// The newest first. base::UsageError for a tag that is not NAME=VALUE.
Page<RunLine> list_runs(Work& work, const ListRuns& request);
// Refusal not_found if there is none; so do the others.
Run show_run(Work& work, const RunNumber& request);
// Throws Outdated if the version is not the present one.
Run edit_run(Work& work, const EditRun& request);
// At most 1,000 steps at once.
RunNews watch_run(Work& work, const WatchRun& request);
Confusion show_confusion(Work& work, const RunNumber& request);
// Test records of one class that the run took for another, or knew.
Page<CellRecord> list_cell(Work& work, const ListCell& request);
training::RunComparison compare_runs(Work& work, const ComparedRuns& request);
// A page of our own making, with its styles and plots inside. base::Error for a run that is not
// done.
Download report_run(Work& work, const RunNumber& request);

}  // namespace service
