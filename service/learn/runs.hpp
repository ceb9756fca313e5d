#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "service/learn/errors.hpp"
#include "service/paging.hpp"
#include "service/verb.hpp"
#include "training/evaluation/run_comparison.hpp"
#include "training/run_store.hpp"

// What people see of training runs.
namespace service {

struct RunMetric {
    int split = 2;  // 0 training, 1 validation, 2 test
    std::string name;
    double value = 0;
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
     metrics)
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
    std::vector<LabelForecast> forecasts;  // that `errors` made
    std::vector<PastForecast> past;        // of an earlier run, against what came
};
BOOST_DESCRIBE_STRUCT(Run, (RunLine), (spec, analysis, models, forecasts, past))

struct ConfusionCell {
    std::string truth, predicted;  // names of classes; empty for one that is no more
    std::int32_t truth_id = 0, predicted_id = 0;
    std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(ConfusionCell, (), (truth, predicted, truth_id, predicted_id, count))

struct Confusion {
    std::vector<ConfusionCell> cells;
};
BOOST_DESCRIBE_STRUCT(Confusion, (), (cells))

struct ListRuns {
    Paging page;
    static const base::Settings<ListRuns> settings;
};

struct RunNumber {
    std::int64_t run = 0;
    static const base::Settings<RunNumber> settings;
};

struct RunPair {
    std::int64_t a = 0, b = 0;
    static const base::Settings<RunPair> settings;
};

RunLine run_line(const training::RunInfo& info, const std::vector<training::Metric>& metrics);

// The newest first.
Page<RunLine> list_runs(Work& work, const ListRuns& request);
// Refusal not_found if there is none; so do the others.
Run show_run(Work& work, const RunNumber& request);
Confusion show_confusion(Work& work, const RunNumber& request);
training::RunComparison compare_runs(Work& work, const RunPair& request);
// A page of our own making, with its styles and plots inside. base::Error for a run that is not
// done.
Download report_run(Work& work, const RunNumber& request);

}  // namespace service
