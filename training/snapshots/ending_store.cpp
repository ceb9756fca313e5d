#include "training/snapshots/ending_store.hpp"

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "schema/records/values.hpp"
#include "training/sql.hpp"

namespace training {

namespace {

struct SnapshotOfProject {
    std::int64_t id = 0;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(SnapshotOfProject, (), (id, name))

struct ModelOfRun {
    std::string name;
    int version = 0;
    std::string stage;
    base::Binary artefact_sha256;
};
BOOST_DESCRIBE_STRUCT(ModelOfRun, (), (name, version, stage, artefact_sha256))

std::vector<std::int64_t> ids_of(const pqxx::result& rows) {
    std::vector<std::int64_t> ids;
    for (const auto& row : rows) ids.push_back(row["id"].as<std::int64_t>());
    return ids;
}

}  // namespace

Ended end_projects(
    base::Tx& tx,
    std::int64_t source_id,
    const std::vector<std::int64_t>& project_ids
) {
    Ended ended;
    std::vector<std::int64_t> ids;
    for (auto& [id, name] : base::rows_as<SnapshotOfProject>(
             tx.exec(sql::file["snapshots_of_projects"], schema::array_of(project_ids), source_id)
         )) {
        ids.push_back(id);
        ended.snapshots.push_back(std::move(name));
    }
    auto snapshots = schema::array_of(ids);
    auto run_ids = ids_of(tx.exec(sql::file["runs_of_snapshots"], snapshots));
    ended.runs = run_ids.size();
    auto runs = schema::array_of(run_ids);
    for (auto& model : base::rows_as<ModelOfRun>(tx.exec(sql::file["models_of_runs"], runs))) {
        ended.models.push_back(
            model.name + " " + std::to_string(model.version) + " (" + model.stage + ")"
        );
        ended.artefacts.push_back(std::move(model.artefact_sha256.bytes));
    }
    tx.exec(sql::file["drop_models"], runs);
    tx.exec(sql::file["drop_metrics"], runs);
    ended.predictions = tx.change(sql::file["drop_predictions"], runs);
    tx.exec(sql::file["drop_model_runs"], runs);
    tx.exec(sql::file["drop_fits"], snapshots, source_id);
    tx.exec(sql::file["drop_preparations"], source_id);
    tx.exec(sql::file["drop_items"], snapshots);
    tx.exec(sql::file["drop_snapshots"], snapshots);
    return ended;
}

}  // namespace training
