// Workbooks that are damaged, or hold more than a record may.
#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "formats/excel/workbook.hpp"
#include "tests/ingest/files.hpp"
#include "tests/ingest/tables/workbook.hpp"

using test::xml_row;

namespace {

std::string rows_from(int first, int last) {
    std::string rows;
    for (int row = first; row <= last; ++row)
        rows += xml_row(row, {std::to_string(row), "name " + std::to_string(row)});
    return rows;
}

const std::string head = xml_row(1, {"id", "name"});

test::Everything read(
    const std::string& rows,
    const std::string& behind = {},
    const std::vector<std::string>& texts = {},
    const ingest::ReadOptions& options = {}
) {
    test::DataFolder folder;
    const auto book = test::workbook({.sheets = {{"S", rows, behind}}, .texts = texts});
    return test::read_all({folder.write("a.xlsx", book)}, options);
}

// Records of rows 2 to `last`, and one reject that says why.
void check_rows(const test::Everything& all, int last, const std::string& why) {
    REQUIRE(all.records.size() == static_cast<std::size_t>(last - 1));
    for (int row = 2; row <= last; ++row) {
        const auto& record = all.records[static_cast<std::size_t>(row - 2)];
        CHECK(record.fields == fmt::format("id={}|name=name {}", row, row));
        CHECK(record.line == row);
    }
    REQUIRE(all.rejects.size() == 1);
    CHECK_THAT(all.rejects[0].reason, Catch::Contains(why));
}

}  // namespace

TEST_CASE("rows before what is damaged in a sheet are records", "[ingest][excel]") {
    const std::string bad_row = "<row r=\"1\"><c><v>1</v></c></row>",
                      bad_cell = "<c r=\"B1\"><v>9</v></c>";
    for (int last : {2, 29, 60}) {
        INFO(last);
        const auto rows = head + rows_from(2, last);
        check_rows(read(rows + bad_row), last, fmt::format("does not follow row {}", last));
        const auto half = xml_row(last + 1, {"9"});
        check_rows(
            read(rows + half.substr(0, half.size() - 6) + bad_cell + "</row>"),
            last,
            "is not where it says"
        );
        check_rows(read(rows, "<mergeCells>" + std::string(9000, ' ') + "<"), last, "is no XML");
    }
}

TEST_CASE("a row of a sheet has a limit, however little says it", "[ingest][excel]") {
    ingest::ReadOptions options;
    options.max_record = 100'000;
    std::string wide = "<row r=\"3\">";
    for (int i = 0; i < 11; ++i) wide += "<c t=\"s\"><v>0</v></c>";
    wide += "</row>";
    const auto rows = head + rows_from(2, 2) + wide + rows_from(4, 4);
    const std::vector<std::string> texts{"<t>" + std::string(10'000, 'x') + "</t>"};
    const auto all = read(rows, {}, texts, options);
    REQUIRE(all.records.size() == 2);
    CHECK(all.records[1].fields == "id=4|name=name 4");
    REQUIRE(all.rejects.size() == 1);
    CHECK(all.rejects[0].code == "excel.too_long");
    CHECK(all.rejects[0].line == 3);
    // Of the head none can be left out.
    const auto none = read(wide + rows_from(4, 4), {}, texts, options);
    CHECK(none.records.empty());
    REQUIRE(none.rejects.size() == 1);
    CHECK_THAT(none.rejects[0].reason, Catch::Contains("row 3: is of the head"));

    // The cells are not there, either.
    test::DataFolder folder;
    const formats::Workbook book(
        folder.write("a.xlsx", test::workbook({.sheets = {{"S", rows}}, .texts = texts})), "a.xlsx"
    );
    auto sheet = book.rows(book.sheets().front(), options.max_record);
    const auto* row = sheet->next();
    while (row && row->number < 3) row = sheet->next();
    REQUIRE(row);
    CHECK(row->too_long);
    CHECK(row->cells.empty());
}

TEST_CASE("a cell of more elements than fit into memory is told of", "[ingest][excel]") {
    std::string runs;
    for (int i = 0; i < 1'200'000; ++i) runs += "<r><t/></r>";
    const auto rows = head + rows_from(2, 50) + "<row r=\"51\"><c t=\"inlineStr\"><is>" + runs +
                      "</is></c></row>";
    check_rows(read(rows), 50, "an element of it is longer than 12 MiB");
}

TEST_CASE("names of columns are in a page once, and fields count", "[ingest][excel]") {
    const std::string name(190, 'n');
    std::string rows = xml_row(1, {name, "b"});
    for (int row = 2; row <= 501; ++row) rows += xml_row(row, {"1", "2"});
    test::DataFolder folder;
    const auto path = folder.write("a.xlsx", test::workbook({.sheets = {{"S", rows}}}));
    auto files = ingest::open_files({path}, {}, {});
    ingest::Page page;
    REQUIRE(files->next(page, 1000, 1 << 20));
    REQUIRE(page.records.size() == 500);
    CHECK(page.fields[0].name == name);
    CHECK(page.fields[0].name.data() == page.fields[2].name.data());
    CHECK(page.bytes >= page.fields.size() * sizeof(formats::Field));
}

TEST_CASE("errors of Excel are counted on behind a thousand lines", "[ingest][excel]") {
    std::string rows = "<row r=\"1\"><c t=\"inlineStr\"><is><t>n</t></is></c></row>";
    for (int row = 2; row <= 1005; ++row)
        rows += fmt::format("<row r=\"{}\"><c t=\"e\"><v>#{}</v></c></row>", row, row);
    rows += "<row r=\"1006\"><c t=\"e\"><v>#2</v></c></row>";
    test::DataFolder folder;
    const auto path = folder.write("a.xlsx", test::workbook({.sheets = {{"S", rows}}}));
    auto files = ingest::open_files({path}, {}, {});
    ingest::Page page;
    REQUIRE(files->next(page, 2000, 1 << 20));
    CHECK(page.notes.at("cells of column 'n' are missing: they say #2") == 2);
    std::uint64_t told = 0;
    for (const auto& [note, times] : page.notes) told += times;
    CHECK(told == 1005);
    CHECK(page.notes.size() == 1001);
}

TEST_CASE("a merged cell that is said often is one", "[ingest][excel]") {
    std::string ranges;
    for (int i = 0; i < 20; ++i) ranges += "<mergeCell ref=\"C1:D1\"/><mergeCell ref=\"A1:B1\"/>";
    test::DataFolder folder;
    const formats::Workbook book(
        folder.write(
            "a.xlsx",
            test::workbook({.sheets = {{"S", head, "<mergeCells>" + ranges + "</mergeCells>"}}})
        ),
        "a.xlsx"
    );
    CHECK(
        book.merged(book.sheets().front(), 1) ==
        std::vector<formats::ExcelRange>{
            {.top = 1, .bottom = 1, .left = 0, .right = 1},
            {.top = 1, .bottom = 1, .left = 2, .right = 3}}
    );
}
