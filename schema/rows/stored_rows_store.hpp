#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "formats/dataset/cell.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/records/record.hpp"
#include "schema/records/record_fields.hpp"

namespace base {
class Tx;
}

namespace schema {

// All that is stored of one version of a record, but its bytes.
struct StoredRow {
    RecordVersion id;
    std::string payload;
    std::string content_sha256;  // hexadecimal
    std::optional<std::string> url, file, member, licence, group;
    std::optional<std::int64_t> line;
    std::optional<Time> fetched_at, stored_at, record_time;
    std::optional<std::string> title, body;
    std::optional<int> column_set;
    std::vector<double> numbers;  // of that set; NaN is missing
    bool picture = false;
    std::optional<std::string> media;  // type of its sound, film or document
    std::optional<double> seconds;
    std::optional<std::int64_t> pages;
};

// In the order asked for; versions that are gone are left out.
std::vector<StoredRow>
load_rows(base::Tx& tx, std::int64_t source_id, std::span<const RecordVersion> versions);

// Their pictures, sounds, films and documents as files hold them: what is stored as bare pixels
// becomes a PNG. Nothing for what has none.
std::vector<std::optional<formats::FileCell>> load_files(
    base::Tx& tx,
    const Blobs& blobs,
    std::int64_t source_id,
    std::span<const RecordVersion> versions
);

// The columns of numbers that records of a source were stored with, and what the codes of
// categories stand for.
struct NumberColumns {
    std::map<int, std::vector<Column>> sets;
    std::map<std::string, std::vector<std::string>> values;  // by column
};
// Adds what the rows have and `columns` lacks.
void load_columns(
    base::Tx& tx,
    std::int64_t source_id,
    std::span<const StoredRow> rows,
    NumberColumns& columns
);

}  // namespace schema
