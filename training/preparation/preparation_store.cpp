#include "training/preparation/preparation_store.hpp"

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/not_found.hpp"
#include "training/preparation/preparation.hpp"
#include "training/sql.hpp"

namespace training {

std::vector<PreparationVersion> list_preparations(base::Tx& tx, std::int64_t source_id) {
    return base::rows_as<PreparationVersion>(tx.exec(sql::file["list_preparations"], source_id));
}

PreparationVersion
require_preparation(base::Tx& tx, std::int64_t source_id, std::optional<int> version) {
    PreparationVersion none;
    none.source_id = source_id;
    if (version == 0) return none;
    auto found = base::first_as<PreparationVersion>(
        tx.exec(sql::file["find_preparation"], source_id, version.value_or(0))
    );
    if (found) return *found;
    if (version)
        throw base::NotFound(
            fmt::format("preparation {}", *version),
            "the source has no such version",
            "see 'tilth prepare list'"
        );
    return none;
}

PreparationVersion add_preparation(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& operations,
    const std::string& note,
    const std::string& made_by,
    schema::Time now
) {
    Preparation::parse(operations);
    auto added = base::first_as<PreparationVersion>(tx.exec(
        sql::file["add_preparation"], source_id, operations, note, made_by, schema::timestamp(now)
    ));
    return added.value();
}

void keep_fit(base::Tx& tx, const PreparationFit& fit, schema::Time now) {
    tx.exec(
        sql::file["keep_fit"],
        fit.snapshot_id,
        fit.source_id,
        fit.version,
        static_cast<std::int64_t>(fit.rows),
        fit.fitted,
        schema::timestamp(now)
    );
}

std::optional<PreparationFit> find_fit(base::Tx& tx, std::int64_t snapshot_id, int version) {
    return base::first_as<PreparationFit>(tx.exec(sql::file["find_fit"], snapshot_id, version));
}

}  // namespace training
