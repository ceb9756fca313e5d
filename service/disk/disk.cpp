// Sizes as the database and the file system tell them. Two folders on one file system are one disk:
// they are told apart by its number (st_dev), so that free room is never shown twice. A folder of
// many files is counted for so long and no longer, and then said to be more.
//
// The disk of a database that is not the embedded one is not seen from here, wherever its server
// is: its size is still told, by the server.
#include "service/disk/disk.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>

#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/settings/settings.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/blobs/blobs_away.hpp"
#include "schema/size/size_store.hpp"
#include "service/config.hpp"
#include "training/run_store.hpp"

namespace service {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

const base::Settings<ShowDisk> ShowDisk::settings{};

namespace {

struct Prefix {
    std::string_view start, group;
};
constexpr Prefix prefixes[] = {
    {"record_search", "search"},
    {"text_sketch", "quality"},
    {"content_quality", "quality"},
    {"record", "records"},
    {"content_", "records"},
    {"blob", "records"},
    {"category", "records"},
    {"column_set", "records"},
    {"reject", "records"},
    {"source", "records"},
    {"push_receipt", "records"},
    {"quarantine", "records"},
    {"frontier_", "crawls"},
    {"crawl_", "crawls"},
    {"fetch_log", "crawls"},
    {"page_record", "crawls"},
    {"site_file", "crawls"},
    {"consent_", "crawls"},
    {"label_", "labels"},
    {"annotation", "labels"},
    {"ground_truth", "labels"},
    {"model", "learning"},
    {"run_", "learning"},
    {"snapshot", "learning"},
    {"prediction", "learning"},
    {"preparation", "learning"},
    {"metric", "learning"},
    {"forecast", "learning"},
    {"cell_issue", "quality"},
    {"check_result", "quality"},
    {"duplicate", "quality"},
    {"profile_part", "quality"},
    {"quality_profile", "quality"},
    {"access_token", "people"},
    {"app_user", "people"},
    {"audit_event", "people"},
    {"user_", "people"},
    {"web_session", "people"},
    {"openid_attempt", "people"},
    {"idempotent_answer", "jobs"},
    {"job", "jobs"},
    {"worker", "jobs"},
    {"webhook", "jobs"},
    {"service_address", "jobs"},
    {"schema_migration", "jobs"},
};

// A folder, and the files in it as long as there is time.
DiskPart counted(std::string name, const fs::path& folder, Steady::time_point until) {
    DiskPart part{.part = std::move(name), .path = folder.string(), .bytes = 0, .files = 0};
    std::error_code error;
    auto options = fs::directory_options::skip_permission_denied;
    for (fs::recursive_directory_iterator at(folder, options, error), end; !error && at != end;
         at.increment(error)) {
        struct stat found {};
        if (::lstat(at->path().c_str(), &found) != 0 || !S_ISREG(found.st_mode)) continue;
        part.bytes += static_cast<std::int64_t>(found.st_blocks) * 512;
        if (++*part.files % 1000 == 0 && Steady::now() > until) {
            part.whole = false;
            break;
        }
    }
    return part;
}

// What is in a bucket, as long as there is time: no disk of this machine.
void count_bucket(schema::BlobStore& store, DiskUse& use, Steady::time_point until) {
    DiskPart part{.part = "blobs", .path = store.place(), .bytes = 0, .files = 0};
    try {
        store.each([&](const std::string&, std::uint64_t size) {
            part.bytes += static_cast<std::int64_t>(size);
            if (++*part.files % 1000 == 0 && Steady::now() > until) part.whole = false;
            return part.whole;
        });
    } catch (const schema::BlobsAway& away) {
        use.notes.emplace_back(away.what());
        part.whole = false;
    }
    use.parts.push_back(std::move(part));
}

// The nearest folder above that is there.
fs::path standing(fs::path path) {
    path = fs::absolute(path).lexically_normal();
    std::error_code ignored;
    while (!fs::exists(path, ignored) && path.has_relative_path()) path = path.parent_path();
    return path;
}

// The highest folder on the same disk.
fs::path mount_of(fs::path path, dev_t device) {
    struct stat above {};
    while (path.has_relative_path() && ::stat(path.parent_path().c_str(), &above) == 0 &&
           above.st_dev == device)
        path = path.parent_path();
    return path;
}

std::vector<DiskVolume> volumes_of(const std::vector<std::pair<std::string, fs::path>>& places) {
    std::map<dev_t, DiskVolume> volumes;
    for (const auto& [part, place] : places) {
        auto path = standing(place);
        struct stat found {};
        struct statvfs room {};
        if (::stat(path.c_str(), &found) != 0 || ::statvfs(path.c_str(), &room) != 0) continue;
        auto& volume = volumes[found.st_dev];
        volume.parts.push_back(part);
        if (!volume.mount.empty()) continue;
        volume.mount = mount_of(path, found.st_dev).string();
        auto unit = static_cast<std::int64_t>(room.f_frsize);
        volume.bytes = static_cast<std::int64_t>(room.f_blocks) * unit;
        volume.free = static_cast<std::int64_t>(room.f_bavail) * unit;
    }
    std::vector<DiskVolume> all;
    for (auto& [device, volume] : volumes) all.push_back(std::move(volume));
    return all;
}

std::vector<std::pair<std::string, fs::path>> places_of(const Config& config) {
    std::vector<std::pair<std::string, fs::path>> places;
    if (config.database.url.empty())
        places.emplace_back("database", config.home / "postgres" / "data");
    if (config.blobs.url.empty()) places.emplace_back("blobs", config.blob_directory());
    places.emplace_back("uploads", config.home / "uploads");
    places.emplace_back("downloads", config.home / "downloads");
    return places;
}

std::vector<TableGroup> groups_of(const std::vector<schema::TableSize>& tables) {
    std::map<std::string, TableGroup> groups;
    for (const auto& table : tables) {
        auto name = group_of_table(table.name);
        auto& group = groups[name.empty() ? "others" : name];
        ++group.tables;
        group.rows += table.rows;
        group.bytes += table.bytes;
        group.indexes += table.indexes;
    }
    std::vector<TableGroup> all;
    for (auto& [name, group] : groups) {
        group.group = name;
        all.push_back(group);
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return a.bytes + a.indexes > b.bytes + b.indexes;
    });
    return all;
}

}  // namespace

std::string group_of_table(std::string_view table) {
    for (const auto& [start, group] : prefixes)
        if (table.starts_with(start)) return std::string(group);
    return {};
}

DiskUse show_disk(Work& work, const ShowDisk&) {
    const auto& config = work.here.config;
    auto until = Steady::now() + std::chrono::seconds(2);
    DiskUse use;
    auto places = places_of(config);
    use.volumes = volumes_of(places);
    bool embedded = config.database.url.empty();
    use.parts.push_back(
        {.part = "database",
         .path = embedded ? fs::absolute(places[0].second).lexically_normal().string() : "",
         .bytes = schema::database_bytes(work.tx),
         .files = {}}
    );
    if (auto wal = schema::wal_bytes(work.tx))
        use.parts.push_back(
            {.part = "write-ahead log", .path = use.parts[0].path, .bytes = *wal, .files = {}}
        );
    else
        use.notes.emplace_back(
            "the account of the database may not see its write-ahead log; grant it pg_monitor"
        );
    if (!embedded)
        use.notes.emplace_back("the database is on a server of its own: its disk is not seen here");
    auto models = training::artefact_sizes(work.tx);
    use.parts.push_back(
        {.part = "models", .path = "", .bytes = models.bytes, .files = models.artefacts}
    );
    for (const auto& [part, path] : places)
        if (part != "database")
            use.parts.push_back(counted(part, fs::absolute(path).lexically_normal(), until));
    if (auto* store = work.here.blobs.store(); store && !store->folder())
        count_bucket(*store, use, until);
    use.tables = groups_of(schema::table_sizes(work.tx));
    return use;
}

DiskFigures disk_figures(base::Tx& tx, const Config& config) {
    DiskFigures figures{schema::database_bytes(tx), schema::wal_bytes(tx), 0};
    auto volumes = volumes_of(places_of(config));
    auto fullest = std::min_element(volumes.begin(), volumes.end(), [](auto& a, auto& b) {
        return a.free < b.free;
    });
    if (fullest != volumes.end()) figures.free_bytes = fullest->free;
    return figures;
}

std::span<const Verb> disk_verbs() {
    static const std::vector<Verb> verbs{
        verb<show_disk>("disk", "What lies on the disks, and how much room is left", operators),
    };
    return verbs;
}

}  // namespace service
