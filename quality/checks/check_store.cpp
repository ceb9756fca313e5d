#include <chrono>

#include "base/database/database.hpp"
#include "quality/checks/check_store.hpp"
#include "quality/profile/profile_store.hpp"
#include "quality/sql.hpp"
#include "quality/store.hpp"
#include "schema/records/record.hpp"
#include "schema/sources/source_store.hpp"

namespace quality {

std::vector<CheckResult>
check_source(base::Database& database, std::int64_t source_id, std::vector<Check> checks) {
    auto profile = profile_source(database, source_id).profile;
    std::map<std::string, std::uint64_t> others;
    for (const auto& check : checks)
        if (!check.source.empty())
            others[check.source] = database.call([&](base::Tx& tx) {
                auto other = schema::require_source(tx, check.source);
                return tx.value<std::uint64_t>(sql::file["count_present"], other.id).value_or(0);
            });
    Checker checker(std::move(checks), profile, std::move(others));
    each_record(database, source_id, [&](const Table::Row& row, auto fields) {
        checker.add(row, fields);
        return true;
    });
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
            std::string(base::name_of(result.check.severity)),
            static_cast<std::int64_t>(result.examined),
            static_cast<std::int64_t>(result.failed),
            result.observed
        );
}

void drop_findings(base::Tx& tx, std::int64_t source_id) {
    for (auto query :
         {sql::file["drop_check_results"], sql::file["drop_profiles"], sql::file["drop_parts"]})
        tx.exec(query, source_id);
}

}  // namespace quality
