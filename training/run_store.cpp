// Metrics and predictions belong to a run, models are versions of a name that point to one; the
// artefact is a blob by its hash, stored in the row or in a file as its size asks.
//
// Predictions go in by COPY, one row for every record of validation and test, and the table is
// analysed after it: reports read it by run at once, when autovacuum has not seen it yet.
#include "training/run_store.hpp"

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "schema/records/values.hpp"
#include "training/sql.hpp"

namespace training {

namespace {

RunInfo run_of(const pqxx::row& row) {
    auto text = [&](int column) { return row[column].as<std::string>(); };
    auto number = [&](int column) { return row[column].as<std::int64_t>(); };
    return {
        number(0),
        text(1),
        text(2),
        number(3),
        number(4),
        text(5),
        text(6),
        text(7),
        row[8].as<double>(),
        text(9),
        text(10),
        text(11),
        text(12),
        number(13),
        text(14),
        static_cast<std::uint64_t>(number(15))};
}

template <typename T>
void put(base::CopyWriter& copy, const std::optional<T>& value) {
    if (value) {
        copy.value(*value);
    } else {
        copy.null();
    }
}

}  // namespace

std::int64_t begin_run(
    base::Tx& tx,
    std::int64_t snapshot_id,
    const std::string& kind,
    const std::string& spec,
    std::uint64_t seed,
    const std::string& code_version,
    schema::Time now
) {
    tx.exec(sql::file["close_stale_model_runs"], schema::timestamp(now));
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
        if (metric.has_interval) {
            tx.exec(
                sql::file["add_metric"],
                run_id,
                metric.split,
                metric.name,
                value,
                interval.low,
                interval.high
            );
        } else {
            tx.exec(
                sql::file["add_metric"], run_id, metric.split, metric.name, value, nullptr, nullptr
            );
        }
    }
}

void add_predictions(
    base::Tx& tx,
    std::int64_t run_id,
    const std::vector<Prediction>& predictions
) {
    auto copy = tx.copy(
        "prediction (rk, source_id, key, run_id, version, split, class_id, value, probability, "
        "margin, truth_probability)",
        11
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
    auto rows = tx.exec(sql::file["find_model_run"], id);
    if (rows.empty())
        throw base::Error(
            fmt::format("run {}", id), "there is none of that number", "see 'tilth runs list'"
        );
    return run_of(rows[0]);
}

std::vector<RunInfo> list_runs(base::Tx& tx) {
    std::vector<RunInfo> all;
    for (const auto& row : tx.exec(sql::file["list_model_runs"])) all.push_back(run_of(row));
    return all;
}

std::vector<Metric> metrics_of(base::Tx& tx, std::int64_t run_id) {
    std::vector<Metric> all;
    for (const auto& row : tx.exec(sql::file["metrics_of"], run_id)) {
        bool interval = !row[3].is_null();
        all.push_back(
            {row[0].as<int>(),
             row[1].as<std::string>(),
             {row[2].as<double>(),
              interval ? Interval{row[3].as<double>(), row[4].as<double>()} : Interval{}},
             interval}
        );
    }
    return all;
}

std::vector<Prediction> predictions_of(base::Tx& tx, std::int64_t run_id, int split) {
    std::vector<Prediction> all;
    auto number = [](const pqxx::field& field) {
        return field.is_null() ? std::nullopt : std::optional(field.as<double>());
    };
    auto whole = [](const pqxx::field& field) {
        return field.is_null() ? std::nullopt : std::optional(field.as<int>());
    };
    for (const auto& row : tx.exec(sql::file["predictions_of"], run_id, split)) {
        all.push_back(
            {{row[0].as<std::int64_t>(), row[1].as<std::int64_t>(), row[2].as<std::string>()},
             row[3].as<int>(),
             row[4].as<int>(),
             whole(row[5]),
             number(row[6]),
             row[7].as<double>(),
             row[8].as<double>(),
             row[9].as<double>(),
             whole(row[10]),
             number(row[11])}
        );
    }
    return all;
}

ModelInfo require_model(base::Tx& tx, const std::string& name, int version) {
    auto found = base::first_as<ModelInfo>(tx.exec(sql::file["find_model"], name, version));
    if (!found) {
        auto which = version > 0 ? fmt::format("model '{}' version {}", name, version)
                                 : fmt::format("model '{}'", name);
        throw base::Error(which, "there is none of that name", "see 'tilth model list'");
    }
    return *found;
}

std::vector<ModelInfo>
list_models(base::Tx& tx, const std::string& after_name, int after_version, int at_most) {
    return base::rows_as<ModelInfo>(
        tx.exec(sql::file["list_models"], after_name, after_version, at_most)
    );
}

void promote(base::Tx& tx, const std::string& name, int version, Stage stage) {
    require_model(tx, name, version);
    if (stage == Stage::production) tx.exec(sql::file["retire_production"], name, version);
    tx.exec(sql::file["set_stage"], name, version, std::string(base::name_of(stage)));
}

std::string artefact_of_run(base::Tx& tx, const schema::Blobs& blobs, std::int64_t run_id) {
    auto rows = tx.exec(sql::file["model_of_run"], run_id);
    if (rows.empty())
        throw base::Error(fmt::format("run {}", run_id), "made no model", "train again");
    auto bytes = blobs.load(tx, schema::bytes_of_hex(rows[0][2].as<std::string>()));
    if (!bytes)
        throw base::Error(
            fmt::format("model '{}'", rows[0][0].as<std::string>()),
            "its artefact is missing",
            "train again"
        );
    return *bytes;
}

}  // namespace training
