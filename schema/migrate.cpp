// Migrations go forward only, one transaction each, under one lock for all programs that start at
// the same moment. A migration that was applied is known by the hash of its text: a text that was
// changed afterwards, or a version that this program does not have, ends the start, because every
// query was written for a schema that the database then does not have.
#include "schema/migrate.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "base/bytes/hash.hpp"
#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "schema/migrations.hpp"
#include "schema/placement/placement_store.hpp"
#include "schema/records/record.hpp"
#include "schema/sql.hpp"

namespace schema {

namespace {

struct Known {
    int version;
    std::string name;
    std::string_view text;
};

// Files are called NNNN_words.sql; their folder is of whose tables they are, and says nothing of
// the order.
std::vector<Known> known_migrations() {
    std::vector<Known> all;
    for (const auto& file : embedded_migrations::files) {
        int version = 0;
        std::from_chars(file.name.data(), file.name.data() + 4, version);
        auto words = file.name.substr(5);
        all.push_back({version, std::string(words.substr(0, words.find('.'))), file.text});
    }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return a.version < b.version;
    });
    return all;
}

struct Applied {
    int version = 0;
    std::string checksum;
    std::string at;
};
BOOST_DESCRIBE_STRUCT(Applied, (), (version, checksum, at))

std::map<int, Applied> applied_migrations(base::Tx& tx) {
    std::map<int, Applied> applied;
    if (!tx.value<bool>(sql::file["has_migration_table"]).value_or(false)) return applied;
    for (auto& row : base::rows_as<Applied>(tx.exec(sql::file["applied_migrations"])))
        applied.emplace(row.version, std::move(row));
    return applied;
}

void check(const std::vector<Known>& known, const std::map<int, Applied>& applied) {
    for (const auto& [version, row] : applied) {
        auto same = std::find_if(known.begin(), known.end(), [v = version](const auto& m) {
            return m.version == v;
        });
        if (same == known.end())
            throw base::Error(
                "database",
                fmt::format("its schema has version {}, newer than this program knows", version),
                "use a newer tilth"
            );
        if (base::sha256_hex(same->text) != row.checksum)
            throw base::Error(
                "database",
                fmt::format("migration {} is not the one this program knows", version),
                "use the tilth that made it, or a new database"
            );
    }
}

}  // namespace

int migrate(base::Database& database) {
    int count = 0;
    for (bool more = true; more;) {
        more = database.call([&](base::Tx& tx) {
            tx.exec(sql::file["lock_migrations"]);
            auto known = known_migrations();
            auto applied = applied_migrations(tx);
            check(known, applied);
            if (applied.empty()) tx.exec(sql::file["make_migration_table"]);
            for (const auto& migration : known) {
                if (applied.contains(migration.version)) continue;
                tx.exec(migration.text);
                tx.exec(
                    sql::file["note_migration"],
                    migration.version,
                    migration.name,
                    base::sha256_hex(migration.text),
                    timestamp(std::chrono::system_clock::now())
                );
                return true;
            }
            return false;
        });
        if (more) ++count;
    }
    place_new_tables(database);
    return count;
}

std::vector<Migration> migrations(base::Database& database) {
    return database.call([&](base::Tx& tx) {
        auto applied = applied_migrations(tx);
        std::vector<Migration> all;
        for (const auto& migration : known_migrations()) {
            auto found = applied.find(migration.version);
            bool is_applied = found != applied.end();
            all.push_back(
                {migration.version, migration.name, is_applied, is_applied ? found->second.at : ""}
            );
        }
        return all;
    });
}

std::string fingerprint() {
    std::string all;
    for (const auto& migration : known_migrations()) all += base::sha256_hex(migration.text);
    return base::sha256_hex(all);
}

}  // namespace schema
