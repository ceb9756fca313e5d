#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include <boost/describe.hpp>

namespace base {
class Database;
}

namespace schema {

class Blobs;

// What a backup holds: the manifest that is written when all the rest of it lies there.
struct Backup {
    int format = 1;
    std::string tilth;                           // the version of the program that made it
    std::string schema;                          // fingerprint() then
    std::string made_at;                         // RFC 3339
    std::map<std::string, std::int64_t> tables;  // rows
    std::int64_t rows = 0;                       // of all
    std::int64_t blobs = 0, blob_bytes = 0;      // files, as they are stored
};
BOOST_DESCRIBE_STRUCT(Backup, (), (format, tilth, schema, made_at, tables, rows, blobs, blob_bytes))

// Of what is at hand and how much of it is done; a total of 0 is unknown.
using BackupProgress =
    std::function<void(const std::string& what, std::uint64_t done, std::uint64_t total)>;

// Writes all of one moment into `folder`, which must be empty or not there: the database as
// pg_dump's custom format, large blobs beside it (each read and held against its hash), the sums of
// all files, and a manifest last, so that what was interrupted is known. Others may go on working;
// on a cluster, whose nodes have no moment in common, nobody may. Throws base::Error: the folder is
// not empty, pg_dump is missing or fails, a blob is missing or damaged.
Backup back_up(
    base::Database& database,
    const Blobs& blobs,
    const std::filesystem::path& folder,
    const std::string& version,
    const BackupProgress& progress
);

// Brings a backup into an empty database and a store of blobs; the database gets all of it or
// nothing. What lies there then is counted and held against the manifest. Throws base::Error: the
// folder holds no whole backup, or one of a newer program; the database is not empty; a file is
// damaged; the counts differ.
Backup restore(
    base::Database& database,
    const Blobs& blobs,
    const std::filesystem::path& folder,
    const BackupProgress& progress
);

}  // namespace schema
