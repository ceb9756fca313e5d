#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/time/time.hpp"
#include "base/words.hpp"
#include "formats/image/image_measures.hpp"
#include "formats/media/media_measures.hpp"

// The rows that the modules share. A gatherer (crawler, ingest) makes Drafts and Rejects;
// schema/record_store writes them.
namespace schema {

using Time = base::Time;

// First 8 bytes, big-endian, of SHA-256(source name, a zero byte, key). It leads every key of the
// record tables.
std::int64_t record_key(std::string_view source, std::string_view key);

// Names one record of one source.
struct RecordId {
    std::int64_t rk = 0;
    std::int64_t source_id = 0;
    std::string key;

    auto operator<=>(const RecordId&) const = default;
};
BOOST_DESCRIBE_STRUCT(RecordId, (), (rk, source_id, key))

struct Text {
    std::string title;
    std::string body;      // UTF-8, without NUL
    std::string language;  // BCP 47 primary tag, empty if unknown
};

enum class ColumnType { number, category, flag, time };

constexpr auto words_of(ColumnType) {
    return std::to_array<base::Word<ColumnType>>({
        {ColumnType::number, "number"},
        {ColumnType::category, "category"},
        {ColumnType::flag, "flag"},
        {ColumnType::time, "time"},
    });
}

// One column of a source's numeric content.
struct Column {
    using Type = ColumnType;
    std::string name;
    Type type = Type::number;
    std::string unit;  // UCUM-like, empty if none

    bool operator==(const Column&) const = default;
};
BOOST_DESCRIBE_STRUCT(Column, (), (name, type, unit))

// Where a record came from. Empty strings and -1 mean that it does not apply.
struct Origin {
    std::string url;
    std::string file;
    std::string member;             // inside an archive
    std::int64_t line = -1;         // from 1
    std::int64_t byte_offset = -1;  // of the record's first byte
    std::string licence;            // SPDX id or URL
    std::string consent;  // JSON object: signals, decision, rule; empty if nothing was asked
    std::optional<Time> fetched_at;
};

// What was measured of a draft's text (formats/text/text_quality.hpp): kept beside it, no part of
// its content.
struct Quality {
    std::vector<double> measures;
    std::string language;  // as the words tell it; empty if they do not
};

// A record as a gatherer hands it to the store. Its content hash covers payload and blob.
struct Draft {
    std::string key;           // natural key within the source; not empty, at most 2,000 bytes
    std::string payload;       // a JSON object: the fields as received
    std::string group;         // records of one group stay on one side of a split; empty: none
    std::optional<Time> time;  // the record's own time, for splits by time
    std::optional<Text> text;
    std::optional<Quality> quality;
    std::vector<double> numbers;  // one per column of the source; NaN is missing
    std::vector<std::pair<std::size_t, std::string>>
        categories;  // column, value; coded by the store into `numbers`
    std::optional<formats::Image> image;
    std::optional<formats::Media> media;
    std::string blob;        // the body, image or media bytes as received; empty: none
    std::string media_type;  // of the blob
    Origin origin;
};

// An input that could not become a record: kept with its raw bytes, so that it can be replayed.
struct Reject {
    std::string raw;
    std::string file;
    std::string member;
    std::int64_t line = -1;
    std::int64_t byte_offset = -1;
    std::string column;  // the offending column, if one
    std::string
        code;  // stable: "csv.too_few_fields", "image.broken", "json.syntax", "key.missing" ..
    std::string reason;  // one line for people
};
BOOST_DESCRIBE_STRUCT(Reject, (), (file, member, line, byte_offset, column, code, reason, raw))

// What happened to the inputs of a run. read = added + changed + unchanged + rejected, always.
struct Counts {
    std::uint64_t read = 0;
    std::uint64_t added = 0;
    std::uint64_t changed = 0;
    std::uint64_t unchanged = 0;
    std::uint64_t rejected = 0;

    Counts& operator+=(const Counts& other);
    bool operator==(const Counts&) const = default;
};
BOOST_DESCRIBE_STRUCT(Counts, (), (read, added, changed, unchanged, rejected))

// First 8 bytes of a hash, big-endian: a blob's bk, a reject's rk. What is missing is zero.
std::int64_t leading_bytes(std::string_view sha256);

// SHA-256(payload, a zero byte, SHA-256 of the blob or nothing): equal contents are one version.
std::string content_sha256(std::string_view payload, std::string_view blob_sha256);

// A time as PostgreSQL reads it, in UTC with microseconds.
std::string timestamp(Time time);

// 64-bit SimHash of the text's lower-cased word 3-shingles (Charikar 2002); near-duplicates differ
// in few bits. 0 for a text without words.
std::uint64_t simhash(std::string_view utf8);

}  // namespace schema
