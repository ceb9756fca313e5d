#include "base/database/cursor.hpp"

#include <catch2/catch.hpp>

#include "tests/support/test_database.hpp"

TEST_CASE("a cursor gives all rows in their order, some at a time", "[base][database]") {
    test::TestDatabase db;
    db->call([](base::Tx& tx) {
        for (int step : {3, 5, 10, 11}) {
            base::Cursor cursor(
                tx, "SELECT n FROM generate_series(1, $1::int) n ORDER BY n DESC", 10
            );
            int wanted = 10;
            pqxx::result rows;
            do {
                rows = cursor.next(step);
                for (const auto& row : rows) CHECK(row[0].as<int>() == wanted--);
            } while (rows.size() == static_cast<pqxx::result::size_type>(step));
            CHECK(wanted == 0);
        }
        // Other statements go between.
        base::Cursor cursor(tx, "SELECT generate_series(1, 4)");
        CHECK(cursor.next(2).size() == 2);
        CHECK(*tx.value<int>("SELECT 7") == 7);
        CHECK(cursor.next(3).size() == 2);
    });
}
