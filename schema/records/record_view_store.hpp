#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/json/shape.hpp"
#include "formats/media/media_measures.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/records/record.hpp"
#include "schema/sources/source_store.hpp"

namespace base {
class Tx;
}

// Stored records as people look at them.
namespace schema {

// A record's name among all: "12.00000000000000ff", the source's number and rk in hexadecimal. Two
// keys share one only if their hashes do.
std::string record_id_text(std::int64_t source_id, std::int64_t rk);
// Nothing if the text is no such name; the key is left empty.
std::optional<RecordId> parse_record_id(std::string_view text);

struct RecordLine {
    RecordId id;
    int version = 0;
    std::optional<std::string> group_key;
    Time first_seen, last_seen;
    std::string url;
    std::string payload;  // JSON, at most 2,000 characters
    std::string title;
    std::string snippet;  // the first 200 characters of the text
    std::string language;
    int width = 0;
    int height = 0;
    std::string media;  // kind of formats::Media; empty: none, or a web page
};
BOOST_DESCRIBE_STRUCT(
    RecordLine,
    (),
    (id,
     version,
     group_key,
     first_seen,
     last_seen,
     url,
     payload,
     title,
     snippet,
     language,
     width,
     height,
     media)
)

// Records of a source in key order, after `after` (the first ones if it is empty).
std::vector<RecordLine> list_records(
    base::Tx& tx,
    std::int64_t source_id,
    const std::optional<RecordId>& after,
    int at_most
);

struct RunOfVersion {
    std::int64_t run = 0;
    std::string state;
    std::optional<std::string> started_at;
};
BOOST_DESCRIBE_STRUCT(RunOfVersion, (), (run, state, started_at))

// Where one version of a record came from.
struct VersionLine {
    int version = 0;
    RunOfVersion run;
    std::optional<std::string> url, file, member;
    std::optional<std::int64_t> line, byte_offset;
    std::optional<std::string> fetched_at, stored_at, content_sha256, blob_sha256, licence;
};
BOOST_DESCRIBE_STRUCT(
    VersionLine,
    (),
    (version,
     run,
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

struct RecordLineage {
    std::string source, kind, key;
    std::int64_t first_run = 0, last_run = 0;
    std::optional<std::string> first_seen, last_seen, gone_at;
    std::vector<VersionLine> versions;   // oldest first
    std::vector<std::string> snapshots;  // that hold it
};
BOOST_DESCRIBE_STRUCT(
    RecordLineage,
    (),
    (source, kind, key, first_run, last_run, first_seen, last_seen, gone_at, versions, snapshots)
)

// Nothing if there is no such record.
std::optional<RecordLineage>
record_lineage(base::Tx& tx, const Source& source, const std::string& key);

struct ShownText {
    std::string title, body, language;
    int characters = 0, words = 0;
};
BOOST_DESCRIBE_STRUCT(ShownText, (), (title, body, language, characters, words))

struct ShownImage {
    int width = 0, height = 0, channels = 0;
    std::string format;
};
BOOST_DESCRIBE_STRUCT(ShownImage, (), (width, height, channels, format))

struct ShownMedia {
    formats::MediaKind kind = formats::MediaKind::audio;
    std::string type;
    std::optional<double> seconds;
    std::optional<int> pages, width, height, channels, sample_rate;
};
BOOST_DESCRIBE_STRUCT(
    ShownMedia,
    (),
    (kind, type, seconds, pages, width, height, channels, sample_rate)
)

struct ShownField {
    std::string name, unit;
    base::JsonText value;  // a number, or the text of a category; null: missing
};
BOOST_DESCRIBE_STRUCT(ShownField, (), (name, unit, value))

// All that is known of a record in its present version.
struct ShownRecord {
    std::string id;  // record_id_text
    std::string source, key;
    int version = 0;
    std::optional<std::string> group;
    std::optional<Time> record_time;
    Time first_seen, last_seen;
    std::string content_sha256;
    std::string stored_at;
    std::int64_t run = 0;
    base::JsonText payload;
    std::optional<std::string> media_type, url, file, member;
    std::optional<std::int64_t> line, byte_offset;
    std::optional<std::string> licence;
    base::JsonText consent;
    std::optional<Time> fetched_at;
    std::optional<ShownText> text;
    std::optional<ShownImage> image;
    std::optional<ShownMedia> media;
    std::vector<ShownField> fields;  // its numbers and categories
    bool blob = false;
    std::optional<std::string> blob_sha256;
    base::JsonText quality;     // measures of its text, and how the presets judge it; or null
    base::JsonText duplicates;  // what it is a duplicate of; or null
    RecordLineage lineage;
};
BOOST_DESCRIBE_STRUCT(
    ShownRecord,
    (),
    (id,
     source,
     key,
     version,
     group,
     record_time,
     first_seen,
     last_seen,
     content_sha256,
     stored_at,
     run,
     payload,
     media_type,
     url,
     file,
     member,
     line,
     byte_offset,
     licence,
     consent,
     fetched_at,
     text,
     image,
     media,
     fields,
     blob,
     blob_sha256,
     quality,
     duplicates,
     lineage)
)

// Nothing if there is no such record.
std::optional<ShownRecord> show_record(base::Tx& tx, const Source& source, const std::string& key);

// A record's source, also one that was removed, and its key.
struct NamedRecord {
    Source source;
    std::string key;
};
BOOST_DESCRIBE_STRUCT(NamedRecord, (), (source, key))

// None, one, or two where keys share the id. An id that has a key finds that one alone.
std::vector<NamedRecord> records_of_id(base::Tx& tx, const RecordId& id);

// A record that was found by its key alone.
struct FoundRecord {
    std::string id;  // record_id_text
    std::string source, key, title;
    int version = 0;
};
BOOST_DESCRIBE_STRUCT(FoundRecord, (), (id, source, key, title, version))
// In order of the sources' names; those in the archive are left out.
std::vector<FoundRecord> find_by_key(base::Tx& tx, const std::string& key);

// The bytes of a record's present version, with what is known of them.
struct RecordBlob {
    std::string bytes;
    std::string media_type;                   // empty if not known
    int width = 0, height = 0, channels = 0;  // 0 if it is no image
    std::string format;                       // "raw", "png", ..; empty likewise
};

// The bytes of a record that is heard, watched or read as it is, and what they are.
struct RecordMedia {
    ShownMedia about;
    std::string blob_type;    // as received: of a page, with what it says of its encoding
    std::string blob_sha256;  // 32 bytes
};

// Of a version of it, or of the last one. Nothing if the record is no such thing.
std::optional<RecordMedia> record_media(
    base::Tx& tx,
    const Source& source,
    const std::string& key,
    std::optional<int> version
);

// Likewise. Nothing if the record has none. Throws base::Error if its bytes are lost.
std::optional<RecordBlob> record_blob(
    base::Tx& tx,
    const Blobs& blobs,
    const Source& source,
    const std::string& key,
    std::optional<int> version
);

}  // namespace schema
