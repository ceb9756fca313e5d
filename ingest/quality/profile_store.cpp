#include <chrono>
#include <limits>

#include "base/database.hpp"
#include "ingest/json.hpp"
#include "ingest/quality/profile.hpp"
#include "ingest/sql.hpp"
#include "schema/record.hpp"

namespace ingest::quality {

Profile profile_source(base::Database& database, std::int64_t source_id) {
    constexpr int page_size = 5000;
    Profile profile;
    Arena arena;
    std::vector<Field> fields;
    auto rk = std::numeric_limits<std::int64_t>::min();
    std::string key;
    for (;;) {
        pqxx::result rows = database.call([&](base::Tx& tx) {
            return tx.exec(sql::file["quality_rows"], source_id, rk, key, page_size);
        });
        for (const pqxx::row& row : rows) {
            arena.clear();
            fields.clear();
            auto payload = row[4].as<std::string>();
            add_members(payload, arena, fields);
            profile.add(fields);
        }
        if (rows.size() < page_size) return profile;
        rk = rows.back()[0].as<std::int64_t>();
        key = rows.back()[1].as<std::string>();
    }
}

void save_profile(
    base::Tx& tx,
    std::int64_t source_id,
    std::int64_t run_id,
    const Profile& profile
) {
    tx.exec(
        sql::file["save_profile"],
        source_id,
        run_id,
        schema::timestamp(std::chrono::system_clock::now()),
        static_cast<std::int64_t>(profile.records),
        profile.to_json()
    );
}

std::optional<Profile> load_profile(base::Tx& tx, std::int64_t source_id, std::int64_t run_id) {
    auto text = tx.value<std::string>(sql::file["load_profile"], source_id, run_id);
    if (!text) return std::nullopt;
    return Profile::from_json(*text);
}

std::int64_t latest_run(base::Tx& tx, std::int64_t source_id) {
    return tx.value<std::int64_t>(sql::file["latest_run"], source_id).value_or(0);
}

}  // namespace ingest::quality
