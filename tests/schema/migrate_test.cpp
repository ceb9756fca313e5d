#include "schema/migrate.hpp"

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "schema/sql.hpp"
#include "tests/support/test_database.hpp"

using test::TestDatabase;

TEST_CASE("a migrated database has nothing left to migrate", "[schema][migrate]") {
    TestDatabase db;
    CHECK(schema::migrate(*db) == 0);
    for (const auto& migration : schema::migrations(*db)) CHECK(migration.applied);
}

TEST_CASE("a migration that was changed after it was applied is refused", "[schema][migrate]") {
    TestDatabase db;
    db->call([](base::Tx& tx) {
        tx.exec("UPDATE schema_migration SET checksum = 'x' WHERE version = 1");
    });
    CHECK_THROWS_WITH(schema::migrate(*db), Catch::Contains("migration 1 is not the one"));
}

TEST_CASE("a database newer than the program is refused", "[schema][migrate]") {
    TestDatabase db;
    db->call([](base::Tx& tx) {
        tx.exec("INSERT INTO schema_migration VALUES (9999, 'later', 'x', '2026-01-01')");
    });
    CHECK_THROWS_WITH(schema::migrate(*db), Catch::Contains("newer than this program"));
}

TEST_CASE("each index that is no key says which query it serves", "[schema][migrate]") {
    TestDatabase db;
    auto silent = db->call([](base::Tx& tx) {
        std::string names;
        auto rows = tx.exec(R"(
            SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            WHERE c.relnamespace = 'public'::regnamespace AND NOT i.indisunique AND NOT c.relispartition AND obj_description(c.oid, 'pg_class') IS NULL)"
        );
        for (const auto& row : rows) names += row[0].as<std::string>() + " ";
        return names;
    });
    CHECK(silent == "");
}
