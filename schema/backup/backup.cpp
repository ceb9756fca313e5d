// All of one moment in a folder, and back.
//
// PostgreSQL's own programs do the database: what they write, any version after can read. Blobs lie
// in files that are named before the rows that name them are committed and removed after, so that
// whatever the moment of the dump names is there, unless a purge comes between: then it is told.
// A backup is whole when its manifest lies in it, and a restore when all is counted.
#include "schema/backup/backup.hpp"

#include <csignal>
#include <fstream>
#include <limits>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <libpq-fe.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sys/prctl.h>
#include <boost/json.hpp>
#include <boost/process.hpp>
#include <boost/process/extend.hpp>

#include "base/bytes/hash.hpp"
#include "base/bytes/hex.hpp"
#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/database/server_account.hpp"
#include "base/error.hpp"
#include "base/json/described.hpp"
#include "base/run/files.hpp"
#include "base/run/stop.hpp"
#include "base/time/time.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/migrate.hpp"
#include "schema/placement/distribute.hpp"
#include "schema/records/record.hpp"
#include "schema/sql.hpp"

namespace schema {

namespace fs = std::filesystem;
namespace json = boost::json;
namespace process = boost::process;

namespace {

constexpr int blobs_at_once = 500;
const fs::path dump_name = "database.dump", manifest_name = "manifest.json", blobs_name = "blobs",
               sums_name = "files.sha256";

struct Counted {
    std::string table;
    std::int64_t rows = 0;
};
BOOST_DESCRIBE_STRUCT(Counted, (), (table, rows))

std::map<std::string, std::int64_t> count_tables(base::Tx& tx) {
    std::map<std::string, std::int64_t> all;
    for (auto& each : base::rows_as<Counted>(tx.exec(sql::file["count_tables"])))
        all.emplace(std::move(each.table), each.rows);
    return all;
}

// A connection string for the programs of PostgreSQL, with its secret apart: who lists processes
// sees their arguments.
struct Target {
    std::string words;
    std::string password;
};

Target target_of(const std::string& url) {
    char* error = nullptr;
    std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(url.c_str(), &error), PQconninfoFree
    );
    if (!options) {
        std::string why = error ? error : "cannot be read";
        PQfreemem(error);
        throw base::Error("database", why, "check --db or database.url");
    }
    Target target;
    for (auto* option = options.get(); option->keyword; ++option) {
        if (!option->val) continue;
        if (std::string_view(option->keyword) == "password") {
            target.password = option->val;
            continue;
        }
        std::string value;
        for (const char* c = option->val; *c; ++c) {
            if (*c == '\'' || *c == '\\') value += '\\';
            value += *c;
        }
        target.words += fmt::format("{}='{}' ", option->keyword, value);
    }
    return target;
}

// Runs a program of PostgreSQL to its end. Throws base::Error with what it said last.
void run(const std::string& program, std::vector<std::string> arguments, const Target& target) {
    auto path = base::embedded::find_programs(0) / program;
    arguments.push_back("--dbname=" + target.words);
    process::environment own = boost::this_process::environment();
    if (!target.password.empty()) own["PGPASSWORD"] = target.password;
    process::ipstream told;
    // It ends when this program is cut off.
    auto tie = [](auto& executor) {
        (void)executor;
        base::restore_signals();
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    };
    process::child child(
        process::exe = path.string(),
        process::args = arguments,
        own,
        process::std_in<process::null, process::std_out> process::null,
        process::std_err > told,
        process::extend::on_exec_setup = tie
    );
    std::string last;
    for (std::string line; std::getline(told, line);)
        if (!line.empty()) last = line;
    child.wait();
    if (child.exit_code() == 0) return;
    throw base::Error(
        program,
        last.empty() ? fmt::format("ended with {}", child.exit_code()) : last,
        "mend that and try again; what was begun is not whole"
    );
}

// Calls visit(location) for each file that the database names, held against its hash in `blobs`.
template <typename Visit>
void each_blob(base::Tx& tx, const Blobs& blobs, Visit visit) {
    std::int64_t bk = std::numeric_limits<std::int64_t>::min();
    std::string after;
    for (;;) {
        auto rows = tx.exec(sql::file["blob_files"], bk, base::bytes_of(after), blobs_at_once);
        for (const auto& row : rows) {
            bk = row["bk"].as<std::int64_t>();
            after = base::bytes(row["sha256"]);
            auto location = row["location"].as<std::string>();
            auto content = blobs.unpack(
                row["encoding"].as<std::string>(), {}, location, row["size"].as<std::size_t>()
            );
            if (base::sha256(content) != after)
                throw base::Error(
                    "blob " + location,
                    "its bytes are not those it was stored with",
                    "restore it from an older backup"
                );
            visit(location);
        }
        if (rows.size() < blobs_at_once) return;
    }
}

// Of a file of any size, in hexadecimal.
std::string sha256_of_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(
        EVP_MD_CTX_new(), EVP_MD_CTX_free
    );
    EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr);
    std::vector<char> buffer(1U << 20U);
    while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0)
        EVP_DigestUpdate(digest.get(), buffer.data(), static_cast<std::size_t>(in.gcount()));
    if (!in.eof())
        throw base::Error(path.string(), "cannot be read", "mend the disk or its rights");
    std::string sum(SHA256_DIGEST_LENGTH, '\0');
    EVP_DigestFinal_ex(digest.get(), reinterpret_cast<unsigned char*>(sum.data()), nullptr);
    return base::hex(sum);
}

// The sums of a backup's files, as sha256sum writes and checks them.
class Sums {
public:
    explicit Sums(const fs::path& folder) : folder_(folder), out_(folder / sums_name) {}
    void add(const fs::path& file) {
        out_ << sha256_of_file(folder_ / file) << "  " << file.string() << '\n';
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

// Calls visit(file) for each that is as it was written.
template <typename Visit>
void each_whole_file(const fs::path& folder, Visit visit) {
    std::ifstream in(folder / sums_name);
    for (std::string line; std::getline(in, line);) {
        auto at = line.find("  ");
        if (at == line.npos || sha256_of_file(folder / line.substr(at + 2)) != line.substr(0, at))
            throw base::Error(
                (folder / line.substr(at == line.npos ? 0 : at + 2)).string(),
                "is not as it was written",
                "use another backup"
            );
        visit(fs::path(line.substr(at + 2)));
    }
}

void copy_blob(const fs::path& from, const fs::path& to, const std::string& location) {
    fs::create_directories((to / location).parent_path());
    auto part = to / (location + ".part");
    fs::copy_file(from / location, part, fs::copy_options::overwrite_existing);
    fs::rename(part, to / location);
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
}

void copy_blobs(
    base::Tx& tx,
    const fs::path& from,
    const fs::path& folder,
    Sums& sums,
    Backup& backup,
    const BackupProgress& progress
) {
    each_blob(tx, Blobs(from), [&](const std::string& location) {
        copy_blob(from, folder / blobs_name, location);
        sums.add(blobs_name / location);
        backup.blob_bytes +=
            static_cast<std::int64_t>(fs::file_size(folder / blobs_name / location));
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
    const fs::path& blobs,
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
    auto target = target_of(database.url());
    database.call([&](base::Tx& tx) {
        tx.exec(sql::file["begin_backup"]);
        auto moment = tx.value<std::string>(sql::file["export_moment"]).value();
        progress("database", 0, 0);
        run("pg_dump",
            {"--format=custom",
             "--no-owner",
             "--no-privileges",
             "--snapshot=" + moment,
             "--file=" + (folder / dump_name).string()},
            target);
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
    const fs::path& blobs,
    const fs::path& folder,
    const BackupProgress& progress
) {
    auto backup = read_manifest(folder);
    auto empty = database.call([](base::Tx& tx) {
        return tx.value<bool>(sql::file["is_empty"]).value_or(false);
    });
    if (!empty)
        throw base::Error(
            "database",
            "it is not empty, and a backup is brought into an empty one only",
            "name a new database by --db, or another --home"
        );
    // Files first, each held against its sum: the database, which names them, comes whole or not.
    std::uint64_t files = 0;
    each_whole_file(folder, [&](const fs::path& file) {
        if (file == dump_name) return;
        copy_blob(folder / blobs_name, blobs, fs::relative(file, blobs_name).string());
        progress("blobs", ++files, static_cast<std::uint64_t>(backup.blobs));
    });
    progress("database", 0, 0);
    run("pg_restore",
        {"--exit-on-error",
         "--single-transaction",
         "--no-owner",
         "--no-privileges",
         "--schema=public",
         (folder / dump_name).string()},
        target_of(database.url()));
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
