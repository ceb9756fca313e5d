#include "base/database/batch.hpp"

#include <array>
#include <deque>
#include <limits>

#include <catch2/catch.hpp>

#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "tests/support/test_database.hpp"

using test::TestDatabase;

namespace {

struct BatchRow {
    int x = 7;
    std::optional<std::string> text;
    base::Time at;
};
BOOST_DESCRIBE_STRUCT(BatchRow, (), (x, text, at))

enum class Mood { calm, merry };
constexpr auto words_of(Mood) {
    return std::to_array<base::Word<Mood>>({{Mood::calm, "calm"}, {Mood::merry, "merry"}});
}

struct BinaryRow {
    std::int16_t small = 7;
    int whole = 7;
    std::int64_t large = 7;
    std::size_t count = 7;
    bool yes = false;
    double real = 7;
    std::string text;
    std::optional<std::string> name;
    base::Binary bytes, numbers;
    Mood mood = Mood::calm;
};
BOOST_DESCRIBE_STRUCT(
    BinaryRow,
    (),
    (small, whole, large, count, yes, real, text, name, bytes, numbers, mood)
)

constexpr std::string_view add = "INSERT INTO t (x) VALUES ($1::int)";
constexpr std::string_view rows_of_t = "SELECT count(*) FROM t";

}  // namespace

TEST_CASE(
    "statements of a batch wait once and see what those before them did",
    "[base][database]"
) {
    TestDatabase db;
    db->call([](base::Tx& tx) { tx.exec("CREATE TABLE t (x int)"); });
    db->call([](base::Tx& tx) {
        auto before = base::Batch::round_trips(tx);
        base::Batch batch(tx);
        batch.add(add, 1);
        auto first = batch.add(rows_of_t);
        batch.add(add, std::optional<int>());
        auto second = batch.add(rows_of_t);
        CHECK(base::Batch::round_trips(tx) == before);
        CHECK(batch.rows(second)[0][0].as<int>() == 2);
        CHECK(batch.rows(first)[0][0].as<int>() == 1);
        CHECK(base::Batch::round_trips(tx) == before + 1);
        // What is added later goes by itself, and the connection serves others between.
        batch.add(add, 3);
        CHECK(*tx.value<int>(rows_of_t) == 2);
        batch.run();
        batch.run();
        CHECK(base::Batch::round_trips(tx) == before + 3);
    });
    CHECK(db.number("SELECT count(*) FROM t") == 3);
    CHECK(db.number("SELECT count(x) FROM t") == 2);
}

TEST_CASE("rows of a batch are read as those of a statement", "[base][database]") {
    TestDatabase db;
    db->call([](base::Tx& tx) {
        base::Batch batch(tx);
        auto place = batch.add(
            "SELECT $1::int AS x, $2::text AS text, '2024-05-06T07:08:09Z'::timestamptz AS at "
            "UNION "
            "ALL SELECT NULL, NULL, NULL",
            3,
            std::string("a'b\\")
        );
        auto none = batch.add("SELECT 1 AS x, '' AS text, now() AS at WHERE $1::bool", false);
        base::Later<std::optional<BatchRow>> later(batch, none, [](const base::Rows& rows) {
            return base::first_as<BatchRow>(rows);
        });
        CHECK_FALSE(*later);
        auto rows = base::rows_as<BatchRow>(batch.rows(place));
        REQUIRE(rows.size() == 2);
        CHECK(rows[0].x == 3);
        CHECK(rows[0].text == "a'b\\");
        CHECK(base::rfc3339(rows[0].at) == "2024-05-06T07:08:09Z");
        CHECK(rows[1].x == 7);
        CHECK_FALSE(rows[1].text);
        CHECK_THROWS_AS(batch.rows(place).column_number("y"), pqxx::argument_error);
    });
}

TEST_CASE("rows in binary form are those in text", "[base][database]") {
    TestDatabase db;
    db->call([](base::Tx& tx) {
        tx.exec("CREATE TYPE pg_temp.mood AS ENUM ('calm', 'merry')");
        constexpr std::string_view sql =
            "SELECT (-$1::int)::smallint AS small, -2147483648 AS whole, -9007199254740993 AS "
            "large, "
            "9007199254740993 AS count, true AS yes, -1.5e-300::float8 AS real, 'a\u4e2d' AS text, "
            "NULL::varchar AS name, '\\x00ff0a'::bytea AS bytes, '{1,NULL}'::float8[] AS numbers, "
            "'merry'::pg_temp.mood AS mood UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, "
            "NULL, 'n', '', '{}', NULL";
        base::Batch batch(tx);
        auto place = batch.add_binary(sql, 3);
        auto text = batch.add("SELECT 'calm' AS mood, '\\x00'::bytea AS bytes");
        auto rows = base::rows_as<BinaryRow>(batch.rows(place));
        REQUIRE(rows.size() == 2);
        CHECK(rows[0].small == -3);
        CHECK(rows[0].whole == std::numeric_limits<int>::min());
        CHECK(rows[0].large == -9007199254740993);
        CHECK(rows[0].count == 9007199254740993U);
        CHECK(rows[0].yes);
        CHECK(rows[0].real == -1.5e-300);
        CHECK(rows[0].text == "a\u4e2d");
        CHECK_FALSE(rows[0].name);
        CHECK(rows[0].bytes.bytes == std::string("\0\xff\n", 3));
        CHECK(rows[0].numbers.bytes.size() == 20 + 12 + 4);
        CHECK(rows[0].mood == Mood::merry);
        CHECK(rows[1].small == 7);
        CHECK(rows[1].name == "n");
        CHECK(rows[1].bytes.bytes.empty());
        CHECK(rows[1].mood == Mood::calm);
        CHECK(batch.rows(text)[0][0].as<std::string>() == "calm");
        CHECK_FALSE(batch.rows(text)[0][0].is_binary());
        CHECK(batch.rows(place)[0][0].is_binary());
    });
}

TEST_CASE("what cannot be read from rows in binary form is told", "[base][database]") {
    TestDatabase db;
    db->call([](base::Tx& tx) {
        base::Batch batch(tx);
        std::deque<std::string> odd;  // which the batch refers to
        for (std::string type : {"jsonb", "timestamptz", "numeric", "int[]", "date"})
            CHECK_THROWS_WITH(
                batch.rows(batch.add_binary(odd.emplace_back("SELECT NULL::" + type + " AS odd"))),
                Catch::Contains("odd")
            );
        const auto& row = batch.rows(
            batch.add_binary("SELECT 40000 AS large, -1 AS below, 1.5::float8 AS real, 'x' AS text")
        );
        CHECK_THROWS_AS(row[0][0].as<std::int16_t>(), std::logic_error);
        CHECK_THROWS_AS(row[0][1].as<std::size_t>(), std::logic_error);
        CHECK_THROWS_AS(row[0][2].as<int>(), std::logic_error);
        CHECK_THROWS_AS(row[0][3].as<int>(), std::logic_error);
        CHECK_THROWS_AS(row[0][0].as<double>(), std::logic_error);
    });
}

TEST_CASE("of a batch that fails nothing stays, and the connection goes on", "[base][database]") {
    TestDatabase db(1);
    db->call([](base::Tx& tx) { tx.exec("CREATE TABLE t (x int)"); });
    auto failing = [](base::Tx& tx) {
        base::Batch batch(tx);
        batch.add(add, 1);
        batch.add("SELECT 1 / $1::int", 0);
        batch.add(add, 2);
        batch.run();
    };
    CHECK_THROWS_WITH(db->call(failing), Catch::Contains("division by zero"));
    CHECK(db.number("SELECT count(*) FROM t") == 0);
    CHECK_THROWS_AS(
        db->call([](base::Tx& tx) {
            base::Batch batch(tx);
            batch.add("SELECT $1::text", std::string("a\0b", 3));
            batch.run();
        }),
        base::Error
    );
    // What another transaction caused is tried again.
    int tries = 0;
    db->call([&](base::Tx& tx) {
        base::Batch batch(tx);
        tx.exec(
            "CREATE FUNCTION pg_temp.again(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN IF n "
            "< 3 THEN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END IF; RETURN n; END $$"
        );
        batch.add("SELECT pg_temp.again($1::int)", ++tries);
        batch.run();
    });
    CHECK(tries == 3);
}
