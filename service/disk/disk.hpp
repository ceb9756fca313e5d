#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "service/verb.hpp"

// What lies on the disks, and how much room is left.
namespace service {

struct ShowDisk {
    static const base::Settings<ShowDisk> settings;
};

// Tables of one concern.
struct TableGroup {
    std::string group;  // records, crawls, labels, learning, quality, people, jobs, search
    int tables = 0;
    std::int64_t rows = 0;  // as the database last estimated them
    std::int64_t bytes = 0, indexes = 0;
};
BOOST_DESCRIBE_STRUCT(TableGroup, (), (group, tables, rows, bytes, indexes))

// What lies in a folder, or within another of these.
struct DiskPart {
    std::string part;  // database, write-ahead log, blobs, models, uploads, downloads
    std::string path;  // empty: within the database, the blobs, or on a machine of its own
    std::int64_t bytes = 0;
    std::optional<std::int64_t> files;  // that were counted
    bool whole = true;                  // false: there were too many to count, it is more
};
BOOST_DESCRIBE_STRUCT(DiskPart, (), (part, path, bytes, files, whole))

// One disk, however many parts lie on it.
struct DiskVolume {
    std::string mount;
    std::vector<std::string> parts;
    std::int64_t bytes = 0, free = 0;  // free: for this program
};
BOOST_DESCRIBE_STRUCT(DiskVolume, (), (mount, parts, bytes, free))

struct DiskUse {
    std::vector<DiskVolume> volumes;
    std::vector<DiskPart> parts;
    std::vector<TableGroup> tables;  // the largest first
    std::vector<std::string> notes;  // what could not be seen
};
BOOST_DESCRIBE_STRUCT(DiskUse, (), (volumes, parts, tables, notes))
// Counts files for two seconds at most.
DiskUse show_disk(Work& work, const ShowDisk& request);

// Which concern a table is of; empty if nobody says.
std::string group_of_table(std::string_view table);

// What /metrics tells of the disks.
struct DiskFigures {
    std::int64_t database_bytes = 0;
    std::optional<std::int64_t> wal_bytes;
    std::int64_t free_bytes = 0;  // on the disk that has the least
};
DiskFigures disk_figures(base::Tx& tx, const Config& config);

}  // namespace service
