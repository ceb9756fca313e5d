#include "schema/sources/source_store.hpp"

#include <array>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "schema/sql.hpp"
#include "schema/records/values.hpp"

namespace schema {

namespace json = boost::json;

namespace {

// The planner must not take tables that were just filled for empty ones; the server's own analysis
// comes a minute late.
constexpr std::uint64_t worth_analyzing = 500;

constexpr std::array<const char*, 4> type_names{"number", "category", "flag", "time"};

Source source_of(const pqxx::row& row) {
    return {
        row[0].as<std::int64_t>(),
        row[1].as<std::string>(),
        row[2].as<std::string>(),
        row[3].as<std::string>(),
        row[4].as<std::string>(),
        row[5].as<std::string>()};
}

std::string to_json(const std::vector<Column>& columns) {
    json::array all;
    for (const auto& column : columns)
        all.push_back(json::object{
            {"name", column.name},
            {"type", type_names.at(static_cast<std::size_t>(column.type))},
            {"unit", column.unit}});
    return json::serialize(all);
}

std::vector<Column> columns_from(const std::string& text) {
    std::vector<Column> columns;
    const auto parsed = json::parse(text);
    for (const auto& item : parsed.as_array()) {
        const auto& object = item.as_object();
        auto type = std::string(object.at("type").as_string());
        std::size_t index = 0;
        while (index + 1 < type_names.size() && type != type_names[index]) ++index;
        columns.push_back(
            {std::string(object.at("name").as_string()),
             static_cast<Column::Type>(index),
             std::string(object.at("unit").as_string())}
        );
    }
    return columns;
}

}  // namespace

std::optional<Source> add_source(base::Tx& tx, const Source& source, Time now) {
    auto id = tx.value<std::int64_t>(
        sql::file["add_source"],
        source.name,
        source.kind,
        source.spec,
        filled(source.schedule),
        timestamp(now)
    );
    if (!id) return std::nullopt;
    auto added = source;
    added.id = *id;
    added.state = "active";
    return added;
}

std::optional<Source> find_source(base::Tx& tx, const std::string& name) {
    auto rows = tx.exec(sql::file["find_source"], name);
    if (rows.empty()) return std::nullopt;
    return source_of(rows[0]);
}

Source require_source(base::Tx& tx, const std::string& name) {
    if (auto source = find_source(tx, name)) return *source;
    throw base::Error(
        fmt::format("source '{}'", name), "there is none of that name", "see 'tilth source list'"
    );
}

std::vector<Source> list_sources(base::Tx& tx) {
    std::vector<Source> all;
    for (const auto& row : tx.exec(sql::file["list_sources"])) all.push_back(source_of(row));
    return all;
}

void set_source_state(base::Tx& tx, std::int64_t id, const std::string& state) {
    tx.exec(sql::file["set_source_state"], id, state);
}
void set_source_spec(base::Tx& tx, std::int64_t id, const std::string& spec) {
    tx.exec(sql::file["set_source_spec"], id, spec);
}

std::int64_t begin_run(base::Tx& tx, std::int64_t source_id, const std::string& spec, Time now) {
    tx.exec(sql::file["close_stale_runs"], source_id, timestamp(now));
    return *tx.value<std::int64_t>(sql::file["begin_run"], source_id, spec, timestamp(now));
}

void end_run(
    base::Tx& tx,
    std::int64_t run_id,
    const std::string& state,
    const std::string& error,
    Time now
) {
    tx.exec(sql::file["end_run"], run_id, state, filled(error), timestamp(now));
    auto counts = run_counts(tx, run_id);
    if (counts.added + counts.changed < worth_analyzing) return;
    tx.exec(sql::file["sample_lightly"]);
    tx.exec(sql::file["analyze_records"]);
}

Counts run_counts(base::Tx& tx, std::int64_t run_id) {
    auto rows = tx.exec(sql::file["run_counts"], run_id);
    if (rows.empty())
        throw base::Error(fmt::format("run {}", run_id), "there is none of that number");
    auto number = [&](int column) { return rows[0][column].as<std::uint64_t>(); };
    return {number(0), number(1), number(2), number(3), number(4)};
}

std::vector<RunSummary> list_runs(base::Tx& tx, std::int64_t source_id, int at_most) {
    std::vector<RunSummary> all;
    for (const auto& row : tx.exec(sql::file["list_runs"], source_id, at_most)) {
        auto number = [&](int column) { return row[column].as<std::uint64_t>(); };
        all.push_back(
            {row[0].as<std::int64_t>(),
             row[1].as<std::string>(),
             {number(2), number(3), number(4), number(5), number(6)},
             row[7].as<std::string>(),
             row[8].as<std::string>(),
             row[9].as<double>()}
        );
    }
    return all;
}

bool has_records(base::Tx& tx, std::int64_t source_id) {
    return *tx.value<bool>(sql::file["has_records"], source_id);
}

std::int64_t count_records(base::Tx& tx, std::int64_t source_id) {
    return *tx.value<std::int64_t>(sql::file["count_records"], source_id);
}

std::optional<std::string>
load_cursor(base::Tx& tx, std::int64_t source_id, const std::string& stream) {
    return tx.value<std::string>(sql::file["load_cursor"], source_id, stream);
}

void save_cursor(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& stream,
    const std::string& position,
    std::int64_t run_id,
    Time now
) {
    tx.exec(sql::file["save_cursor"], source_id, stream, position, run_id, timestamp(now));
}

void drop_cursor(base::Tx& tx, std::int64_t source_id, const std::string& stream) {
    tx.exec(sql::file["drop_cursor"], source_id, stream);
}

int ensure_columns(
    base::Tx& tx,
    std::int64_t source_id,
    const std::vector<Column>& columns,
    Time now
) {
    auto rows = tx.exec(sql::file["latest_columns"], source_id);
    int latest = rows.empty() ? 0 : rows[0][0].as<int>();
    if (columns.empty()) return 0;
    if (latest > 0 && columns_from(rows[0][1].as<std::string>()) == columns) return latest;
    tx.exec(sql::file["add_columns"], source_id, latest + 1, to_json(columns), timestamp(now));
    return latest + 1;
}

std::vector<Column> latest_columns(base::Tx& tx, std::int64_t source_id) {
    auto rows = tx.exec(sql::file["latest_columns"], source_id);
    return rows.empty() ? std::vector<Column>{} : columns_from(rows[0][1].as<std::string>());
}

std::vector<Column> columns_of(base::Tx& tx, std::int64_t source_id, int version) {
    auto text = tx.value<std::string>(sql::file["columns_of"], source_id, version);
    return text ? columns_from(*text) : std::vector<Column>{};
}

std::vector<std::string>
category_values(base::Tx& tx, std::int64_t source_id, const std::string& column) {
    std::vector<std::string> values;
    for (const auto& row : tx.exec(sql::file["category_values"], source_id, column)) {
        auto code = row[1].as<std::size_t>();
        if (values.size() <= code) values.resize(code + 1);
        values[code] = row[0].as<std::string>();
    }
    return values;
}

}  // namespace schema
