// Which rows of a sheet are its head, and that no column loses its name to another.
#include <set>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "formats/excel/head.hpp"
#include "tests/ingest/files.hpp"
#include "tests/ingest/tables/workbook.hpp"

using test::xml_row;

namespace {

std::string merged(const std::vector<std::string>& ranges) {
    std::string all;
    for (const auto& range : ranges) all += "<mergeCell ref=\"" + range + "\"/>";
    return "<mergeCells>" + all + "</mergeCells>";
}

std::vector<std::string> read(
    const std::string& rows,
    const std::string& behind = {},
    const ingest::ReadOptions& options = {}
) {
    test::DataFolder folder;
    const auto book = test::workbook({.sheets = {{"S", rows, behind}}});
    std::vector<std::string> fields;
    const auto all = test::read_all({folder.write("a.xlsx", book)}, options);
    for (const auto& record : all.records) fields.push_back(record.fields);
    for (const auto& reject : all.rejects) fields.push_back("! " + reject.reason);
    return fields;
}

std::set<std::string> names_of(formats::ExcelNames names) {
    std::set<std::string> all;
    const auto size = names.size();
    for (std::size_t i = 0; i < size; ++i) all.insert(names.at(i));
    return all;
}

using Fields = std::vector<std::string>;

}  // namespace

TEST_CASE("merged cells in every row make no row one of the head", "[ingest][excel]") {
    std::string rows = xml_row(1, {"name", "", "n"});
    std::vector<std::string> ranges{"A1:B1"};
    for (int row = 2; row <= 61; ++row) {
        rows += xml_row(row, {fmt::format("x{}", row), "", std::to_string(row)});
        ranges.push_back(fmt::format("A{}:B{}", row, row));
    }
    const auto all = read(rows, merged(ranges));
    REQUIRE(all.size() == 60);
    CHECK(all.front() == "name=x2|n=2");
    CHECK(all.back() == "name=x61|n=61");
}

TEST_CASE("each row of a head divides what stands above it", "[ingest][excel]") {
    CHECK(
        read(
            xml_row(1, {"id", "All", "", "", ""}) + xml_row(2, {"", "x", "", "y", ""}) +
                xml_row(3, {"", "a", "b", "a", "b"}) + xml_row(4, {"1", "2", "3", "4", "5"}),
            merged({"A1:A3", "B1:E1", "B2:C2", "D2:E2"})
        ) == Fields{"id=1|All / x / a=2|All / x / b=3|All / y / a=4|All / y / b=5"}
    );
    // What is merged over nothing is the head alone.
    CHECK(
        read(xml_row(1, {"a", "", "b"}) + xml_row(2, {"", "", "1"}), merged({"A1:B1"})) ==
        Fields{"b=1"}
    );
}

TEST_CASE("no two columns have one name, nor one that is taken", "[ingest][excel]") {
    const auto late = xml_row(1, {"a", "column_3"}) + xml_row(2, {"1", "2", "9"});
    CHECK(read(late) == Fields{"a=1|column_3=2|column_3_2=9"});
    ingest::ReadOptions options;
    options.sheet = "*";
    CHECK(
        read(xml_row(1, {"sheet", "a"}) + xml_row(2, {"1", "2"}), {}, options) ==
        Fields{"sheet=S|sheet_2=1|a=2"}
    );
    CHECK(
        read(xml_row(1, {"a", "a_2", "a", "a"}) + xml_row(2, {"1", "2", "3", "4"})) ==
        Fields{"a=1|a_2=2|a_3=3|a_4=4"}
    );
}

TEST_CASE("one cell across all columns names each of them, briefly", "[ingest][excel]") {
    const std::size_t columns = 16'384;
    formats::ExcelRow row{.number = 1, .cells = {{.column = 0, .text = std::string(30'000, 'x')}}};
    row.cells.push_back({.column = columns - 1, .text = "x"});
    const auto head =
        formats::head_of({row}, {{.top = 1, .bottom = 1, .left = 0, .right = columns - 2}}, 0, {});
    CHECK(names_of(head.names).size() == columns);
    for (const auto& name : names_of(head.names)) CHECK(name.size() < 300);
}

TEST_CASE("cells that are merged into each other name columns all the same", "[ingest][excel]") {
    const formats::ExcelRow row{
        .number = 1, .cells = {{.column = 0, .text = "a"}, {.column = 3, .text = "b"}}};
    const std::vector<formats::ExcelRange> ranges(
        50'000, {.top = 1, .bottom = 1, .left = 0, .right = 16'383}
    );
    CHECK(names_of(formats::head_of({row}, ranges, 0, {}).names).size() == 16'384);
}
