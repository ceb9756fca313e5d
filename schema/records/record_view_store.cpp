// What has been stored, for people to look at.
//
// A record is told whole, in one answer for all who ask: what it does not have is null. Its numbers
// are stored as an array over the columns that its version was read with, so they are put beside
// the names and units of that set here, and categories beside their texts. Each question here is
// one record or one page, so that rows go by name.
#include "schema/records/record_view_store.hpp"

#include <limits>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "schema/records/media_columns.hpp"
#include "schema/records/record_fields.hpp"
#include "schema/records/record_store.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

namespace {

namespace json = boost::json;

struct History {
    std::int64_t first_run = 0, last_run = 0;
    std::optional<std::string> first_seen, last_seen, gone_at;
    base::JsonText snapshots;
};
BOOST_DESCRIBE_STRUCT(History, (), (first_run, last_run, first_seen, last_seen, gone_at, snapshots))

// The parts of a record that one row holds.
struct Row {
    std::int64_t rk = 0;
    int version = 0;
    std::optional<std::string> group_key;
    std::optional<Time> record_time;
    Time first_seen, last_seen;
    std::string content_sha256;
    base::JsonText payload, consent;
    std::optional<std::string> url, file, member, licence, media_type, blob_sha256;
    std::optional<std::int64_t> line, byte_offset;
    std::int64_t run_id = 0;
    std::string stored_at;
    std::optional<Time> fetched_at;
    bool has_text = false, has_image = false;
    ShownText text;
    ShownImage image;
    MediaColumns media;
    std::string numbers;
    int column_set = 0;
    std::optional<std::string> measures;
    std::string measured_language;
};
BOOST_DESCRIBE_STRUCT(
    Row,
    (),
    (rk,
     version,
     group_key,
     record_time,
     first_seen,
     last_seen,
     content_sha256,
     payload,
     consent,
     url,
     file,
     member,
     licence,
     media_type,
     blob_sha256,
     line,
     byte_offset,
     run_id,
     stored_at,
     fetched_at,
     has_text,
     has_image,
     text,
     image,
     media,
     numbers,
     column_set,
     measures,
     measured_language)
)

struct BlobRow {
    std::string media_type;
    int width = 0, height = 0, channels = 0;
    std::string format;
};
BOOST_DESCRIBE_STRUCT(BlobRow, (), (media_type, width, height, channels, format))

std::optional<ShownMedia> shown_media(const MediaColumns& columns) {
    auto media = media_of(columns);
    if (!media) return std::nullopt;
    return ShownMedia{
        .kind = media->kind,
        .type = std::move(media->type),
        .seconds = media->seconds,
        .pages = media->pages,
        .width = media->width,
        .height = media->height,
        .channels = media->channels,
        .sample_rate = media->sample_rate};
}

std::vector<ShownField> fields_of(base::Tx& tx, std::int64_t source_id, const Row& row) {
    std::vector<ShownField> fields;
    auto columns = columns_of(tx, source_id, row.column_set);
    auto values = doubles_of(row.numbers);
    for (std::size_t i = 0; i < columns.size() && i < values.size(); ++i) {
        json::value value;
        if (values[i] == values[i] && columns[i].type == Column::Type::category) {
            value = json::string(category_values(tx, source_id, columns[i].name)
                                     .at(static_cast<std::size_t>(values[i])));
        } else if (values[i] == values[i]) {
            value = values[i];
        }
        fields.push_back({columns[i].name, columns[i].unit, {json::serialize(value)}});
    }
    return fields;
}

// What was measured of the present text, and how the presets judge it.
std::string quality_json(const formats::Measures& measures, const std::string& language) {
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
    return json::serialize(told);
}

std::string duplicates_json(base::Tx& tx, const RecordId& id) {
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
    return told.empty() ? std::string() : json::serialize(told);
}

}  // namespace

std::string record_id_text(std::int64_t source_id, std::int64_t rk) {
    return fmt::format("{}.{:016x}", source_id, static_cast<std::uint64_t>(rk));
}

std::optional<RecordId> parse_record_id(std::string_view text) {
    auto dot = text.find('.');
    if (dot == text.npos || text.size() - dot != 17) return std::nullopt;
    auto source = base::whole_number<std::int64_t>(text.substr(0, dot), 10);
    auto rk = base::whole_number<std::uint64_t>(text.substr(dot + 1), 16);
    if (!source || !rk) return std::nullopt;
    return RecordId{static_cast<std::int64_t>(*rk), *source, {}};
}

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

std::optional<RecordLineage>
record_lineage(base::Tx& tx, const Source& source, const std::string& key) {
    auto rk = record_key(source.name, key);
    auto history =
        base::first_as<History>(tx.exec(sql::file["record_history"], rk, source.id, key));
    if (!history) return std::nullopt;
    RecordLineage lineage{
        .source = source.name,
        .kind = source.kind,
        .key = key,
        .first_run = history->first_run,
        .last_run = history->last_run,
        .first_seen = history->first_seen,
        .last_seen = history->last_seen,
        .gone_at = history->gone_at,
        .versions =
            base::rows_as<VersionLine>(tx.exec(sql::file["record_lineage"], rk, source.id, key)),
        .snapshots = {}};
    if (!history->snapshots.text.empty())
        lineage.snapshots =
            json::value_to<std::vector<std::string>>(json::parse(history->snapshots.text));
    return lineage;
}

std::optional<ShownRecord> show_record(base::Tx& tx, const Source& source, const std::string& key) {
    auto row = base::first_as<Row>(
        tx.exec(sql::file["show_record"], record_key(source.name, key), source.id, key)
    );
    if (!row) return std::nullopt;
    ShownRecord shown{
        .id = record_id_text(source.id, row->rk),
        .source = source.name,
        .key = key,
        .version = row->version,
        .group = row->group_key,
        .record_time = row->record_time,
        .first_seen = row->first_seen,
        .last_seen = row->last_seen,
        .content_sha256 = row->content_sha256,
        .stored_at = row->stored_at,
        .run = row->run_id,
        .payload = row->payload,
        .media_type = row->media_type,
        .url = row->url,
        .file = row->file,
        .member = row->member,
        .line = row->line,
        .byte_offset = row->byte_offset,
        .licence = row->licence,
        .consent = row->consent,
        .fetched_at = row->fetched_at,
        .text = {},
        .image = {},
        .media = shown_media(row->media),
        .fields = {},
        .blob = row->blob_sha256.has_value(),
        .blob_sha256 = row->blob_sha256,
        .quality = {},
        .duplicates = {duplicates_json(tx, {row->rk, source.id, key})},
        .lineage = {}};
    if (row->has_text) shown.text = std::move(row->text);
    if (row->has_image) shown.image = std::move(row->image);
    if (row->column_set > 0) shown.fields = fields_of(tx, source.id, *row);
    if (row->measures)
        shown.quality.text = quality_json(doubles_of(*row->measures), row->measured_language);
    if (auto lineage = record_lineage(tx, source, key)) shown.lineage = std::move(*lineage);
    return shown;
}

std::vector<NamedRecord> records_of_id(base::Tx& tx, const RecordId& id) {
    return base::rows_as<NamedRecord>(
        tx.exec(sql::file["records_of_id"], id.rk, id.source_id, id.key)
    );
}

std::vector<FoundRecord> find_by_key(base::Tx& tx, const std::string& key) {
    return base::rows_as<FoundRecord>(tx.exec(sql::file["find_by_key"], key));
}

std::optional<RecordMedia> record_media(
    base::Tx& tx,
    const Source& source,
    const std::string& key,
    std::optional<int> version
) {
    auto rows =
        tx.exec(sql::file["record_media"], record_key(source.name, key), source.id, key, version);
    auto row = base::first_as<MediaColumns>(rows);
    if (!row) return std::nullopt;
    auto about = shown_media(*row);
    if (!about) return std::nullopt;
    return RecordMedia{std::move(*about), row->blob_type, base::bytes(rows.front()["blob_sha256"])};
}

std::optional<RecordBlob> record_blob(
    base::Tx& tx,
    const Blobs& blobs,
    const Source& source,
    const std::string& key,
    std::optional<int> version
) {
    auto rows =
        tx.exec(sql::file["record_blob"], record_key(source.name, key), source.id, key, version);
    auto row = base::first_as<BlobRow>(rows);
    if (!row) return std::nullopt;
    auto bytes = blobs.load(tx, base::bytes(rows.front()["blob_sha256"]));
    if (!bytes) throw base::Error("blob of record " + key, "it is missing");
    return RecordBlob{
        std::move(*bytes), row->media_type, row->width, row->height, row->channels, row->format};
}

}  // namespace schema
