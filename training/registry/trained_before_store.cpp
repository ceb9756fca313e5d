#include "training/registry/trained_before.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "schema/records/values.hpp"
#include "training/registry/run_label_store.hpp"
#include "training/sql.hpp"

namespace training {

namespace json = boost::json;

std::string model_name(const TrainSettings& settings, const SnapshotInfo& snapshot) {
    if (!settings.name.empty()) return settings.name;
    if (snapshot.project.empty()) return snapshot.name + "-" + settings.model;
    const auto question = made_with(snapshot, "question");
    return snapshot.project + (question.empty() ? "" : "-" + question) + "-" + settings.model;
}

std::optional<TrainOutcome>
trained_before(base::Database& database, const std::string& name, const std::string& key) {
    return database.call([&](base::Tx& tx) -> std::optional<TrainOutcome> {
        const auto id = done_before(tx, key);
        if (!id) return std::nullopt;
        TrainOutcome outcome;
        outcome.existing = true;
        outcome.run = require_run(tx, *id);
        outcome.metrics = metrics_of(tx, *id);
        const auto analysis = json::parse(outcome.run.analysis).as_object();
        if (const auto* rows = analysis.if_contains("rows"))
            outcome.training_rows = rows->to_number<std::size_t>();
        if (const auto* columns = analysis.if_contains("label_columns"))
            for (const auto& column : columns->as_array())
                outcome.label_columns.emplace_back(column.as_string());
        const auto models = models_of(tx, *id);
        auto named = std::find_if(models.rbegin(), models.rend(), [&](const ModelInfo& model) {
            return model.name == name;
        });
        outcome.model_name = name;
        if (named != models.rend()) {
            outcome.model_version = named->version;
            return outcome;
        }
        outcome.model_version = *tx.value<int>(
            sql::file["add_model_of_run"],
            name,
            *id,
            schema::timestamp(std::chrono::system_clock::now())
        );
        return outcome;
    });
}

}  // namespace training
