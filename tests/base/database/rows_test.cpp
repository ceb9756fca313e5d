#include "base/database/rows.hpp"

#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "tests/support/test_database.hpp"

using test::TestDatabase;

namespace {

struct Size {
    int width = -1;
    int height = -1;
};
BOOST_DESCRIBE_STRUCT(Size, (), (width, height))

struct Picture {
    std::int64_t id = 0;
    std::string name = "none";
    Size size;
    double share = 0;
    bool good = false;
    std::optional<std::string> note;
    base::Time taken;
    std::optional<base::Time> gone;
};
BOOST_DESCRIBE_STRUCT(Picture, (), (id, name, size, share, good, note, taken, gone))

constexpr std::string_view pictures =
    "SELECT * FROM (VALUES (7::bigint, 'a', NULL::int, 3, 0.5::float8, true, NULL::text, "
    "'2026-01-02 03:04:05.25+00'::timestamptz, NULL::timestamptz), (8, NULL, 1, 2, 0, false, 'n', "
    "'1969-01-01+00', '2026-01-02+00')) AS p (id, name, width, height, share, good, note, taken, "
    "gone) ORDER BY id";

}  // namespace

TEST_CASE("a row becomes a struct by the names of its columns", "[base][database]") {
    TestDatabase db;
    auto found = db->call([](base::Tx& tx) { return base::rows_as<Picture>(tx.exec(pictures)); });
    REQUIRE(found.size() == 2);
    CHECK(found[0].id == 7);
    CHECK(found[0].name == "a");
    CHECK(found[0].size.width == -1);
    CHECK(found[0].size.height == 3);
    CHECK(found[0].share == 0.5);
    CHECK(found[0].good);
    CHECK_FALSE(found[0].note);
    CHECK(
        base::rfc3339(found[0].taken, base::Precision::microseconds) ==
        "2026-01-02T03:04:05.250000Z"
    );
    CHECK_FALSE(found[0].gone);
    CHECK(found[1].name == "none");
    CHECK(found[1].note == "n");
    CHECK(base::rfc3339(*found[1].gone) == "2026-01-02T00:00:00Z");
}

TEST_CASE("the first row is one, if there is any", "[base][database]") {
    TestDatabase db;
    db->call([](base::Tx& tx) {
        CHECK(
            base::first_as<Size>(tx.exec("SELECT 1 AS height, 2 AS width, 3 AS more"))->width == 2
        );
        CHECK_FALSE(base::first_as<Size>(tx.exec("SELECT 1 AS height, 2 AS width WHERE false")));
    });
}

TEST_CASE("a member without a column is a fault", "[base][database]") {
    TestDatabase db;
    CHECK_THROWS_AS(
        db->call([](base::Tx& tx) { base::rows_as<Size>(tx.exec("SELECT 1 AS height")); }),
        pqxx::argument_error
    );
}
