// The verbs of store.hpp for sources, records and blobs.
#include "api/rows.hpp"
#include "api/sql.hpp"
#include "api/store.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "schema/blobs/blobs.hpp"

namespace api::store {

using sql::file;

namespace {

void check_one(const pqxx::result& rows) {
    if (rows.size() > 1)
        throw Problem(
            409, "Ambiguous record", "two keys share this id; add ?key= with the record's key"
        );
}

}  // namespace

array sources(base::Tx& tx, const std::string& after, int limit) {
    return array_of(tx.exec(file["list_sources"], after, limit));
}

std::optional<object> source(base::Tx& tx, const std::string& name) {
    auto rows = tx.exec(file["source_by_name"], name);
    if (rows.empty()) return std::nullopt;
    return object_of(rows[0]);
}

std::optional<object>
set_source_state(base::Tx& tx, const std::string& name, const std::string& state) {
    auto rows = tx.exec(file["set_source_state"], name, state);
    if (rows.empty()) return std::nullopt;
    return object_of(rows[0]);
}

array source_runs(base::Tx& tx, std::int64_t source_id, std::int64_t before, int limit) {
    return array_of(tx.exec(file["list_source_runs"], source_id, before, limit));
}

array rejects(base::Tx& tx, std::int64_t source_id, std::int64_t after, int limit) {
    return array_of(tx.exec(file["list_rejects"], source_id, after, limit));
}

array records(
    base::Tx& tx,
    std::int64_t source_id,
    std::int64_t after_rk,
    const std::string& after_key,
    int limit
) {
    return array_of(tx.exec(file["list_records"], source_id, after_rk, after_key, limit));
}

std::optional<object> record(base::Tx& tx, const RecordName& name) {
    auto rows = tx.exec(file["record_by_id"], name.rk, name.source_id, name.key);
    if (rows.empty()) return std::nullopt;
    check_one(rows);
    return object_of(rows[0]);
}

std::optional<Blob> blob(base::Tx& tx, const RecordName& name, const std::string& directory) {
    auto rows = tx.exec(file["blob_of_record"], name.rk, name.source_id, name.key);
    if (rows.empty()) return std::nullopt;
    check_one(rows);
    auto row = rows[0];
    if (row["blob_sha256"].is_null()) return std::nullopt;
    auto bytes = schema::Blobs(directory).load(tx, base::bytes(row["blob_sha256"]));
    if (!bytes)
        throw base::Error("blob of record " + row["key"].as<std::string>(), "it is missing");

    Blob out;
    out.bytes = std::move(*bytes);
    out.media_type = row["media_type"].as<std::string>("");
    out.width = row["width"].as<int>(0);
    out.height = row["height"].as<int>(0);
    out.channels = row["channels"].as<int>(0);
    out.format = row["format"].as<std::string>("");
    return out;
}

}  // namespace api::store
