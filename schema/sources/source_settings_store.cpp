// The versions of a source's settings, and the mapping rules that its runs had. Each run keeps the
// rules it read by, so that what a column was made of can be said as long as its records are there,
// whatever the settings say by now.
#include "schema/sources/source_settings_store.hpp"

#include <limits>
#include <set>

#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

namespace json = boost::json;

bool change_settings(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& spec,
    const std::string& by,
    Time now
) {
    if (!tx.value<std::int64_t>(sql::file["change_source_spec"], source_id, spec)) return false;
    tx.exec(sql::file["add_source_settings"], source_id, spec, by, timestamp(now));
    return true;
}

std::vector<SourceSettings> list_settings(
    base::Tx& tx,
    std::int64_t source_id,
    int at_most,
    std::optional<std::int64_t> before
) {
    auto newest = std::numeric_limits<std::int32_t>::max();
    return base::rows_as<SourceSettings>(
        tx.exec(sql::file["list_source_settings"], source_id, before.value_or(newest), at_most)
    );
}

std::optional<std::string> settings_of(base::Tx& tx, std::int64_t source_id, std::int64_t version) {
    return tx.value<std::string>(sql::file["source_settings"], source_id, version);
}

std::vector<std::string> rules_ever(base::Tx& tx, std::int64_t source_id) {
    std::vector<std::string> all;
    for (const auto& row : tx.exec(sql::file["rules_ever"], source_id))
        all.push_back(row["rules"].as<std::string>());
    return all;
}

std::string rules_in_use(base::Tx& tx, std::int64_t source_id) {
    json::object newest;
    json::array all;
    std::set<std::string> names;
    for (const auto& row : tx.exec(sql::file["rules_of_runs"], source_id)) {
        auto rules = json::parse(row["rules"].as<std::string>()).as_object();
        if (const auto* columns = rules.if_contains("column"); columns && columns->is_array())
            for (const auto& column : columns->as_array())
                if (names.insert(json::serialize(column.at("name"))).second) all.push_back(column);
        if (newest.empty()) newest = std::move(rules);
    }
    if (newest.empty())
        return tx.value<std::string>(sql::file["rules_of_source"], source_id).value_or("");
    if (!all.empty()) newest["column"] = std::move(all);
    return json::serialize(newest);
}

std::int64_t settings_version(base::Tx& tx, std::int64_t source_id) {
    return tx.value<std::int64_t>(sql::file["settings_version"], source_id).value_or(1);
}

void note_maker(base::Tx& tx, std::int64_t source_id, const std::string& by) {
    tx.exec(sql::file["note_maker"], source_id, by);
}

std::vector<SourceLine> list_with_archive(base::Tx& tx, const std::string& after, int at_most) {
    return base::rows_as<SourceLine>(tx.exec(sql::file["list_sources"], after, at_most, true));
}

void archive_source(base::Tx& tx, std::int64_t source_id, Time now) {
    tx.exec(sql::file["archive_source"], source_id, timestamp(now));
}

void restore_source(base::Tx& tx, std::int64_t source_id) {
    tx.exec(sql::file["restore_source"], source_id);
}

std::vector<SourceJob> jobs_of_source(base::Tx& tx, const std::string& name, Time now) {
    return base::rows_as<SourceJob>(tx.exec(sql::file["jobs_of_source"], name, timestamp(now)));
}

bool lock_source(base::Tx& tx, std::int64_t source_id) {
    return tx.value<std::int64_t>(sql::file["lock_source"], source_id).has_value();
}

DroppedSource drop_source(base::Tx& tx, std::int64_t source_id) {
    DroppedSource dropped;
    dropped.rejects = tx.change(sql::file["drop_rejects"], source_id);
    for (auto query :
         {sql::file["drop_cursors"],
          sql::file["drop_progress"],
          sql::file["drop_categories"],
          sql::file["drop_column_sets"],
          sql::file["drop_source_settings"],
          sql::file["drop_run_counts"]})
        tx.exec(query, source_id);
    dropped.runs = tx.change(sql::file["drop_source_runs"], source_id);
    tx.exec(sql::file["drop_source"], source_id);
    return dropped;
}

}  // namespace schema
