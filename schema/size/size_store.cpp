#include "schema/size/size_store.hpp"

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "schema/sql.hpp"

namespace schema {

std::vector<TableSize> table_sizes(base::Tx& tx) {
    return base::rows_as<TableSize>(tx.exec(sql::file["table_sizes"]));
}

std::int64_t database_bytes(base::Tx& tx) {
    return tx.value<std::int64_t>(sql::file["database_bytes"]).value_or(0);
}

std::optional<std::int64_t> wal_bytes(base::Tx& tx) {
    if (!tx.value<bool>(sql::file["may_see_wal"]).value_or(false)) return std::nullopt;
    return tx.value<std::int64_t>(sql::file["wal_bytes"]);
}

}  // namespace schema
