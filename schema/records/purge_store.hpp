#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "schema/blobs/blobs.hpp"
#include "schema/records/record.hpp"

namespace base {
class Database;
class Tx;
}  // namespace base

// Taking out what must not be kept: because its owner asked, or its licence does not allow it. The
// one place where records, versions and bytes are destroyed.
namespace schema {

// Which pages. Exactly one is set.
struct PurgeWhat {
    std::string host;     // with port if the URLs have one; its pages from all sources
    std::string url;      // one page, by its key or address
    std::string licence;  // as stored: SPDX id or URL
    // "host example.org": for the audit and for people.
    std::string text() const;
};

struct PurgeCounts {
    std::uint64_t records = 0;
    std::uint64_t versions = 0;
    std::uint64_t texts = 0, numbers = 0, images = 0, media = 0;
    std::uint64_t labels = 0;     // ground truth, annotations, tasks and predictions of the records
    std::uint64_t blobs = 0;      // bytes that nothing else uses
    std::uint64_t rejects = 0;    // whose raw bytes were emptied
    std::uint64_t addresses = 0;  // of the frontier: never fetched again
    std::uint64_t members = 0;    // of snapshots
    std::vector<std::string> snapshots;  // that held members: their hashes no longer verify
};
BOOST_DESCRIBE_STRUCT(
    PurgeCounts,
    (),
    (records,
     versions,
     texts,
     numbers,
     images,
     media,
     labels,
     blobs,
     rejects,
     addresses,
     members,
     snapshots)
)

// What purge() would take: it is done and rolled back, so the numbers are those of the deed.
PurgeCounts count_purge(base::Database& database, const PurgeWhat& what);

// Takes it out in one transaction, with an audit event. A record goes with all its versions if its
// present version is meant. Files of large blobs are removed after the commit; a crash between
// leaves files without a row, which nothing reads. Throws base::Error if what is meant is empty.
PurgeCounts purge(
    base::Database& database,
    const Blobs& blobs,
    const PurgeWhat& what,
    const std::string& actor,
    Time now
);

// Takes all records of a source out as a part of the caller's transaction, with blobs of these
// SHA-256 that nothing uses any more. What `files` names is to be removed after the commit.
PurgeCounts purge_source(
    base::Tx& tx,
    std::int64_t source_id,
    const std::vector<std::string>& blobs,
    std::vector<std::string>& files
);
void remove_files(const Blobs& blobs, const std::vector<std::string>& files);

}  // namespace schema
