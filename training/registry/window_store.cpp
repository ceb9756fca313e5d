#include "training/registry/window_store.hpp"

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "training/sql.hpp"

namespace training {

std::optional<ModelWindow>
lock_window(base::Tx& tx, const std::string& name, int version, base::Time started_at) {
    tx.exec(sql::file["start_model_window"], name, version, schema::timestamp(started_at));
    return base::first_as<ModelWindow>(
        tx.exec(sql::file["lock_model_window"], name, version, schema::timestamp(started_at))
    );
}

void put_window(base::Tx& tx, const std::string& name, int version, const ModelWindow& window) {
    tx.exec(
        sql::file["put_model_window"],
        name,
        version,
        schema::timestamp(window.started_at),
        window.predictions,
        window.abstained,
        window.unknown,
        window.profile,
        window.told
    );
}

std::vector<ModelWindow>
windows_since(base::Tx& tx, const std::string& name, int version, base::Time since) {
    return base::rows_as<ModelWindow>(
        tx.exec(sql::file["model_windows"], name, version, schema::timestamp(since))
    );
}

std::optional<ModelReference> reference_of(base::Tx& tx, const std::string& name, int version) {
    return base::first_as<ModelReference>(tx.exec(sql::file["model_reference"], name, version));
}

void put_reference(
    base::Tx& tx,
    const std::string& name,
    int version,
    const ModelReference& reference
) {
    tx.exec(
        sql::file["put_model_reference"],
        name,
        version,
        reference.predictions,
        reference.abstained,
        reference.profile
    );
}

}  // namespace training
