#include "base/database/query.hpp"

#include <catch2/catch.hpp>

#include "base/error.hpp"

namespace {

constexpr base::QueryFile file{
    "-- A comment; with a semicolon.\n"
    "-- name: first\nSELECT 1;\n\n"
    "-- name: second\nSELECT ';'\nFROM x;\n"
    "-- name: second_to_last\nDELETE FROM y;\n"};

}  // namespace

TEST_CASE("a query is found by its whole name", "[base][query]") {
    CHECK(file["first"] == "SELECT 1");
    CHECK(file["second"] == "SELECT ';'\nFROM x");
    CHECK(file["second_to_last"] == "DELETE FROM y");
}

TEST_CASE("every query of a file is visited once, in order", "[base][query]") {
    std::string names;
    file.each([&](std::string_view name, std::string_view) { names.append(name).append(" "); });
    CHECK(names == "first second second_to_last ");
}

TEST_CASE("an error is one line with the thing, the reason and the mend", "[base][error]") {
    CHECK(
        std::string(base::Error("file a.csv", "cannot be\nread", "check it").what()) ==
        "file a.csv: cannot be read; check it"
    );
    CHECK(std::string(base::Error("x", "broken").what()) == "x: broken");
}
