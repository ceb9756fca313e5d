#include "training/preparation/preparation_store.hpp"

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "training/preparation/preparation.hpp"
#include "training/sql.hpp"

namespace training {

namespace {

PreparationVersion version_of(const pqxx::row& row, std::int64_t source_id) {
    return {
        source_id,
        row[0].as<int>(),
        row[1].as<std::string>(),
        row[2].as<std::string>(),
        row[3].as<std::string>(),
        row[4].as<std::string>()};
}

}  // namespace

std::vector<PreparationVersion> list_preparations(base::Tx& tx, std::int64_t source_id) {
    std::vector<PreparationVersion> all;
    for (const auto& row : tx.exec(sql::file["list_preparations"], source_id))
        all.push_back(version_of(row, source_id));
    return all;
}

PreparationVersion
require_preparation(base::Tx& tx, std::int64_t source_id, std::optional<int> version) {
    PreparationVersion none;
    none.source_id = source_id;
    if (version == 0) return none;
    auto rows = tx.exec(sql::file["find_preparation"], source_id, version.value_or(0));
    if (!rows.empty()) return version_of(rows[0], source_id);
    if (version)
        throw base::Error(
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
    auto rows = tx.exec(
        sql::file["add_preparation"], source_id, operations, note, made_by, schema::timestamp(now)
    );
    return version_of(rows[0], source_id);
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
    auto rows = tx.exec(sql::file["find_fit"], snapshot_id, version);
    if (rows.empty()) return std::nullopt;
    return PreparationFit{
        snapshot_id,
        rows[0][0].as<std::int64_t>(),
        version,
        rows[0][1].as<std::size_t>(),
        rows[0][2].as<std::string>()};
}

}  // namespace training
