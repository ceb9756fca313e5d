#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "formats/excel/number_format.hpp"
#include "tests/ingest/files.hpp"
#include "tests/ingest/tables/workbook.hpp"

using formats::NumberLook;
using test::BookXml;
using test::xml_row;

namespace {

test::Everything read(const BookXml& book, const std::string& sheet = {}) {
    test::DataFolder folder;
    ingest::ReadOptions options;
    options.sheet = sheet;
    return test::read_all({folder.write("a.xlsx", test::workbook(book))}, options);
}

std::vector<std::string> fields_of(const test::Everything& all) {
    std::vector<std::string> fields;
    for (const auto& record : all.records) fields.push_back(record.fields);
    for (const auto& reject : all.rejects) fields.push_back("! " + reject.reason);
    return fields;
}

using Fields = std::vector<std::string>;

}  // namespace

TEST_CASE("rows of a sheet are records, by the names in its head", "[ingest][excel]") {
    const auto all = read(
        {.sheets =
             {{"S",
               xml_row(2, {"id", "name", "", "n"}) +
                   "<row r=\"3\"><c r=\"A3\"><v>1</v></c><c r=\"B3\" t=\"s\"><v>0</v></c><c "
                   "r=\"D3\" "
                   "t=\"b\"><v>1</v></c></row>"
                   "<row r=\"5\"><c r=\"A5\"><v>0.30000000000000004</v></c><c r=\"B5\" "
                   "t=\"str\"><f>A1</f><v>a_x000D_b</v></c><c r=\"C5\"><v>7</v></c>"
                   "<c r=\"E5\" t=\"s\"><v>1</v></c></row><row r=\"6\"><c r=\"A6\" s=\"1\"/></row>"
                   // Without places, as some programs write.
                   "<row><c><v>2</v></c><c t=\"inlineStr\"><is><t>last</t></is></c></row>"}},
         .texts =
             {"<r><t>rich </t></r><r><rPr/><t xml:space=\"preserve\">text</t></r><rPh><t>not "
              "this</t></rPh>",
              "<t>é &lt;b&gt;</t>"}}
    );
    CHECK(
        fields_of(all) ==
        Fields{
            "id=1|name=rich text|n=true",
            "id=0.30000000000000004|name=a\rb|column_3=7|column_5=é <b>",
            "id=2|name=last"}
    );
    CHECK(all.records[0].line == 3);
    CHECK(all.records[1].line == 5);
    CHECK(all.records[2].line == 7);
}

TEST_CASE("numbers are days and times by their formats", "[ingest][excel]") {
    const std::string cells =
        xml_row(1, {"day", "moment", "time", "hours", "number"}) +
        "<row r=\"2\"><c s=\"1\"><v>45322</v></c><c s=\"2\"><v>45322.395833333336</v></c><c "
        "s=\"3\"><v>0.5</v></c><c s=\"4\"><v>1.5104166666666667</v></c><c><v>45322</v></c></row>"
        "<row r=\"3\"><c s=\"1\"><v>60</v></c><c s=\"1\"><v>-1</v></c><c "
        "t=\"d\"><v>2024-01-31</v></c>"
        "<c s=\"99\"><v>1e3</v></c></row>";
    CHECK(
        fields_of(read({.sheets = {{"S", cells}}})) ==
        Fields{
            "day=2024-01-31|moment=2024-01-31T09:30:00|time=12:00:00|hours=36:15:00|number=45322",
            "day=60|moment=-1|time=2024-01-31|hours=1000"}
    );
    CHECK_THAT(
        fields_of(read({.sheets = {{"S", cells}}, .about = "date1904=\"1\""})).front(),
        Catch::StartsWith("day=2028-02-01|moment=2028-02-01T09:30:00|time=12:00:00")
    );
}

TEST_CASE("serial numbers of days follow both calendars of Excel", "[ingest][excel]") {
    using formats::moment_text;
    CHECK(moment_text(1, NumberLook::day, false) == "1900-01-01");
    CHECK(moment_text(59, NumberLook::day, false) == "1900-02-28");
    CHECK_FALSE(moment_text(60, NumberLook::day, false));
    CHECK(moment_text(61, NumberLook::day, false) == "1900-03-01");
    CHECK(moment_text(2958465, NumberLook::day, false) == "9999-12-31");
    CHECK_FALSE(moment_text(2958466, NumberLook::day, false));
    CHECK(moment_text(0, NumberLook::day, true) == "1904-01-01");
    CHECK(moment_text(43860, NumberLook::day, true) == "2024-01-31");
    CHECK(moment_text(45322.25, NumberLook::day, false) == "2024-01-31T06:00:00");  // not dropped
    CHECK(moment_text(45322.99999999, NumberLook::moment, false) == "2024-01-31T23:59:59.999");
    CHECK(moment_text(45322.999999999, NumberLook::moment, false) == "2024-02-01T00:00:00");
    CHECK(moment_text(0.0000115741, NumberLook::time, false) == "00:00:01");
    CHECK_FALSE(moment_text(-0.5, NumberLook::time, false));
    CHECK_FALSE(moment_text(1, NumberLook::number, false));
}

TEST_CASE("a format's code says whether it shows a day", "[ingest][excel]") {
    using formats::look_of_code;
    for (const char* code :
         {"yyyy\\-mm\\-dd", "d/m/yy", "[$-409]mmm yy;@", "mmmm", "[Red]dd.mm.yyyy"}) {
        INFO(code);
        CHECK(look_of_code(code) == NumberLook::day);
    }
    for (const char* code : {"m/d/yy h:mm", "yyyy-mm-dd\"T\"hh:mm:ss.000"}) {
        INFO(code);
        CHECK(look_of_code(code) == NumberLook::moment);
    }
    for (const char* code : {"h:mm AM/PM", "mm:ss", "[$-F400]h:mm:ss"}) {
        INFO(code);
        CHECK(look_of_code(code) == NumberLook::time);
    }
    for (const char* code : {"[h]:mm", "[mm]:ss", "[ss]"}) {
        INFO(code);
        CHECK(look_of_code(code) == NumberLook::elapsed);
    }
    for (const char* code :
         {"General",
          "0.00",
          "#,##0 \"days\"",
          "0.00E+00",
          "[Red]0;-0",
          "0\\d",
          "@",
          "0%",
          "0;\"dd\"",
          "0_d",
          "[Blue]#,##0"}) {
        INFO(code);
        CHECK(look_of_code(code) == NumberLook::number);
    }
}

TEST_CASE("an error of Excel is a missing value that is told", "[ingest][excel]") {
    test::DataFolder folder;
    auto path = folder.write(
        "a.xlsx",
        test::workbook(
            {.sheets =
                 {{"S",
                   xml_row(1, {"id", "n"}) +
                       "<row r=\"2\"><c><v>1</v></c><c t=\"e\"><v>#DIV/0!</v></c>"
                       "</row><row r=\"3\"><c t=\"e\"><v>#N/A</v></c><c t=\"e\">"
                       "<v>#DIV/0!</v></c></row>"}}}
        )
    );
    auto files = ingest::open_files({path}, {}, {});
    ingest::Page page;
    REQUIRE(files->next(page, 100, 1 << 20));
    REQUIRE(page.records.size() == 2);
    CHECK(page.records[0].fields == 1);
    CHECK(page.records[1].fields == 0);
    CHECK(
        page.notes ==
        ingest::Notes{
            {"cells of column 'id' are missing: they say #N/A", 1},
            {"cells of column 'n' are missing: they say #DIV/0!", 2}}
    );
}

TEST_CASE("merged cells of the head name what stands under them", "[ingest][excel]") {
    auto merged = [](const std::string& ranges) {
        return "<mergeCells>" + ranges + "</mergeCells>";
    };
    SECTION("two lines") {
        const auto all = read(
            {.sheets =
                 {{"S",
                   xml_row(1, {"Of today"}) + xml_row(3, {"id", "Size", "", "n"}) +
                       xml_row(4, {"", "width", "height"}) + xml_row(5, {"1", "2", "3", "4"}),
                   merged("<mergeCell ref=\"A1:D1\"/><mergeCell ref=\"A3:A4\"/><mergeCell "
                          "ref=\"B3:C3\"/><mergeCell ref=\"D3:D4\"/>")}}}
        );
        CHECK(fields_of(all) == Fields{"id=1|Size / width=2|Size / height=3|n=4"});
    }
    SECTION("merged below the head, they are the first cell's") {
        const auto all = read(
            {.sheets =
                 {{"S",
                   xml_row(1, {"a", "b"}) + xml_row(2, {"1", "2"}) + xml_row(3, {"", "3"}),
                   merged("<mergeCell ref=\"A2:A3\"/>")}}}
        );
        CHECK(fields_of(all) == Fields{"a=1|b=2", "b=3"});
    }
    SECTION("the same name twice") {
        const auto all = read(
            {.sheets = {{"S", xml_row(1, {"a", "a", "", "x"}) + xml_row(2, {"1", "2", "3", "4"})}}}
        );
        CHECK(fields_of(all) == Fields{"a=1|a_2=2|column_3=3|x=4"});
    }
}

TEST_CASE("rows of the head and above it can be said", "[ingest][excel]") {
    test::DataFolder folder;
    auto path = folder.write(
        "a.xlsx",
        test::workbook(
            {.sheets = {{"S", xml_row(1, {"x"}) + xml_row(2, {"a", "b"}) + xml_row(3, {"c", "d"})}}}
        )
    );
    ingest::ReadOptions options;
    options.skip = 1;
    CHECK(fields_of(test::read_all({path}, options)) == Fields{"a=c|b=d"});
    options.header_rows = 0;
    CHECK(
        fields_of(test::read_all({path}, options)) ==
        Fields{"column_1=a|column_2=b", "column_1=c|column_2=d"}
    );
    options.skip = 0;
    options.header_rows = 2;
    CHECK(fields_of(test::read_all({path}, options)) == Fields{"x / a=c|b=d"});
}

TEST_CASE("the first sheet that is shown is read, another by its name, or all", "[ingest][excel]") {
    const BookXml book{
        .sheets = {
            {"Hidden", xml_row(1, {"h"}) + xml_row(2, {"0"}), {}, "hidden"},
            {"A &amp; B", xml_row(1, {"a"}) + xml_row(2, {"1"})},
            {"3", xml_row(1, {"b"}) + xml_row(2, {"2"}) + xml_row(3, {"3"})}}};
    CHECK(fields_of(read(book)) == Fields{"a=1"});
    CHECK(fields_of(read(book, "A & B")) == Fields{"a=1"});
    CHECK(fields_of(read(book, "1")) == Fields{"h=0"});
    CHECK(fields_of(read(book, "3")) == Fields{"b=2", "b=3"});
    CHECK(
        fields_of(read(book, "*")) ==
        Fields{"sheet=Hidden|h=0", "sheet=A & B|a=1", "sheet=3|b=2", "sheet=3|b=3"}
    );
    auto none = read(book, "Z");
    REQUIRE(none.rejects.size() == 1);
    CHECK_THAT(
        none.rejects[0].reason,
        Catch::Contains("a.xlsx, sheet 'Z': is not in the workbook") && Catch::Contains("'A & B'")
    );
    test::DataFolder folder;
    auto files = ingest::open_files({folder.write("a.xlsx", test::workbook(book))}, {}, {});
    ingest::Page page;
    REQUIRE(files->next(page, 100, 1 << 20));
    CHECK(page.notes.size() == 2);  // what is not read is told
}

TEST_CASE("what is no whole workbook is one reject that says why", "[ingest][excel]") {
    test::DataFolder folder;
    const BookXml book{.sheets = {{"S", xml_row(1, {"a"}) + xml_row(2, {"1"})}}};
    auto without = [&](const std::string& name) {
        auto members = test::members_of(book);
        std::erase_if(members, [&](const test::Member& member) { return member.name == name; });
        return test::pack("zip", "none", members);
    };
    auto with = [&](const std::string& name, const std::string& content) {
        auto members = test::members_of(book);
        for (auto& member : members)
            if (member.name == name) member.content = content;
        return test::pack("zip", "none", members);
    };
    auto of_rows = [](const std::string& rows) {
        return test::workbook({.sheets = {{"S", rows}}});
    };
    const auto whole = test::workbook(book);
    for (const auto& [content, why] : std::vector<std::pair<std::string, std::string>>{
             {without("_rels/.rels"), "is not in the workbook"},
             {without("xl/workbook.xml"), "bad.xlsx/xl/workbook.xml: is not in the workbook"},
             {without("xl/worksheets/sheet1.xml"), "bad.xlsx, sheet 'S': is not in the workbook"},
             {with("xl/workbook.xml", "<workbook><sheets/></workbook>"), "has no sheet of cells"},
             {with("xl/workbook.xml", "<document/>"), "no workbook"},
             {with("xl/workbook.xml", "<workbook"), "xl/workbook.xml"},
             {with("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row r=\"1\"><c><v>1</v"),
              "is no XML"},
             {of_rows("<row r=\"1\"><c t=\"s\"><v>0</v></c></row>"), "names a text"},
             {of_rows("<row r=\"1\"><c><v>one</v></c></row>"), "'one' is no number"},
             {of_rows("<row r=\"2\"><c><v>1</v></c></row><row r=\"1\"><c><v>1</v></c></row>"),
              "does not follow row 2"},
             {of_rows("<row r=\"1\"><c r=\"A2\"><v>1</v></c></row>"), "is not where it says"},
             {of_rows("<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"A1\"><v>2</v></c></row>"),
              "bad.xlsx, sheet 'S', behind row 1: cell 'A1' is not where it says"},
             {of_rows("<row r=\"1\"><c r=\"ZZZ1\"><v>1</v></c></row>"), "is no place of a cell"},
             {of_rows("<row r=\"99999999\"><c><v>1</v></c></row>"), "does not follow"},
             {whole.substr(0, whole.size() / 2), ""}}) {
        auto all = test::read_all({folder.write("bad.xlsx", content)});
        INFO(why << ": " << (all.rejects.empty() ? "" : all.rejects[0].reason));
        CHECK(all.records.empty());
        REQUIRE(all.rejects.size() == 1);
        CHECK_THAT(all.rejects[0].reason, Catch::Contains(why) && !Catch::Contains("\n"));
    }
}

TEST_CASE("entities of a sheet open nothing and swell to nothing", "[ingest][excel]") {
    const std::string bomb =
        "<?xml version=\"1.0\"?><!DOCTYPE w [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b "
        "\"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY "
        "f "
        "SYSTEM \"file:///etc/passwd\">]><worksheet><sheetData>" +
        xml_row(1, {"x"}) +
        "<row r=\"2\"><c t=\"inlineStr\"><is><t>&c;&f;</t></is></c></row></sheetData></worksheet>";
    auto members = test::members_of({.sheets = {{"S", ""}}});
    for (auto& member : members)
        if (member.name == "xl/worksheets/sheet1.xml") member.content = bomb;
    test::DataFolder folder;
    auto all = test::read_all({folder.write("a.xlsx", test::pack("zip", "none", members))});
    for (const auto& record : all.records) CHECK_THAT(record.fields, !Catch::Contains("root"));
    for (const auto& record : all.records) CHECK(record.fields.size() < 100);
}

TEST_CASE("a workbook in an archive and packed is a workbook", "[ingest][excel]") {
    test::DataFolder folder;
    const auto book = test::workbook(
        {.sheets = {{"S", xml_row(1, {"a"}) + xml_row(2, {"1"}) + xml_row(3, {"2"})}}}
    );
    for (const auto& [format, filter] : std::vector<std::pair<std::string, std::string>>{
             {"zip", "none"},
             {"tar", "gzip"},
             {"tar", "xz"},
             {"raw", "gzip"},
             {"raw", "xz"},
             {"raw", "bzip2"},
             {"raw", "lz4"}}) {
        INFO(format << " " << filter);
        auto path = folder.write("packed", test::pack(format, filter, {{"in/a.xlsx", book}}));
        CHECK(fields_of(test::read_all({path})) == Fields{"a=1", "a=2"});
    }
}

TEST_CASE("what is wrong with a workbook in an archive names the archive", "[ingest][excel]") {
    test::DataFolder folder;
    auto members = test::members_of({.sheets = {{"S", "<row r=\"1\"><c><v>x</v></c></row>"}}});
    for (const std::string packing : {"tar", "zip"}) {
        const auto book = test::pack("zip", "none", members);
        const auto all = test::read_all(
            {folder.write("b." + packing, test::pack(packing, "none", {{"in/a.xlsx", book}}))}
        );
        REQUIRE(all.rejects.size() == 1);
        CHECK_THAT(
            all.rejects[0].reason,
            Catch::Contains("/b." + packing + "/in/a.xlsx, sheet 'S', behind row 1: 'x' is no") &&
                !Catch::Contains("unpacked")
        );
    }
}

TEST_CASE("letters that Excel writes as two halves are one", "[ingest][excel]") {
    const auto all = read(
        {.sheets =
             {{"S",
               xml_row(1, {"a", "b", "c", "d"}) +
                   xml_row(2, {"x_xD83D__xDE00_y", "_xD83D_y", "_xDE00_", "_x005F_xD83D_"})}}}
    );
    CHECK(fields_of(all) == Fields{"a=x\U0001F600y|b=\uFFFDy|c=\uFFFD|d=_xD83D_"});
}
