#include "ingest/quality/cell_errors.hpp"

#include <map>
#include <set>

#include <fmt/format.h>
#include <catch2/catch.hpp>

using namespace ingest::quality;

namespace {

// Shops: a code decides the name and the town, the town its state; amounts are free.
Table shops(int rows) {
    Table table{
        {"code", "name", "town", "state", "amount"}, std::vector<std::vector<std::string>>(5), {}};
    for (int i = 0; i < rows; ++i) {
        int shop = (i * 7) % 25, town = shop % 6;
        table.cells[0].push_back(fmt::format("s-{:03}", 100 + shop * 31 % 97));
        table.cells[1].push_back(
            fmt::format("{} market", std::string(5, static_cast<char>('a' + shop)))
        );
        table.cells[2].push_back(
            std::string("uvwxyz").substr(static_cast<std::size_t>(town), 1) + "ville"
        );
        table.cells[3].push_back(town < 3 ? "north" : "south");
        table.cells[4].push_back(fmt::format("{}", 10 + i * 37 % 91));
        table.rows.push_back({i, std::to_string(i), 1, i + 2});
    }
    return table;
}

std::map<std::pair<std::uint32_t, std::string>, CellError> found_in(const Table& table) {
    std::map<std::pair<std::uint32_t, std::string>, CellError> found;
    for (auto& error : find_cell_errors(table))
        found.emplace(std::pair(error.row, table.names[error.column]), error);
    return found;
}

}  // namespace

TEST_CASE("a clean table has no errors", "[quality][errors]") {
    CHECK(find_cell_errors(shops(500)).empty());
    CHECK(find_cell_errors({}).empty());
}

TEST_CASE(
    "a value against what its row's other fields imply is found and put right",
    "[quality][errors]"
) {
    auto table = shops(500);
    auto right = table.cells[2][40];
    table.cells[2][40] = right == "uville" ? "zville" : "uville";
    auto found = found_in(table);
    REQUIRE(found.contains({40, "town"}));
    CHECK(found.at({40, "town"}).proposal == right);
    CHECK(found.at({40, "town"}).code == "dependency");
    CHECK(found.size() == 1);
}

TEST_CASE("misspellings are found by the frequent value nearby", "[quality][errors]") {
    auto table = shops(500);
    auto right = table.cells[3][7];
    table.cells[3][7] = "sxuth";
    table.cells[1][90] = "kkkkk markxt";
    auto found = found_in(table);
    CHECK(found.contains({7, "state"}));
    CHECK(found.contains({90, "name"}));
    CHECK(found.at({7, "state"}).proposal == right);
}

TEST_CASE("a form foreign to its column and a hidden no-value are found", "[quality][errors]") {
    auto table = shops(500);
    table.cells[4][11] = "4x";
    table.cells[4][12] = "unknown";
    auto found = found_in(table);
    REQUIRE(found.contains({11, "amount"}));
    CHECK(found.at({11, "amount"}).code == "pattern");
    REQUIRE(found.contains({12, "amount"}));
    CHECK(found.at({12, "amount"}).code == "missing");
    CHECK(found.size() == 2);
}

TEST_CASE("numbers near each other are no typos", "[quality][errors]") {
    auto table = shops(600);
    for (std::size_t i = 0; i < 300; ++i) table.cells[4][i] = "100";
    table.cells[4][350] = "101";
    CHECK(find_cell_errors(table).empty());
}

TEST_CASE("dependencies between columns are found with their strength", "[quality][errors]") {
    auto table = shops(500);
    table.cells[2][3] = "elsewhere";
    std::vector<Coded> columns;
    for (const auto& column : table.cells) columns.push_back(code(column));
    std::map<std::pair<std::size_t, std::size_t>, double> strength;
    for (const auto& one : find_dependencies(columns))
        strength[{one.from, one.to}] = one.confidence;
    CHECK(strength.at({0, 1}) == 1);
    CHECK(strength.at({0, 2}) == Approx(499.0 / 500));
    CHECK_FALSE(strength.contains({3, 2}));
    CHECK_FALSE(strength.contains({4, 0}));
}
