#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/words.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/records/record.hpp"
#include "training/evaluation/statistics.hpp"

namespace base {
class Database;
class Tx;
}  // namespace base

// Model runs, their metrics, models and predictions in the database.
namespace training {

struct RunInfo {
    std::int64_t id = 0;
    std::string snapshot;
    std::string project;
    std::int64_t project_id = 0;
    std::int64_t source_id = 0;
    std::string source;
    std::string kind;   // majority, softmax, ridge, mlp
    std::string state;  // running, done, interrupted, failed
    double seconds = 0;
    std::string spec;      // JSON
    std::string analysis;  // JSON; "{}" in lists
    std::string error;
    std::string started_at;
    std::optional<std::string> ended_at;
    std::int64_t snapshot_id = 0;
    std::string code_version;
    std::uint64_t seed = 0;
};
BOOST_DESCRIBE_STRUCT(
    RunInfo,
    (),
    (id,
     snapshot,
     project,
     project_id,
     source_id,
     source,
     kind,
     state,
     seconds,
     spec,
     analysis,
     error,
     started_at,
     ended_at,
     snapshot_id,
     code_version,
     seed)
)

struct Metric {
    int split = 2;  // 0 training, 1 validation, 2 test
    std::string name;
    Estimate estimate;
    bool has_interval = true;
    bool defined = true;  // a figure that is undefined here is kept as such
};

struct Prediction {
    schema::RecordId id;
    int version = 0;
    int split = 2;
    std::optional<int> class_id;
    std::optional<double> value;
    std::optional<int> cluster_id;      // of models without labels
    std::optional<double> distance;     // of these: how far from it, or how odd
    double probability = 0;             // of the predicted class
    double margin = 0;                  // probability of the predicted less that of the next class
    double truth_probability = 0;       // of the label
    std::optional<std::string> label;   // JSON: neither a class nor a value (part_labels.hpp)
    std::optional<int> truth_class;     // filled when read
    std::optional<double> truth_value;  // filled when read
    std::optional<std::string> truth_label;
};

enum class Stage { candidate, staging, production, retired };

constexpr auto words_of(Stage) {
    return std::to_array<base::Word<Stage>>({
        {Stage::candidate, "candidate", "as it came out of its run"},
        {Stage::staging, "staging", "on trial"},
        {Stage::production, "production", "the version that predicts; one of each name"},
        {Stage::retired, "retired", "no longer in use"},
    });
}

struct ModelInfo {
    std::string name;
    int version = 0;
    std::int64_t run_id = 0;
    Stage stage = Stage::candidate;
    std::string artefact_sha256;  // hexadecimal
    std::string project;
    std::int64_t source_id = 0;
    std::string source;
    std::string kind;
    std::string snapshot;
    std::string created_at;
};
BOOST_DESCRIBE_STRUCT(
    ModelInfo,
    (),
    (name,
     version,
     run_id,
     stage,
     artefact_sha256,
     project,
     source_id,
     source,
     kind,
     snapshot,
     created_at)
)

// Runs whose program has ended, however it did, are interrupted.
void close_stale_runs(base::Tx& tx, schema::Time now);
// Runs that are at work by their state, but by no session (hold_run), become interrupted.
std::int64_t begin_run(
    base::Tx& tx,
    std::int64_t snapshot_id,
    const std::string& kind,
    const std::string& spec,
    std::uint64_t seed,
    const std::string& code_version,
    schema::Time now
);
// Says that the run is at work for as long as the transaction's session lasts, which is to be one
// of a Database of one connection that lives as long as the run. To be called before the
// transaction of begin_run() ends.
void hold_run(base::Tx& tx, std::int64_t run_id);
void end_run(
    base::Tx& tx,
    std::int64_t run_id,
    const std::string& state,
    const std::string& error,
    double seconds,
    const std::string& analysis,
    schema::Time now
);
// Marks a run that is at work as interrupted; one that has ended stays as it ended.
void interrupt_run(base::Tx& tx, std::int64_t run_id, schema::Time now);
void add_metrics(base::Tx& tx, std::int64_t run_id, const std::vector<Metric>& metrics);
void add_predictions(base::Tx& tx, std::int64_t run_id, const std::vector<Prediction>& predictions);

// Stores the artefact as a blob and gives the model its next version.
int add_model(
    base::Tx& tx,
    const std::string& name,
    std::int64_t run_id,
    const schema::Blobs::Row& artefact,
    schema::Time now
);

// Throws base::Error if there is none.
RunInfo require_run(base::Tx& tx, std::int64_t id);
// Of these tags (a JSON object; empty: whatever tags) and this name (empty: whatever name).
struct RunFilter {
    std::string tags = {};
    std::string name = {};
};
// The newest first, those before one if it is given; snapshot 0: of all snapshots.
std::vector<RunInfo> list_runs(
    base::Tx& tx,
    std::int64_t snapshot_id,
    std::optional<std::int64_t> before,
    std::int64_t at_most,
    const RunFilter& filter = {}
);
// Those at work, and those that ended since.
std::vector<RunInfo> recent_runs(base::Tx& tx, schema::Time since);
std::vector<Metric> metrics_of(base::Tx& tx, std::int64_t run_id);
// Of the runs numbered from first to last.
std::map<std::int64_t, std::vector<Metric>>
metrics_between(base::Tx& tx, std::int64_t first, std::int64_t last);
std::vector<Prediction> predictions_of(base::Tx& tx, std::int64_t run_id, int split);

// How many records of a class were taken for which, on the test split; none: no cell.
struct ConfusionCount {
    std::int32_t truth_id = 0, predicted_id = 0;
    std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(ConfusionCount, (), (truth_id, predicted_id, count))
std::vector<ConfusionCount> confusion_of(base::Tx& tx, std::int64_t run_id);

// What a run made: versions of models.
std::vector<ModelInfo> models_of(base::Tx& tx, std::int64_t run_id);

// Version 0: the one in production, or else the newest. Throws base::Error if there is none.
ModelInfo require_model(base::Tx& tx, const std::string& name, int version = 0);
// By name and version, those after the ones given.
std::vector<ModelInfo>
list_models(base::Tx& tx, const std::string& after_name, int after_version, int at_most);
// Of one model, the newest first.
std::vector<ModelInfo> versions_of(base::Tx& tx, const std::string& name);
// Of all versions of all models, each once.
struct ArtefactSizes {
    std::int64_t artefacts = 0, bytes = 0;
};
BOOST_DESCRIBE_STRUCT(ArtefactSizes, (), (artefacts, bytes))
ArtefactSizes artefact_sizes(base::Tx& tx);
// Puts a version into a stage; the one that was in production before is retired.
void promote(base::Tx& tx, const std::string& name, int version, Stage stage);
// The artefact of the model that a run made. Throws base::Error if it made none.
std::string artefact_of_run(base::Tx& tx, const schema::Blobs& blobs, std::int64_t run_id);

}  // namespace training
