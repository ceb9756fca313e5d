// The rules for one DDL on one machine and on a cluster, read off the catalog and held against
// schema/placement.
#include "schema/placement/placement.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hpp"
#include "schema/placement/placement_store.hpp"
#include "tests/support/test_database.hpp"

using schema::Place;
using schema::placement;
using test::TestDatabase;

namespace {

std::optional<Place> place_of(std::string_view table) {
    auto found = std::ranges::find(placement, table, &schema::Placed::table);
    return found == placement.end() ? std::nullopt : std::optional(found->place);
}

std::vector<std::string> names(TestDatabase& db, const std::string& sql) {
    return db->call([&](base::Tx& tx) {
        std::vector<std::string> all;
        for (const auto& row : tx.exec(sql)) all.push_back(row[0].as<std::string>());
        return all;
    });
}

const std::string tables =
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN "
    "('r', 'p') AND NOT relispartition AND relname <> 'schema_migration' ORDER BY 1";

}  // namespace

TEST_CASE("every table has a place, and every place a table", "[schema][placement]") {
    TestDatabase db;
    std::set<std::string> placed;
    for (const auto& each : placement) placed.emplace(each.table);
    CHECK(placed.size() == placement.size());
    auto made = names(db, tables);
    CHECK(std::set<std::string>(made.begin(), made.end()) == placed);
}

TEST_CASE("a table that is spread has its column in every unique key", "[schema][placement]") {
    TestDatabase db;
    auto offenders = [&](Place place, const std::string& column) {
        std::string list;
        for (const auto& each : placement)
            if (each.place == place)
                list += (list.empty() ? "'" : ", '") + std::string(each.table) + "'";
        CHECK(list != "");
        auto of_tables = "c.relnamespace = 'public'::regnamespace AND c.relname IN (" + list + ")";
        CHECK(
            names(
                db,
                "SELECT c.relname FROM pg_class c WHERE " + of_tables +
                    " AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND "
                    "a.attname = '" +
                    column + "' AND a.attnotnull AND a.atttypid = 'bigint'::regtype)"
            ) == std::vector<std::string>{}
        );
        return names(
            db,
            "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = "
            "i.indrelid WHERE i.indisunique AND " +
                of_tables +
                " AND (i.indexprs IS NOT NULL OR NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE "
                "a.attrelid = c.oid AND a.attname = '" +
                column + "' AND a.attnum = ANY (i.indkey)))"
        );
    };
    CHECK(offenders(Place::by_record, "rk") == std::vector<std::string>{});
    CHECK(offenders(Place::by_blob, "bk") == std::vector<std::string>{});
    CHECK(
        db.number("SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE "
                  "c.relnamespace = 'public'::regnamespace AND i.indisunique AND i.indexprs IS "
                  "NOT NULL") == 0
    );
}

TEST_CASE("foreign keys lead where a cluster can follow them", "[schema][placement]") {
    TestDatabase db;
    auto rows = db->call([](base::Tx& tx) {
        return tx.exec(
            "SELECT conrelid::regclass::text, confrelid::regclass::text FROM "
            "pg_constraint WHERE contype = 'f' AND conparentid = 0"
        );
    });
    CHECK(rows.size() > 20);
    for (const auto& row : rows) {
        auto from = row[0].as<std::string>(), to = row[1].as<std::string>();
        INFO(from << " refers to " << to);
        auto at = [](std::string_view table) {
            return std::ranges::find(placement, table, &schema::Placed::table);
        };
        REQUIRE(place_of(from));
        REQUIRE(place_of(to));
        CHECK(at(to) < at(from));  // parents are placed first
        switch (*place_of(from)) {
            case Place::reference:
                CHECK(*place_of(to) == Place::reference);
                break;
            case Place::single:
                CHECK((*place_of(to) == Place::reference || *place_of(to) == Place::single));
                break;
            default:
                FAIL("records have none: docs/decisions/0003");
        }
    }
}

TEST_CASE("there are no triggers, generated keys or small identities", "[schema][placement]") {
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

TEST_CASE("partitioned tables have their time in the key", "[schema][placement]") {
    TestDatabase db;
    CHECK(
        db.number(
            R"(SELECT count(*) FROM pg_partitioned_table p JOIN pg_index i ON i.indrelid = p.partrelid AND i.indisunique
        WHERE NOT p.partattrs[0] = ANY (i.indkey))"
        ) == 0
    );
}

TEST_CASE("one machine is told that it is no cluster, and nothing moves", "[schema][placement]") {
    TestDatabase db;
    CHECK_THROWS_WITH(
        schema::distribute(*db, {}, [](const auto&) {}),
        Catch::Contains("the extension citus is not in it")
    );
    for (const auto& each : schema::table_places(*db)) CHECK_FALSE(each.placed);
    CHECK(schema::place_new_tables(*db) == 0);
}
