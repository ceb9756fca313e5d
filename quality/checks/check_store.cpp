#include <chrono>
#include <limits>

#include "base/database/database.hpp"
#include "formats/json/json.hpp"
#include "quality/checks/check_store.hpp"
#include "quality/profile/profile_store.hpp"
#include "ingest/sql.hpp"
#include "schema/records/record.hpp"
#include "schema/sources/source_store.hpp"

namespace ingest::quality {

std::vector<CheckResult>
check_source(base::Database& database, std::int64_t source_id, std::vector<Check> checks) {
    constexpr int page_size = 5000;
    auto profile = profile_source(database, source_id).profile;
    std::map<std::string, std::uint64_t> others;
    for (const auto& check : checks)
        if (!check.source.empty())
            others[check.source] = database.call([&](base::Tx& tx) {
                auto other = schema::require_source(tx, check.source);
                return tx.value<std::uint64_t>(sql::file["count_present"], other.id).value_or(0);
            });
    Checker checker(std::move(checks), profile, std::move(others));
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
            checker.add(
                {row[0].as<std::int64_t>(),
                 row[1].as<std::string>(),
                 row[2].as<int>(),
                 row[3].as<std::int64_t>()},
                fields
            );
        }
        if (rows.size() < page_size) break;
        rk = rows.back()[0].as<std::int64_t>();
        key = rows.back()[1].as<std::string>();
    }
    return checker.finish();
}

void save_results(base::Tx& tx, std::int64_t source_id, const std::vector<CheckResult>& results) {
    auto now = std::chrono::system_clock::now();
    tx.exec(sql::file["drop_quarantine"], source_id);
    auto copy = tx.copy("quarantine (rk, source_id, key, check_name, found_at)", 5);
    for (const auto& result : results) {
        if (result.passed || result.check.severity != Severity::quarantine) continue;
        for (const auto& row : result.rows) {
            copy.begin_row();
            copy.value(row.rk);
            copy.value(source_id);
            copy.text(row.key);
            copy.text(result.check.name);
            copy.time(now);
        }
    }
    copy.finish();
    for (const auto& result : results)
        tx.exec(
            sql::file["add_check_result"],
            source_id,
            schema::timestamp(now),
            result.check.name,
            result.passed,
            std::string(name_of(result.check.severity)),
            static_cast<std::int64_t>(result.examined),
            static_cast<std::int64_t>(result.failed),
            result.observed
        );
}

}  // namespace ingest::quality
