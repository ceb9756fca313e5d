// Versions are named by arrays and come back with their place among them: one statement a page,
// whatever a record consists of.
#include "schema/rows/stored_rows_store.hpp"

#include <cmath>

#include "base/bytes/png.hpp"
#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "formats/image/image.hpp"
#include "schema/records/sent_array.hpp"
#include "schema/records/values.hpp"
#include "schema/sources/source_store.hpp"
#include "schema/sql.hpp"

namespace schema {

namespace {

struct Found {
    std::size_t place = 0;  // among the versions, from 1
    std::string payload, content_sha256;
    std::optional<std::string> url, file, member;
    std::optional<std::int64_t> line;
    std::optional<std::string> licence;
    std::optional<Time> fetched_at, stored_at, record_time;
    std::optional<std::string> group_key, title, body;
    std::optional<int> column_set;
    base::Binary numbers;
    bool picture = false;
    std::optional<std::string> media;
    std::optional<double> seconds;
    std::optional<std::int64_t> pages;
};
BOOST_DESCRIBE_STRUCT(
    Found,
    (),
    (place,
     payload,
     content_sha256,
     url,
     file,
     member,
     line,
     licence,
     fetched_at,
     stored_at,
     record_time,
     group_key,
     title,
     body,
     column_set,
     numbers,
     picture,
     media,
     seconds,
     pages)
)

constexpr std::string_view bare_pixels = "raw";

struct FoundFile {
    std::size_t place = 0;
    int width = 0, height = 0, channels = 0;
    std::string format, media_type, encoding;
    base::Binary bytes;
    std::string location;
    std::size_t size = 0;
};
BOOST_DESCRIBE_STRUCT(
    FoundFile,
    (),
    (place, width, height, channels, format, media_type, encoding, bytes, location, size)
)

// The versions as parameters.
template <typename Row>
std::vector<Row> rows_of(
    base::Tx& tx,
    std::string_view query,
    std::int64_t source_id,
    std::span<const RecordVersion> versions
) {
    std::vector<std::int64_t> rks;
    std::vector<std::string> keys;
    std::vector<std::int32_t> numbers;
    for (const auto& one : versions) {
        rks.push_back(one.rk);
        keys.push_back(one.key);
        numbers.push_back(one.version);
    }
    return base::rows_as<Row>(
        tx.exec(query, source_id, array_of(rks), array_of(keys), array_of(numbers))
    );
}

}  // namespace

std::vector<StoredRow>
load_rows(base::Tx& tx, std::int64_t source_id, std::span<const RecordVersion> versions) {
    std::vector<StoredRow> rows;
    rows.reserve(versions.size());
    for (auto& one : rows_of<Found>(tx, sql::file["stored_rows"], source_id, versions)) {
        auto& row = rows.emplace_back(StoredRow{
            .id = versions[one.place - 1],
            .payload = std::move(one.payload),
            .content_sha256 = std::move(one.content_sha256),
            .url = std::move(one.url),
            .file = std::move(one.file),
            .member = std::move(one.member),
            .licence = std::move(one.licence),
            .group = std::move(one.group_key),
            .line = one.line,
            .fetched_at = one.fetched_at,
            .stored_at = one.stored_at,
            .record_time = one.record_time,
            .title = std::move(one.title),
            .body = std::move(one.body),
            .column_set = one.column_set,
            .numbers = {},
            .picture = one.picture,
            .media = std::move(one.media),
            .seconds = one.seconds,
            .pages = one.pages});
        if (one.column_set) doubles_of_sent(one.numbers.bytes, row.numbers);
    }
    return rows;
}

std::vector<std::optional<formats::FileCell>> load_files(
    base::Tx& tx,
    const Blobs& blobs,
    std::int64_t source_id,
    std::span<const RecordVersion> versions
) {
    std::vector<std::optional<formats::FileCell>> files(versions.size());
    for (auto& one : rows_of<FoundFile>(tx, sql::file["stored_files"], source_id, versions)) {
        auto bytes = blobs.unpack(one.encoding, std::move(one.bytes.bytes), one.location, one.size);
        auto& file = files[one.place - 1].emplace();
        if (one.format == bare_pixels) {
            file = {base::png({one.width, one.height, one.channels, bytes}), "image/png"};
        } else if (one.format.empty()) {  // no picture
            file = {std::move(bytes), one.media_type};
        } else {
            auto type = formats::media_type_of_format(one.format);
            file = {std::move(bytes), type.empty() ? one.media_type : type};
        }
    }
    return files;
}

void load_columns(
    base::Tx& tx,
    std::int64_t source_id,
    std::span<const StoredRow> rows,
    NumberColumns& columns
) {
    for (const auto& row : rows) {
        if (!row.column_set) continue;
        auto [set, fresh] = columns.sets.try_emplace(*row.column_set);
        if (fresh) set->second = columns_of(tx, source_id, *row.column_set);
        for (std::size_t i = 0; i < set->second.size() && i < row.numbers.size(); ++i) {
            const auto& column = set->second[i];
            if (column.type != ColumnType::category || std::isnan(row.numbers[i])) continue;
            // A source that is at work gets values that it did not have.
            auto& values = columns.values[column.name];
            if (row.numbers[i] >= static_cast<double>(values.size()))
                values = category_values(tx, source_id, column.name);
        }
    }
}

}  // namespace schema
