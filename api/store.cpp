// The verbs of store.hpp for sources.
#include "api/store.hpp"
#include "api/rows.hpp"
#include "api/sql.hpp"
#include "base/database/database.hpp"

namespace api::store {

using sql::file;

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

}  // namespace api::store
