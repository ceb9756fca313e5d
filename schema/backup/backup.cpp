// All of one moment in a folder, and back.
//
// PostgreSQL's own programs do the database: what they write, any version after can read. Blobs lie
// in files that are named before the rows that name them are committed and removed after, so that
// whatever the moment of the dump names is there, unless a purge comes between: then it is told.
// A backup is whole when its manifest lies in it, and a restore when all is counted.
#include "schema/backup/backup.hpp"

#include <algorithm>
#include <fstream>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/file_hash.hpp"
#include "base/database/database.hpp"
#include "base/database/postgres_programs.hpp"
#include "base/error.hpp"
#include "base/json/described.hpp"
#include "base/run/files.hpp"
#include "base/time/time.hpp"
#include "schema/backup/backup_store.hpp"
#include "schema/migrate.hpp"
#include "schema/placement/placement_store.hpp"

namespace schema {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

const fs::path dump_name = "database.dump", manifest_name = "manifest.json", blobs_name = "blobs",
               sums_name = "files.sha256";

// The sums of a backup's files, as sha256sum writes and checks them.
class Sums {
public:
    explicit Sums(const fs::path& folder) : folder_(folder), out_(folder / sums_name) {}
    void add(const fs::path& file) {
        out_ << base::sha256_of_file(folder_ / file) << "  " << file.string() << '\n';
    }
    void finish() {
        if (!out_.flush())
            throw base::Error(
                (folder_ / sums_name).string(), "cannot be written", "free space on that disk"
            );
    }

private:
    fs::path folder_;
    std::ofstream out_;
};

// Whether it is a place that a blob is given: aa/bb/ and the digits of its hash.
bool is_location(std::string_view text) {
    return text.size() == 70 && text[2] == '/' && text[5] == '/' &&
           std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '/';
           });
}

// The locations of all blobs, when every file is as it was written and none is missing.
std::vector<std::string> whole_blobs(const fs::path& folder, const Backup& backup) {
    const std::string in_blobs = blobs_name.string() + "/";
    auto fail = [](const fs::path& what, std::string why) {
        throw base::Error(what.string(), std::move(why), "use another backup");
    };
    std::vector<std::string> locations;
    bool dumped = false;
    std::ifstream in(folder / sums_name);
    for (std::string line; std::getline(in, line);) {
        auto at = line.find("  ");
        auto name = at == line.npos ? std::string() : line.substr(at + 2);
        if (name == dump_name) {
            dumped = true;
        } else if (name.starts_with(in_blobs) && is_location(name.substr(in_blobs.size()))) {
            locations.push_back(name.substr(in_blobs.size()));
        } else {
            fail(folder / sums_name, fmt::format("names '{}', which no backup holds", name));
        }
        if (!fs::exists(folder / name)) fail(folder / name, "is missing");
        if (base::sha256_of_file(folder / name) != line.substr(0, at))
            fail(folder / name, "is not as it was written");
    }
    if (!dumped || std::cmp_not_equal(locations.size(), backup.blobs))
        fail(folder / sums_name, "does not name all files that the manifest counts");
    return locations;
}

void write_blob(const fs::path& folder, const std::string& location, const std::string& bytes) {
    auto path = folder / blobs_name / location;
    fs::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::binary);
    out << bytes;
    if (!out.flush())
        throw base::Error(path.string(), "cannot be written", "free space on that disk");
}

void write_manifest(const fs::path& folder, const Backup& backup) {
    auto part = folder / "manifest.part";
    std::ofstream out(part);
    out << base::json_text(backup) << '\n';
    if (!out.flush())
        throw base::Error(part.string(), "cannot be written", "free space on that disk");
    out.close();
    fs::rename(part, folder / manifest_name);
}

Backup read_manifest(const fs::path& folder) {
    if (!fs::exists(folder / manifest_name))
        throw base::Error(
            folder.string(),
            "holds no whole backup: there is no manifest.json",
            "name a folder that 'tilth db backup' wrote to its end"
        );
    Backup backup;
    try {
        auto value = json::parse(base::read_whole_file((folder / manifest_name).string()));
        const auto& object = value.as_object();
        backup.format = object.at("format").to_number<int>();
        backup.tilth = object.at("tilth").as_string();
        backup.schema = object.at("schema").as_string();
        backup.made_at = object.at("made_at").as_string();
        for (const auto& [table, rows] : object.at("tables").as_object())
            backup.tables[table] = rows.to_number<std::int64_t>();
        backup.rows = object.at("rows").to_number<std::int64_t>();
        backup.blobs = object.at("blobs").to_number<std::int64_t>();
        backup.blob_bytes = object.at("blob_bytes").to_number<std::int64_t>();
    } catch (const std::exception&) {
        throw base::Error((folder / manifest_name).string(), "is damaged", "use another backup");
    }
    if (backup.format != Backup().format)
        throw base::Error(
            folder.string(),
            fmt::format("is a backup of format {}", backup.format),
            "use a newer tilth"
        );
    return backup;
}

void begin_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error || !fs::is_directory(folder))
        throw base::Error(folder.string(), "cannot be made a folder", "choose another");
    if (!fs::is_empty(folder))
        throw base::Error(folder.string(), "is not empty", "name a new folder for each backup");
    fs::permissions(folder, fs::perms::owner_all);  // it holds what people said and who they are
}

void copy_blobs(
    base::Tx& tx,
    const Blobs& blobs,
    const fs::path& folder,
    Sums& sums,
    Backup& backup,
    const BackupProgress& progress
) {
    each_blob_file(tx, blobs, [&](const std::string& location, const std::string& bytes) {
        write_blob(folder, location, bytes);
        sums.add(blobs_name / location);
        backup.blob_bytes += static_cast<std::int64_t>(bytes.size());
        progress("blobs", static_cast<std::uint64_t>(++backup.blobs), 0);
    });
}

std::string differences(
    const std::map<std::string, std::int64_t>& wanted,
    const std::map<std::string, std::int64_t>& there
) {
    std::string all;
    for (const auto& [table, rows] : wanted) {
        auto found = there.find(table);
        auto have = found == there.end() ? 0 : found->second;
        if (have != rows)
            all += fmt::format("{}{}: {} of {} rows", all.empty() ? "" : ", ", table, have, rows);
    }
    return all;
}

}  // namespace

Backup back_up(
    base::Database& database,
    const Blobs& blobs,
    const fs::path& folder,
    const std::string& version,
    const BackupProgress& progress
) {
    for (const auto& one : migrations(database))
        if (!one.applied)
            throw base::Error("database", "its schema is not up to date", "run 'tilth db migrate'");
    begin_folder(folder);
    check_alone_on_cluster(database);
    Backup backup{
        .tilth = version,
        .schema = fingerprint(),
        .made_at = base::rfc3339(std::chrono::system_clock::now()),
        .tables = {}};
    database.call([&](base::Tx& tx) {
        auto moment = begin_moment(tx);
        progress("database", 0, 0);
        base::run_postgres_program(
            "pg_dump",
            {"--format=custom",
             "--no-owner",
             "--no-privileges",
             "--snapshot=" + moment,
             "--file=" + (folder / dump_name).string()},
            database.url()
        );
        progress("rows counted", 0, 0);
        backup.tables = count_tables(tx);
        backup.rows = 0;
        for (const auto& [table, rows] : backup.tables) backup.rows += rows;
        backup.blobs = backup.blob_bytes = 0;
        Sums sums(folder);
        sums.add(dump_name);
        copy_blobs(tx, blobs, folder, sums, backup, progress);
        sums.finish();
    });
    write_manifest(folder, backup);
    return backup;
}

Backup restore(
    base::Database& database,
    const Blobs& blobs,
    const fs::path& folder,
    const BackupProgress& progress
) {
    auto backup = read_manifest(folder);
    auto empty = database.call([](base::Tx& tx) { return is_empty(tx); });
    if (!empty)
        throw base::Error(
            "database",
            "it is not empty, and a backup is brought into an empty one only",
            "name a new database by --db, or another --home"
        );
    const auto files = whole_blobs(folder, backup);
    // Files first: the database, which names them, comes whole or not.
    std::uint64_t copied = 0;
    for (const auto& location : files) {
        // What lies there already may be what the backup is restored for.
        blobs.store()->replace(
            location, base::read_whole_file((folder / blobs_name / location).string())
        );
        progress("blobs", ++copied, files.size());
    }
    progress("database", 0, 0);
    base::run_postgres_program(
        "pg_restore",
        {"--exit-on-error",
         "--single-transaction",
         "--no-owner",
         "--no-privileges",
         "--schema=public",
         (folder / dump_name).string()},
        database.url()
    );
    database.call([&](base::Tx& tx) {
        progress("rows counted", 0, 0);
        auto differ = differences(backup.tables, count_tables(tx));
        if (!differ.empty())
            throw base::Error(
                "database", "does not hold what the backup counted: " + differ, "use another backup"
            );
    });
    migrate(database);
    return backup;
}

}  // namespace schema
