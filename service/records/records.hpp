#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "labeling/quality/record_labels_store.hpp"
#include "schema/records/purge_store.hpp"
#include "schema/records/record_view_store.hpp"
#include "service/verb.hpp"

// What people do with the records that were gathered.
namespace service {

struct ListRecords {
    std::string source;
    std::string where;  // a condition as of schema::Filter
    int limit = 50;
    std::string after;
    static const base::Settings<ListRecords> settings;
};
struct RecordItem {
    std::string id, key;
    int version = 0;
    std::optional<std::string> group;
    base::Time first_seen, last_seen;
    std::string url;
    std::string title;
    std::string excerpt;  // the first 200 characters of its text
    std::string language;
    bool image = false;
    int width = 0, height = 0;
    std::string media;           // "audio", "video" or "pdf"; empty: none of them
    boost::json::value payload;  // cut to a text if it is longer than 2,000 characters
};
BOOST_DESCRIBE_STRUCT(
    RecordItem,
    (),
    (id,
     key,
     version,
     group,
     first_seen,
     last_seen,
     url,
     title,
     excerpt,
     language,
     image,
     width,
     height,
     media,
     payload)
)
// Looks at no more than some thousands of records for a condition: a part may hold fewer than
// `limit` and there be more.
Page<RecordItem> list_records(Work& work, const ListRecords& request);

struct SearchRecords {
    std::string source;
    std::string q;
    std::string where;
    int limit = 20;
    std::string after;
    static const base::Settings<SearchRecords> settings;
};
struct RecordHit {
    std::string id, key;
    int version = 0;
    double rank = 0;
    std::string title;
    std::string snippet;  // plain text; hits stand between « and »
    std::optional<std::string> url;
};
BOOST_DESCRIBE_STRUCT(RecordHit, (), (id, key, version, rank, title, snippet, url))
struct RecordHits {
    std::vector<RecordHit> items;  // best first
    std::optional<std::string> next;
    bool complete = true;  // false while new texts are still being indexed: ask again
};
BOOST_DESCRIBE_STRUCT(RecordHits, (), (items, next, complete))
// Indexes all texts of a source that are new or have changed, in transactions of its own, so that
// one search finds in all; what was indexed before a stop stays so. Returns how many. base::Error
// if there is no such source.
std::uint64_t index_records(const Environment& here, const std::string& source);
// Indexes up to a thousand new texts first.
RecordHits search_records(Work& work, const SearchRecords& request);

// A record, by its id, or by source and key.
struct NameRecord {
    std::string id;
    std::string source;
    std::string key;  // beside an id only where two keys share it
    static const base::Settings<NameRecord> settings;
};
// Refusal not_found if there is none, conflict if two keys share the id.
schema::ShownRecord show_record(Work& work, const NameRecord& request);

// A record in one of its versions.
struct NameVersion : NameRecord {
    std::optional<int> version{};  // nothing: the last one
};
// Its bytes. A labeler gets a picture that a project of theirs shows, of the version that a task
// was of which they were given: the newest such if none is named. Refusal not_found also if there
// are none.
schema::RecordBlob blob_of_record(Work& work, const NameVersion& request);
// What is heard, watched or read of it as it is; the same holds.
schema::RecordMedia media_of_record(Work& work, const NameVersion& request);

// Labels, answers and skips of a record, in all projects.
labeling::LabelsOfRecord list_record_labels(Work& work, const NameRecord& request);

struct FindRecords {
    std::string key;
    static const base::Settings<FindRecords> settings;
};
// Which sources have a record of that key; on one page.
Page<schema::FoundRecord> find_records(Work& work, const FindRecords& request);

struct KeyOfRecord {
    std::string source;
    std::string key;
    static const base::Settings<KeyOfRecord> settings;
};
schema::RecordLineage trace_record(Work& work, const KeyOfRecord& request);

struct PurgeRecords {
    std::string host, url, licence;  // exactly one
    bool yes = false;                // else it is only counted
    static const base::Settings<PurgeRecords> settings;
};
struct Purged : schema::PurgeCounts {
    std::string what;
    bool purged = false;
};
BOOST_DESCRIBE_STRUCT(Purged, (schema::PurgeCounts), (what, purged))
Purged purge_records(Work& work, const PurgeRecords& request);

}  // namespace service
