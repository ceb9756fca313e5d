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

// The rules for one DDL on one machine and on a Citus cluster, read off the catalog.
TEST_CASE("there are no triggers, generated keys or small identities", "[schema][citus]") {
    TestDatabase db;
    CHECK(db.number("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal") == 0);
    CHECK(
        db.number("SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
                  "WHERE c.relnamespace = 'public'::regnamespace AND a.attgenerated <> ''") == 0
    );
    CHECK(
        db.number("SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
                  "WHERE c.relnamespace = 'public'::regnamespace AND a.attidentity <> '' AND "
                  "a.atttypid <> 'bigint'::regtype") == 0
    );
    CHECK(
        db.number("SELECT count(*) FROM pg_class WHERE relkind = 'S' AND relnamespace = "
                  "'public'::regnamespace AND NOT EXISTS "
                  "(SELECT 1 FROM pg_depend d WHERE d.objid = pg_class.oid AND d.deptype = 'i')"
        ) == 0
    );
}

TEST_CASE(
    "rk is a plain column of every unique key of the tables that have it",
    "[schema][citus]"
) {
    TestDatabase db;
    auto offenders = db->call([](base::Tx& tx) {
        std::string names;
        auto rows = tx.exec(R"(
            SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'rk'
            WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique AND c.relname <> 'label_task' AND NOT a.attnum = ANY (i.indkey))"
        );
        for (const auto& row : rows) names += row[0].as<std::string>() + " ";
        return names;
    });
    CHECK(offenders == "");
    CHECK(
        db.number("SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE "
                  "a.attname = 'rk' AND c.relkind = 'r' "
                  "AND c.relnamespace = 'public'::regnamespace AND (a.atttypid <> "
                  "'bigint'::regtype OR NOT a.attnotnull)") == 0
    );
    CHECK(
        db.number("SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE "
                  "c.relnamespace = 'public'::regnamespace "
                  "AND i.indisunique AND i.indexprs IS NOT NULL") == 0
    );
}

TEST_CASE("no foreign key touches a table that is distributed by rk", "[schema][citus]") {
    TestDatabase db;
    CHECK(
        db.number(
            R"(SELECT count(*) FROM pg_constraint f WHERE f.contype = 'f' AND EXISTS (SELECT 1 FROM pg_attribute a
        WHERE a.attrelid IN (f.conrelid, f.confrelid) AND a.attname = 'rk') AND f.conrelid <> 'label_lease'::regclass)"
        ) == 0
    );
}

TEST_CASE("each index that is no key says which query it serves", "[schema][citus]") {
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

TEST_CASE("partitioned tables have their time in the key", "[schema][citus]") {
    TestDatabase db;
    CHECK(
        db.number(
            R"(SELECT count(*) FROM pg_partitioned_table p JOIN pg_index i ON i.indrelid = p.partrelid AND i.indisunique
        WHERE NOT p.partattrs[0] = ANY (i.indkey))"
        ) == 0
    );
}
