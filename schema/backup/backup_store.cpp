#include "schema/backup/backup_store.hpp"

#include <limits>

#include <boost/describe.hpp>

#include "base/bytes/hash.hpp"
#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "schema/sql.hpp"

namespace schema {

namespace {

constexpr int blobs_at_once = 500;

struct Counted {
    std::string table;
    std::int64_t rows = 0;
};
BOOST_DESCRIBE_STRUCT(Counted, (), (table, rows))

}  // namespace

std::string begin_moment(base::Tx& tx) {
    tx.exec(sql::file["begin_backup"]);
    return tx.value<std::string>(sql::file["export_moment"]).value();
}

std::map<std::string, std::int64_t> count_tables(base::Tx& tx) {
    std::map<std::string, std::int64_t> all;
    for (auto& each : base::rows_as<Counted>(tx.exec(sql::file["count_tables"])))
        all.emplace(std::move(each.table), each.rows);
    return all;
}

bool is_empty(base::Tx& tx) {
    return tx.value<bool>(sql::file["is_empty"]).value_or(false);
}

void each_blob_file(
    base::Tx& tx,
    const Blobs& blobs,
    const std::function<void(const std::string&, std::string)>& visit
) {
    auto bk = std::numeric_limits<std::int64_t>::min();
    std::string after;
    for (;;) {
        auto rows = tx.exec(sql::file["blob_files"], bk, base::bytes_of(after), blobs_at_once);
        for (const auto& row : rows) {
            bk = row["bk"].as<std::int64_t>();
            after = base::bytes(row["sha256"]);
            auto location = row["location"].as<std::string>();
            auto stored = blobs.stored(location);
            auto content = blobs.unpack(
                row["encoding"].as<std::string>(), stored, location, row["size"].as<std::size_t>()
            );
            if (base::sha256(content) != after)
                throw base::Error(
                    "blob " + location,
                    "its bytes are not those it was stored with",
                    "restore it from an older backup"
                );
            visit(location, std::move(stored));
        }
        if (rows.size() < blobs_at_once) return;
    }
}

}  // namespace schema
