#include <limits>

#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "schema/records/record_fields.hpp"
#include "schema/records/record_store.hpp"
#include "schema/sql.hpp"
#include "schema/records/values.hpp"

// What has been stored, for people to look at.
namespace schema {

std::vector<RecordLine> list_records(
    base::Tx& tx,
    std::int64_t source_id,
    const std::optional<RecordId>& after,
    int at_most
) {
    std::vector<RecordLine> lines;
    auto rk = after ? after->rk : std::numeric_limits<std::int64_t>::min();
    auto key = after ? after->key : std::string();
    for (const auto& row : tx.exec(sql::file["list_records"], source_id, rk, key, at_most)) {
        lines.push_back(
            {{row[0].as<std::int64_t>(), source_id, row[1].as<std::string>()},
             row[2].as<int>(),
             row[3].as<std::string>(),
             row[4].as<std::string>(),
             row[5].as<std::string>(),
             row[6].as<std::string>(),
             row[7].as<int>(),
             row[8].as<int>()}
        );
    }
    return lines;
}

namespace {

namespace json = boost::json;

void put(json::object& object, const char* name, const pqxx::field& field) {
    if (!field.is_null()) object[name] = field.as<std::string>();
}
void put_number(json::object& object, const char* name, const pqxx::field& field) {
    if (!field.is_null()) object[name] = field.as<std::int64_t>();
}

// What was measured of the present text, and how the presets judge it.
json::object quality_json(const Measures& measures, const std::string& language) {
    json::object told;
    if (!language.empty()) told["language"] = language;
    for (std::size_t i = 0; i < measure_count; ++i) {
        auto measure = static_cast<Measure>(i);
        auto value = value_of(measures, measure);
        if (value == value) told[name_of(measure)] = value;
    }
    for (const auto& preset : quality_presets()) {
        json::array broken;
        for (const auto& rule : preset.rules)
            if (!rule.holds(measures)) broken.emplace_back(name_of(rule.measure));
        told[preset.name] = json::object{{"passes", broken.empty()}, {"broken", std::move(broken)}};
    }
    return told;
}

json::object duplicates_json(base::Tx& tx, const RecordId& id) {
    std::vector<RecordFields> fields(1);
    RecordVersion version{id.rk, id.key, 0};
    const std::vector<std::string> names{
        "text_hash", "exact_duplicate", "near_duplicate", "near_cluster"};
    add_findings(tx, names, id.source_id, {&version, 1}, fields);
    json::object told;
    for (const auto& name : names)
        if (auto value = fields[0](name))
            told[name] = *value == "true" || *value == "false" ? json::value(*value == "true")
                                                               : json::value(*value);
    return told;
}

}  // namespace

std::optional<std::string>
record_lineage(base::Tx& tx, const Source& source, const std::string& key) {
    auto rk = record_key(source.name, key);
    auto history = tx.exec(sql::file["record_history"], rk, source.id, key);
    if (history.empty()) return std::nullopt;
    json::object told{{"source", source.name}, {"kind", source.kind}, {"key", key}};
    put_number(told, "first_run", history[0][0]);
    put_number(told, "last_run", history[0][1]);
    put(told, "first_seen", history[0][2]);
    put(told, "last_seen", history[0][3]);
    put(told, "gone_at", history[0][4]);
    json::array versions;
    for (const auto& row : tx.exec(sql::file["record_lineage"], rk, source.id, key)) {
        json::object version{{"version", row[0].as<int>()}};
        json::object run{{"run", row[1].as<std::int64_t>()}};
        put(run, "state", row[2]);
        put(run, "started_at", row[3]);
        version["run"] = std::move(run);
        put(version, "url", row[4]);
        put(version, "file", row[5]);
        put(version, "member", row[6]);
        put_number(version, "line", row[7]);
        put_number(version, "byte_offset", row[8]);
        put(version, "fetched_at", row[9]);
        put(version, "stored_at", row[10]);
        put(version, "content_sha256", row[11]);
        put(version, "blob_sha256", row[12]);
        put(version, "licence", row[13]);
        versions.push_back(std::move(version));
    }
    told["versions"] = std::move(versions);
    if (!history[0][5].is_null()) told["snapshots"] = json::parse(history[0][5].as<std::string>());
    return json::serialize(told);
}

std::optional<std::string> show_record(base::Tx& tx, const Source& source, const std::string& key) {
    auto rows = tx.exec(sql::file["show_record"], record_key(source.name, key), source.id, key);
    if (rows.empty()) return std::nullopt;
    const auto& row = rows[0];
    auto text = [&](int column) { return row[column].as<std::string>(); };
    json::object shown{
        {"source", source.name},
        {"key", key},
        {"version", row[1].as<int>()},
        {"content_sha256", text(20)},
        {"stored_at", text(21)},
        {"run", row[10].as<std::int64_t>()},
        {"payload", json::parse(text(2))}};
    auto put = [&](const char* name, int column) {
        if (auto value = text(column); !value.empty() && value != "-1") shown[name] = value;
    };
    put("url", 3);
    put("file", 4);
    put("member", 5);
    if (row[6].as<std::int64_t>() >= 0) shown["line"] = row[6].as<std::int64_t>();
    if (row[7].as<std::int64_t>() >= 0) shown["byte_offset"] = row[7].as<std::int64_t>();
    put("licence", 8);
    if (auto consent = text(9); !consent.empty()) shown["consent"] = json::parse(consent);
    put("media_type", 11);
    put("blob_sha256", 12);
    put("title", 13);
    put("body", 14);
    put("language", 15);
    if (row[17].as<int>() > 0) {
        json::object numbers;
        auto columns = columns_of(tx, source.id, row[17].as<int>());
        auto values = doubles_of(text(16));
        for (std::size_t i = 0; i < columns.size() && i < values.size(); ++i) {
            if (values[i] != values[i]) {
                numbers[columns[i].name] = nullptr;
            } else if (columns[i].type == Column::Type::category) {
                numbers[columns[i].name] = category_values(tx, source.id, columns[i].name)
                                               .at(static_cast<std::size_t>(values[i]));
            } else {
                numbers[columns[i].name] = values[i];
            }
        }
        shown["numbers"] = std::move(numbers);
    }
    if (row[18].as<int>() > 0)
        shown["image"] = json::object{{"width", row[18].as<int>()}, {"height", row[19].as<int>()}};
    if (!row[22].is_null()) shown["quality"] = quality_json(doubles_of(text(22)), text(23));
    if (auto duplicates = duplicates_json(tx, {row[0].as<std::int64_t>(), source.id, key});
        !duplicates.empty())
        shown["duplicates"] = std::move(duplicates);
    shown["lineage"] = json::parse(*record_lineage(tx, source, key));
    return json::serialize(shown);
}

}  // namespace schema
