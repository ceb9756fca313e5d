// What has been stored, for people to look at, as JSON.
//
// What a record does not have is left out of its JSON rather than null: most records have a third
// of the members, and a reader asks for a member by its name anyway. Each question here is one
// record or one page, so that rows go by name.
#include <limits>

#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "schema/records/record_fields.hpp"
#include "schema/records/record_store.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

std::vector<RecordLine> list_records(
    base::Tx& tx,
    std::int64_t source_id,
    const std::optional<RecordId>& after,
    int at_most
) {
    auto rk = after ? after->rk : std::numeric_limits<std::int64_t>::min();
    auto key = after ? after->key : std::string();
    return base::rows_as<RecordLine>(tx.exec(sql::file["list_records"], source_id, rk, key, at_most)
    );
}

namespace {

namespace json = boost::json;

using Text = std::optional<std::string>;
using Number = std::optional<std::int64_t>;

struct History {
    std::int64_t first_run = 0, last_run = 0;
    Text first_seen, last_seen, gone_at, snapshots;
};
BOOST_DESCRIBE_STRUCT(History, (), (first_run, last_run, first_seen, last_seen, gone_at, snapshots))

struct Version {
    int version = 0;
    std::int64_t run_id = 0;
    std::string run_state;
    Text run_started_at, url, file, member;
    Number line, byte_offset;
    Text fetched_at, stored_at, content_sha256, blob_sha256, licence;
};
BOOST_DESCRIBE_STRUCT(
    Version,
    (),
    (version,
     run_id,
     run_state,
     run_started_at,
     url,
     file,
     member,
     line,
     byte_offset,
     fetched_at,
     stored_at,
     content_sha256,
     blob_sha256,
     licence)
)

struct Shown {
    std::int64_t rk = 0;
    int version = 0;
    std::string content_sha256, payload;
    Text url, file, member;
    Number line, byte_offset;
    Text licence, consent;
    std::int64_t run_id = 0;
    Text media_type, blob_sha256;
    std::string stored_at;
    Text title, body, language, numbers;
    int column_set = 0;
    int width = 0, height = 0;
    Text measures;
    std::string measured_language;
};
BOOST_DESCRIBE_STRUCT(
    Shown,
    (),
    (rk,
     version,
     content_sha256,
     payload,
     url,
     file,
     member,
     line,
     byte_offset,
     licence,
     consent,
     run_id,
     media_type,
     blob_sha256,
     stored_at,
     title,
     body,
     language,
     numbers,
     column_set,
     width,
     height,
     measures,
     measured_language)
)

void put(json::object& object, const char* name, const Text& text) {
    if (text) object[name] = *text;
}
void put(json::object& object, const char* name, const Number& number) {
    if (number) object[name] = *number;
}
// A text that is there and not empty.
void put_filled(json::object& object, const char* name, const Text& text) {
    if (text && !text->empty()) object[name] = *text;
}

json::object numbers_json(base::Tx& tx, std::int64_t source_id, const Shown& record) {
    json::object numbers;
    auto columns = columns_of(tx, source_id, record.column_set);
    auto values = doubles_of(record.numbers.value_or(""));
    for (std::size_t i = 0; i < columns.size() && i < values.size(); ++i) {
        if (values[i] != values[i]) {
            numbers[columns[i].name] = nullptr;
        } else if (columns[i].type == Column::Type::category) {
            numbers[columns[i].name] = category_values(tx, source_id, columns[i].name)
                                           .at(static_cast<std::size_t>(values[i]));
        } else {
            numbers[columns[i].name] = values[i];
        }
    }
    return numbers;
}

// What was measured of the present text, and how the presets judge it.
json::object quality_json(const formats::Measures& measures, const std::string& language) {
    json::object told;
    if (!language.empty()) told["language"] = language;
    for (std::size_t i = 0; i < formats::measure_count; ++i) {
        auto measure = static_cast<formats::Measure>(i);
        auto value = formats::value_of(measures, measure);
        if (value == value) told[name_of(measure)] = value;
    }
    for (const auto& preset : formats::quality_presets()) {
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
    auto history =
        base::first_as<History>(tx.exec(sql::file["record_history"], rk, source.id, key));
    if (!history) return std::nullopt;
    json::object told{{"source", source.name}, {"kind", source.kind}, {"key", key}};
    told["first_run"] = history->first_run;
    told["last_run"] = history->last_run;
    put(told, "first_seen", history->first_seen);
    put(told, "last_seen", history->last_seen);
    put(told, "gone_at", history->gone_at);
    json::array versions;
    for (const auto& row :
         base::rows_as<Version>(tx.exec(sql::file["record_lineage"], rk, source.id, key))) {
        json::object run{{"run", row.run_id}, {"state", row.run_state}};
        put(run, "started_at", row.run_started_at);
        json::object version{{"version", row.version}, {"run", std::move(run)}};
        put(version, "url", row.url);
        put(version, "file", row.file);
        put(version, "member", row.member);
        put(version, "line", row.line);
        put(version, "byte_offset", row.byte_offset);
        put(version, "fetched_at", row.fetched_at);
        put(version, "stored_at", row.stored_at);
        put(version, "content_sha256", row.content_sha256);
        put(version, "blob_sha256", row.blob_sha256);
        put(version, "licence", row.licence);
        versions.push_back(std::move(version));
    }
    told["versions"] = std::move(versions);
    if (history->snapshots) told["snapshots"] = json::parse(*history->snapshots);
    return json::serialize(told);
}

std::optional<std::string> show_record(base::Tx& tx, const Source& source, const std::string& key) {
    auto record = base::first_as<Shown>(
        tx.exec(sql::file["show_record"], record_key(source.name, key), source.id, key)
    );
    if (!record) return std::nullopt;
    json::object shown{
        {"source", source.name},
        {"key", key},
        {"version", record->version},
        {"content_sha256", record->content_sha256},
        {"stored_at", record->stored_at},
        {"run", record->run_id},
        {"payload", json::parse(record->payload)}};
    put_filled(shown, "url", record->url);
    put_filled(shown, "file", record->file);
    put_filled(shown, "member", record->member);
    put(shown, "line", record->line);
    put(shown, "byte_offset", record->byte_offset);
    put_filled(shown, "licence", record->licence);
    if (record->consent) shown["consent"] = json::parse(*record->consent);
    put_filled(shown, "media_type", record->media_type);
    put_filled(shown, "blob_sha256", record->blob_sha256);
    put_filled(shown, "title", record->title);
    put_filled(shown, "body", record->body);
    put_filled(shown, "language", record->language);
    if (record->column_set > 0) shown["numbers"] = numbers_json(tx, source.id, *record);
    if (record->width > 0)
        shown["image"] = json::object{{"width", record->width}, {"height", record->height}};
    if (record->measures)
        shown["quality"] = quality_json(doubles_of(*record->measures), record->measured_language);
    if (auto duplicates = duplicates_json(tx, {record->rk, source.id, key}); !duplicates.empty())
        shown["duplicates"] = std::move(duplicates);
    shown["lineage"] = json::parse(*record_lineage(tx, source, key));
    return json::serialize(shown);
}

}  // namespace schema
