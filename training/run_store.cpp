// Metrics and predictions belong to a run, models are versions of a name that point to one; the
// artefact is a blob by its hash, stored in the row or in a file as its size asks.
//
// Predictions go in by COPY, one row for every record of validation and test, and the table is
// analysed after it: reports read it by run at once, when autovacuum has not seen it yet.
#include "training/run_store.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "base/not_found.hpp"
#include "schema/records/values.hpp"
#include "training/sql.hpp"

namespace training {

namespace {

constexpr auto no_limit = std::numeric_limits<std::int64_t>::max();

struct MetricRow {
    std::int64_t run_id = 0;
    int split = 2;
    std::string name;
    std::optional<double> value, low, high;
};
BOOST_DESCRIBE_STRUCT(MetricRow, (), (run_id, split, name, value, low, high))

struct PredictionRow {
    std::int64_t rk = 0;
    std::int64_t source_id = 0;
    std::string key;
    int version = 0;
    int split = 2;
    std::optional<int> class_id;
    std::optional<double> value;
    std::optional<int> cluster_id;
    std::optional<double> distance;
    double probability = 0, margin = 0, truth_probability = 0;
    std::optional<int> truth_class;
    std::optional<double> truth_value;
    std::optional<std::string> label, truth_label;
};
BOOST_DESCRIBE_STRUCT(
    PredictionRow,
    (),
    (rk,
     source_id,
     key,
     version,
     split,
     class_id,
     value,
     cluster_id,
     distance,
     probability,
     margin,
     truth_probability,
     truth_class,
     truth_value,
     label,
     truth_label)
)

template <typename T>
void put(base::CopyWriter& copy, const std::optional<T>& value) {
    if (value) {
        copy.value(*value);
    } else {
        copy.null();
    }
}

}  // namespace

void close_stale_runs(base::Tx& tx, schema::Time now) {
    tx.exec(sql::file["close_stale_model_runs"], schema::timestamp(now));
}

std::int64_t begin_run(
    base::Tx& tx,
    std::int64_t snapshot_id,
    const std::string& kind,
    const std::string& spec,
    std::uint64_t seed,
    const std::string& code_version,
    schema::Time now
) {
    close_stale_runs(tx, now);
    return *tx.value<std::int64_t>(
        sql::file["begin_model_run"],
        snapshot_id,
        kind,
        spec,
        static_cast<std::int64_t>(seed),
        code_version,
        schema::timestamp(now)
    );
}

void hold_run(base::Tx& tx, std::int64_t run_id) {
    tx.exec(sql::file["hold_model_run"], run_id);
}

void interrupt_run(base::Tx& tx, std::int64_t run_id, schema::Time now) {
    tx.exec(sql::file["interrupt_model_run"], run_id, schema::timestamp(now));
}

void end_run(
    base::Tx& tx,
    std::int64_t run_id,
    const std::string& state,
    const std::string& error,
    double seconds,
    const std::string& analysis,
    schema::Time now
) {
    tx.exec(
        sql::file["end_model_run"],
        run_id,
        state,
        schema::filled(error),
        seconds,
        analysis,
        schema::timestamp(now)
    );
}

void add_metrics(base::Tx& tx, std::int64_t run_id, const std::vector<Metric>& metrics) {
    for (const auto& metric : metrics) {
        const auto& [value, interval] = metric.estimate;
        const bool ranges = metric.defined && metric.has_interval;
        tx.exec(
            sql::file["add_metric"],
            run_id,
            metric.split,
            metric.name,
            metric.defined ? std::optional(value) : std::nullopt,
            ranges ? std::optional(interval.low) : std::nullopt,
            ranges ? std::optional(interval.high) : std::nullopt
        );
    }
}

void add_predictions(
    base::Tx& tx,
    std::int64_t run_id,
    const std::vector<Prediction>& predictions
) {
    auto copy = tx.copy(
        "prediction (rk, source_id, key, run_id, version, split, class_id, value, probability, "
        "margin, truth_probability, cluster_id, distance, label)",
        14
    );
    for (const auto& p : predictions) {
        copy.begin_row();
        copy.value(p.id.rk);
        copy.value(p.id.source_id);
        copy.text(p.id.key);
        copy.value(run_id);
        copy.value(std::int32_t{p.version});
        copy.value(static_cast<std::int16_t>(p.split));
        put(copy, p.class_id);
        put(copy, p.value);
        copy.value(p.probability);
        copy.value(p.margin);
        copy.value(p.truth_probability);
        put(copy, p.cluster_id);
        put(copy, p.distance);
        if (p.label) {
            copy.jsonb(*p.label);
        } else {
            copy.null();
        }
    }
    copy.finish();
    tx.exec(sql::file["analyze_predictions"]);
}

int add_model(
    base::Tx& tx,
    const std::string& name,
    std::int64_t run_id,
    const schema::Blobs::Row& artefact,
    schema::Time now
) {
    auto bytes =
        artefact.location.empty() ? std::optional(base::bytes_of(artefact.bytes)) : std::nullopt;
    auto sha = base::bytes_of(artefact.sha256);
    auto encoding = std::string(artefact.compressed ? "zstd" : "identity");
    auto key = schema::leading_bytes(artefact.sha256);
    if (bytes) {
        tx.exec(sql::file["add_blob"], key, sha, artefact.size, encoding, *bytes, nullptr);
    } else {
        tx.exec(
            sql::file["add_blob"], key, sha, artefact.size, encoding, nullptr, artefact.location
        );
    }
    return *tx.value<int>(sql::file["add_model"], name, run_id, sha, schema::timestamp(now));
}

RunInfo require_run(base::Tx& tx, std::int64_t id) {
    auto found = base::first_as<RunInfo>(tx.exec(sql::file["find_model_run"], id));
    if (!found)
        throw base::NotFound(
            fmt::format("run {}", id), "there is none of that number", "see 'tilth runs list'"
        );
    return *found;
}

std::vector<RunInfo> list_runs(
    base::Tx& tx,
    std::int64_t snapshot_id,
    std::optional<std::int64_t> before,
    std::int64_t at_most,
    const RunFilter& filter
) {
    return base::rows_as<RunInfo>(tx.exec(
        sql::file["list_model_runs"],
        snapshot_id,
        before.value_or(no_limit),
        at_most,
        nullptr,
        schema::filled(filter.tags),
        filter.name
    ));
}

std::vector<RunInfo> recent_runs(base::Tx& tx, schema::Time since) {
    return base::rows_as<RunInfo>(tx.exec(
        sql::file["list_model_runs"], 0, no_limit, no_limit, schema::timestamp(since), nullptr, ""
    ));
}

std::map<std::int64_t, std::vector<Metric>>
metrics_between(base::Tx& tx, std::int64_t first, std::int64_t last) {
    std::map<std::int64_t, std::vector<Metric>> all;
    for (auto& row : base::rows_as<MetricRow>(tx.exec(sql::file["metrics_between"], first, last))) {
        bool interval = row.low && row.high;
        all[row.run_id].push_back(
            {.split = row.split,
             .name = std::move(row.name),
             .estimate =
                 {row.value.value_or(0), interval ? Interval{*row.low, *row.high} : Interval{}},
             .has_interval = interval,
             .defined = row.value.has_value()}
        );
    }
    return all;
}

std::vector<Metric> metrics_of(base::Tx& tx, std::int64_t run_id) {
    return metrics_between(tx, run_id, run_id)[run_id];
}

std::vector<Prediction> predictions_of(base::Tx& tx, std::int64_t run_id, int split) {
    std::vector<Prediction> all;
    for (auto& row :
         base::rows_as<PredictionRow>(tx.exec(sql::file["predictions_of"], run_id, split)))
        all.push_back(
            {.id = {row.rk, row.source_id, std::move(row.key)},
             .version = row.version,
             .split = row.split,
             .class_id = row.class_id,
             .value = row.value,
             .cluster_id = row.cluster_id,
             .distance = row.distance,
             .probability = row.probability,
             .margin = row.margin,
             .truth_probability = row.truth_probability,
             .label = std::move(row.label),
             .truth_class = row.truth_class,
             .truth_value = row.truth_value,
             .truth_label = std::move(row.truth_label)}
        );
    return all;
}

std::vector<ConfusionCount> confusion_of(base::Tx& tx, std::int64_t run_id) {
    return base::rows_as<ConfusionCount>(tx.exec(sql::file["confusion_of_run"], run_id));
}

std::vector<ModelInfo> models_of(base::Tx& tx, std::int64_t run_id) {
    return base::rows_as<ModelInfo>(tx.exec(sql::file["list_models"], "", 0, no_limit, run_id, ""));
}

ModelInfo require_model(base::Tx& tx, const std::string& name, int version) {
    auto found = base::first_as<ModelInfo>(tx.exec(sql::file["find_model"], name, version));
    if (!found) {
        auto which = version > 0 ? fmt::format("model '{}' version {}", name, version)
                                 : fmt::format("model '{}'", name);
        throw base::NotFound(which, "there is none of that name", "see 'tilth model list'");
    }
    return *found;
}

std::vector<ModelInfo>
list_models(base::Tx& tx, const std::string& after_name, int after_version, int at_most) {
    return base::rows_as<ModelInfo>(
        tx.exec(sql::file["list_models"], after_name, after_version, at_most, 0, "")
    );
}

std::vector<ModelInfo> versions_of(base::Tx& tx, const std::string& name) {
    auto found =
        base::rows_as<ModelInfo>(tx.exec(sql::file["list_models"], "", 0, no_limit, 0, name));
    std::reverse(found.begin(), found.end());
    return found;
}

ArtefactSizes artefact_sizes(base::Tx& tx) {
    return base::first_as<ArtefactSizes>(tx.exec(sql::file["artefact_sizes"]))
        .value_or(ArtefactSizes{});
}

void promote(base::Tx& tx, const std::string& name, int version, Stage stage) {
    require_model(tx, name, version);
    if (stage == Stage::production) tx.exec(sql::file["retire_production"], name, version);
    tx.exec(sql::file["set_stage"], name, version, std::string(base::name_of(stage)));
}

std::string artefact_of_run(base::Tx& tx, const schema::Blobs& blobs, std::int64_t run_id) {
    auto models = models_of(tx, run_id);
    if (models.empty())
        throw base::Error(fmt::format("run {}", run_id), "made no model", "train again");
    const auto& model = models.front();
    auto bytes = blobs.load(tx, schema::bytes_of_hex(model.artefact_sha256));
    if (!bytes)
        throw base::Error(
            fmt::format("model '{}'", model.name), "its artefact is missing", "train again"
        );
    return *bytes;
}

}  // namespace training
