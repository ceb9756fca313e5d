// Sources, runs and column sets.
//
// A run that ends with many new records has the tables analysed in its own transaction: what comes
// next (a search, a snapshot) would else be planned for the empty tables of a minute ago, and a
// plan for empty tables takes hours on full ones.
#include "schema/sources/source_store.hpp"

#include <algorithm>

#include <limits>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "base/not_found.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

namespace json = boost::json;

namespace {

// The planner must not take tables that were just filled for empty ones; the server's own analysis
// comes a minute late.
constexpr std::uint64_t worth_analyzing = 500;

struct ColumnSet {
    int version = 0;
    std::string columns;  // JSON
};
BOOST_DESCRIBE_STRUCT(ColumnSet, (), (version, columns))

struct OwnedRun : SourceRun {
    std::int64_t source_id = 0;
};
BOOST_DESCRIBE_STRUCT(OwnedRun, (SourceRun), (source_id))

struct Category {
    std::string value;
    std::size_t code = 0;
};
BOOST_DESCRIBE_STRUCT(Category, (), (value, code))

std::string to_json(const std::vector<Column>& columns) {
    json::array all;
    for (const auto& column : columns)
        all.push_back(json::object{
            {"name", column.name}, {"type", base::name_of(column.type)}, {"unit", column.unit}});
    return json::serialize(all);
}

std::vector<Column> columns_from(const std::string& text) {
    std::vector<Column> columns;
    const auto parsed = json::parse(text);
    for (const auto& item : parsed.as_array()) {
        const auto& object = item.as_object();
        columns.push_back(
            {std::string(object.at("name").as_string()),
             base::parse<Column::Type>(object.at("type").as_string()).value(),
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
    tx.exec(sql::file["add_source_settings"], *id, source.spec, "", timestamp(now));
    auto added = source;
    added.id = *id;
    added.state = "active";
    return added;
}

std::optional<Source> find_source(base::Tx& tx, const std::string& name) {
    return base::first_as<Source>(tx.exec(sql::file["find_source"], name));
}

std::optional<Source> source_of_run(base::Tx& tx, std::int64_t run_id) {
    return base::first_as<Source>(tx.exec(sql::file["source_of_run"], run_id));
}

Source require_source(base::Tx& tx, const std::string& name) {
    if (auto source = find_source(tx, name)) return *source;
    throw base::NotFound(
        fmt::format("source '{}'", name), "there is none of that name", "see 'tilth source list'"
    );
}

std::vector<SourceLine> list_sources(base::Tx& tx, const std::string& after, int at_most) {
    return base::rows_as<SourceLine>(tx.exec(sql::file["list_sources"], after, at_most, false));
}

std::optional<SourceLine> show_source(base::Tx& tx, const std::string& name) {
    return base::first_as<SourceLine>(tx.exec(sql::file["show_source"], name));
}

void set_source_state(base::Tx& tx, std::int64_t id, const std::string& state) {
    tx.exec(sql::file["set_source_state"], id, state);
}

std::int64_t begin_run(base::Tx& tx, std::int64_t source_id, const std::string& spec, Time now) {
    tx.exec(sql::file["close_stale_runs"], source_id, timestamp(now));
    auto id = *tx.value<std::int64_t>(sql::file["begin_run"], source_id, spec, timestamp(now));
    begin_counts(tx, id, source_id);
    return id;
}

void begin_counts(base::Tx& tx, std::int64_t run_id, std::int64_t source_id) {
    tx.exec(sql::file["begin_counts"], run_id, source_id);
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
    auto counts = base::first_as<Counts>(tx.exec(sql::file["run_counts"], run_id));
    if (!counts)
        throw base::NotFound(fmt::format("run {}", run_id), "there is none of that number");
    return *counts;
}

std::vector<RunProgress> recent_runs(base::Tx& tx, Time since) {
    return base::rows_as<RunProgress>(tx.exec(sql::file["recent_runs"], timestamp(since)));
}

RunTotals run_totals(base::Tx& tx) {
    return *base::first_as<RunTotals>(tx.exec(sql::file["run_totals"]));
}

std::vector<SourceRun>
list_runs(base::Tx& tx, std::int64_t source_id, int at_most, std::optional<std::int64_t> before) {
    auto newest = std::numeric_limits<std::int64_t>::max();
    return base::rows_as<SourceRun>(
        tx.exec(sql::file["list_runs"], source_id, before.value_or(newest), at_most)
    );
}

std::map<std::int64_t, SourceRun>
latest_runs(base::Tx& tx, const std::vector<std::int64_t>& source_ids) {
    std::map<std::int64_t, SourceRun> latest;
    for (auto& run :
         base::rows_as<OwnedRun>(tx.exec(sql::file["latest_runs"], array_of(source_ids))))
        latest[run.source_id] = std::move(run);
    return latest;
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
    auto stored = base::first_as<ColumnSet>(tx.exec(sql::file["latest_columns"], source_id));
    int latest = stored ? stored->version : 0;
    if (columns.empty()) return 0;
    if (stored && columns_from(stored->columns) == columns) return latest;
    tx.exec(sql::file["add_columns"], source_id, latest + 1, to_json(columns), timestamp(now));
    return latest + 1;
}

std::vector<Column> latest_columns(base::Tx& tx, std::int64_t source_id) {
    auto stored = base::first_as<ColumnSet>(tx.exec(sql::file["latest_columns"], source_id));
    return stored ? columns_from(stored->columns) : std::vector<Column>{};
}

std::vector<Column> columns_of(base::Tx& tx, std::int64_t source_id, int version) {
    auto text = tx.value<std::string>(sql::file["columns_of"], source_id, version);
    return text ? columns_from(*text) : std::vector<Column>{};
}

std::vector<Column> columns_together(const std::map<int, std::vector<Column>>& versions) {
    std::vector<Column> all;
    for (auto version = versions.rbegin(); version != versions.rend(); ++version)
        for (const auto& column : version->second)
            if (std::none_of(all.begin(), all.end(), [&](const Column& known) {
                    return known.name == column.name;
                }))
                all.push_back(column);
    return all;
}

std::vector<std::string>
category_values(base::Tx& tx, std::int64_t source_id, const std::string& column) {
    std::vector<std::string> values;
    for (auto& category :
         base::rows_as<Category>(tx.exec(sql::file["category_values"], source_id, column))) {
        if (values.size() <= category.code) values.resize(category.code + 1);
        values[category.code] = std::move(category.value);
    }
    return values;
}

}  // namespace schema
