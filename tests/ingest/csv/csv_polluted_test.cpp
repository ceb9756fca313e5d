// Tables as people and programs write them, and what a reader would copy out by hand.
#include <sstream>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "formats/csv/csv.hpp"
#include "ingest/inspect.hpp"
#include "tests/ingest/files.hpp"
#include "tests/support/encodings.hpp"

using namespace std::string_literals;

namespace {

using Row = std::vector<std::string>;
using Table = std::vector<Row>;

const Table plain{
    {"id", "name", "price", "day"},
    {"1", "apple", "1.50", "2020-01-02"},
    {"2", "pear", "22.00", "2020-01-03"},
    {"3", "sour cherry", "3.25", "2020-01-04"},
    {"4", "plum", "4.00", "2020-01-05"}};

std::string written(
    const Table& table,
    const std::string& delimiter = ",",
    const std::string& line_end = "\n",
    const std::string& quote = ""
) {
    std::string text;
    for (const auto& row : table) {
        for (std::size_t i = 0; i < row.size(); ++i)
            text += (i > 0 ? delimiter : "") + quote + row[i] + quote;
        text += line_end;
    }
    return text;
}

std::string rfc4180(const Table& table) {
    std::string text;
    for (const auto& row : table) formats::append_row(row, text);
    return text;
}

std::string rows_of(const std::string& content, const ingest::ReadOptions& options = {}) {
    test::DataFolder folder;
    std::ostringstream out;
    ingest::write_csv_rows(folder.write("a.csv", content), options, out);
    return out.str();
}

Table with(Table table, std::size_t row, Row cells) {
    table[row] = std::move(cells);
    return table;
}

}  // namespace

TEST_CASE("each delimiter, quote and line end is found", "[ingest][csv][polluted]") {
    for (const std::string delimiter : {",",
                                        ";",
                                        "\t",
                                        "|",
                                        "||",
                                        ", ",
                                        "; ",
                                        " | ",
                                        "^",
                                        "~",
                                        "\x01",
                                        "\x1f",
                                        "\xc2\xa7",
                                        "\xc2\xac",
                                        "\xc2\xa6",
                                        "\xe3\x80\x81",
                                        "\xef\xbc\x8c",
                                        "::",
                                        "&",
                                        "#"})
        for (const std::string line_end : {"\n", "\r\n", "\r"})
            for (const std::string quote : {"", "\"", "'"}) {
                CAPTURE(delimiter, line_end, quote);
                CHECK(rows_of(written(plain, delimiter, line_end, quote)) == rfc4180(plain));
            }
    for (const std::string quote : {"\"", "'"})
        CHECK(rows_of(written(plain, " ", "\n", quote)) == rfc4180(plain));
    CHECK(rows_of("1 2 3\n4 5 6\n7 8 9\n") == "1,2,3\r\n4,5,6\r\n7,8,9\r\n");
}

TEST_CASE("every encoding gives the same rows", "[ingest][csv][polluted]") {
    auto table =
        with(plain, 2, {"2", "Z\xc3\xbcrcher Gr\xc3\xbcn\xc3\xa4pfel", "22.00", "2020-01-03"});
    auto text = written(table, ";");
    CHECK(rows_of(text) == rfc4180(table));
    CHECK(rows_of("\xef\xbb\xbf" + text) == rfc4180(table));
    for (const auto* encoding : {"UTF-16LE", "UTF-16BE", "WINDOWS-1252", "ISO-8859-1"})
        CHECK(rows_of(test::encoded(text, encoding)) == rfc4180(table));
    CHECK(rows_of("\xff\xfe" + test::encoded(text, "UTF-16LE")) == rfc4180(table));
    CHECK(rows_of(test::encoded(written(table, "\xc2\xa7"), "WINDOWS-1252")) == rfc4180(table));
}

TEST_CASE("ends of lines and of the file do not matter", "[ingest][csv][polluted]") {
    auto text = written(plain);
    text.pop_back();
    CHECK(rows_of(text) == rfc4180(plain));
    CHECK(rows_of(text + "\n\n\n") == rfc4180(plain));
    CHECK(rows_of("\n\n" + text) == rfc4180(plain));
    auto mixed = "id,name\r\n1,a\n2,b\r3,c\n\n4,d\r\n"s;
    CHECK(rows_of(mixed) == "id,name\r\n1,a\r\n2,b\r\n3,c\r\n4,d\r\n");
    CHECK(rows_of("") == "");
    CHECK(rows_of("\n") == "");
    CHECK(rows_of("\xef\xbb\xbf") == "");
    CHECK(rows_of("id,name,price\n") == "id,name,price\r\n");
    CHECK(rows_of("id,name,price") == "id,name,price\r\n");
    CHECK(rows_of("id;name\n1;a") == "id,name\r\n1,a\r\n");
}

TEST_CASE("quotes and escapes are read as they were meant", "[ingest][csv][polluted]") {
    struct Case {
        std::string text;
        Table rows;
    };
    const std::vector<Case> cases{
        {"id,said\n1,\"a \"\"b\"\" c\"\n2,d\n", {{"id", "said"}, {"1", "a \"b\" c"}, {"2", "d"}}},
        {"id,said\n1,\"a \\\"b\\\" c, d\"\n2,\"e\"\n",
         {{"id", "said"}, {"1", "a \"b\" c, d"}, {"2", "e"}}},
        {"id,path\n1,\"C:\\\\x\"\n2,\"say \\\"y\\\"\"\n",
         {{"id", "path"}, {"1", "C:\\x"}, {"2", "say \"y\""}}},
        {"id,path\n1,\"C:\\new\\x\"\n2,\"D:\\\"\n",
         {{"id", "path"}, {"1", "C:\\new\\x"}, {"2", "D:\\"}}},
        {"id,said,n\n1,a\\,b,2\n2,c\\,d,3\n3,e,4\n",
         {{"id", "said", "n"}, {"1", "a,b", "2"}, {"2", "c,d", "3"}, {"3", "e", "4"}}},
        {"id,said,n\n1,\"he said \"hi\" to us\",2\n2,b,3\n",
         {{"id", "said", "n"}, {"1", "he said \"hi\" to us", "2"}, {"2", "b", "3"}}},
        {"id,size,n\n1,5\" pipe,2\n2,6\" pipe,3\n",
         {{"id", "size", "n"}, {"1", "5\" pipe", "2"}, {"2", "6\" pipe", "3"}}},
        {"id,a,b\n1,\"x\ny\",2\n2,\"p,q\",3\n",
         {{"id", "a", "b"}, {"1", "x\ny", "2"}, {"2", "p,q", "3"}}},
        {"id,a,b\n1,\"open,2\n2,b,3\n3,\"c\",4\n",
         {{"id", "a", "b"}, {"1", "\"open", "2"}, {"2", "b", "3"}, {"3", "c", "4"}}},
        {"id,a,b\n1,x,\"open\n2,b,3\n3,c,\"d\"\n",
         {{"id", "a", "b"}, {"1", "x", "\"open"}, {"2", "b", "3"}, {"3", "c", "d"}}},
        {"id,a,b\n1,x\",2\n2,b,3\n", {{"id", "a", "b"}, {"1", "x\"", "2"}, {"2", "b", "3"}}},
        {"'id','it''s','b'\n'1','x,y','2'\n", {{"id", "it's", "b"}, {"1", "x,y", "2"}}},
        {"id,a,b\n1, \"x, y\", 2\n2, \"z\", 3\n",
         {{"id", "a", "b"}, {"1", "x, y", "2"}, {"2", "z", "3"}}},
        {"id,a,b\n\"1\" ,\"x\" ,\"2\"\n", {{"id", "a", "b"}, {"1", "x", "2"}}},
        {"id,a,b\n1,\"\",\n2,\"\"\"\",x\n", {{"id", "a", "b"}, {"1", "", ""}, {"2", "\"", "x"}}},
        {"id,don't,b\n1,it's,2\n2,'tis,3\n",
         {{"id", "don't", "b"}, {"1", "it's", "2"}, {"2", "'tis", "3"}}},
    };
    for (const auto& c : cases) {
        CAPTURE(c.text);
        CHECK(rows_of(c.text) == rfc4180(c.rows));
    }
}

TEST_CASE("ragged rows stay as they are", "[ingest][csv][polluted]") {
    CHECK(
        rows_of(written(with(plain, 2, {"2", "pear"}))) == rfc4180(with(plain, 2, {"2", "pear"}))
    );
    Row longer{"2", "pear", "22.00", "2020-01-03", "more", ""};
    CHECK(rows_of(written(with(plain, 2, longer))) == rfc4180(with(plain, 2, longer)));
    CHECK(rows_of(written(with(plain, 4, {"4"}))) == rfc4180(with(plain, 4, {"4"})));
    CHECK(
        rows_of(written(with(plain, 4, {"4", "plum"}))) == rfc4180(with(plain, 4, {"4", "plum"}))
    );
    CHECK(
        rows_of(written(with(plain, 0, {"id", "name", "price"}))) ==
        rfc4180(with(plain, 0, {"id", "name", "price"}))
    );
    CHECK(
        rows_of(written(with(plain, 1, {"", "", "", ""}))) ==
        rfc4180(with(plain, 1, {"", "", "", ""}))
    );
    Row spaced{" 2", "pear ", "  22.00", "2020-01-03"};
    CHECK(rows_of(written(with(plain, 2, spaced))) == rfc4180(with(plain, 2, spaced)));
}

TEST_CASE("what stands above and below a table is not of it", "[ingest][csv][polluted]") {
    auto table = rfc4180(plain);
    auto text = written(plain);
    CHECK(rows_of("Prices of fruit\nas of today, noon\n\n" + text) == table);
    CHECK(rows_of("Prices of fruit\n" + text) == table);
    CHECK(rows_of("Prices today\nid,n\n1,2\n2,3\n") == "id,n\r\n1,2\r\n2,3\r\n");
    CHECK(
        rows_of("Station:;Berlin\nYear:;2020\n\nid;v;w\n1;2;3\n2;3;4\n") ==
        "id,v,w\r\n1,2,3\r\n2,3,4\r\n"
    );
    CHECK(rows_of("Prices of fruit,,,\n,,,\n" + text) == table);
    CHECK(rows_of("# made by a program\n# on Monday, in a hurry, twice\n" + text) == table);
    CHECK(rows_of("Author:,Ann\nDate:,2020\n\n" + text) == table);
    CHECK(rows_of(text + "\nSource: the market\n") == table);
    CHECK(rows_of(text + "* prices without tax\n** estimated\n") == table);
    CHECK(rows_of(text + "Prices are those of the market.,,,\n") == table);
    CHECK(rows_of("Prices of fruit\n\n" + text + "\nSource: the market\nPage 1\n") == table);
    ingest::ReadOptions all;
    all.skip = 0;
    CHECK(rows_of("Prices of fruit\n" + text, all) == "Prices of fruit\r\n" + table);
}

TEST_CASE("headers of all kinds are told from rows", "[ingest][csv][polluted]") {
    auto header_of = [](const std::string& text) {
        auto found = formats::sniff(text, true, {});
        return std::tuple(found.dialect.header, found.header_rows, found.names);
    };
    auto without = plain;
    without.erase(without.begin());
    CHECK(std::get<0>(header_of(written(without))) == false);
    CHECK(rows_of(written(without)) == rfc4180(without));
    CHECK(
        header_of("a,b,a\n1,2,3\n4,5,6\n") == std::tuple(true, std::size_t{1}, Row{"a", "b", "a_2"})
    );
    CHECK(
        header_of("fruit,,price,\nname,kind,net,gross\nplum,x,1.0,2.0\npear,y,2.0,3.0\nfig,z,3,4\n"
        ) ==
        std::tuple(
            true, std::size_t{2}, Row{"fruit name", "fruit kind", "price net", "price gross"}
        )
    );
    CHECK(
        header_of("country,2019,2020\nA,5.5,7.25\nB,9,8\n") ==
        std::tuple(true, std::size_t{1}, Row{"country", "2019", "2020"})
    );
    CHECK(
        header_of("Title of it all\n\nid,n\n1,2\n2,3\n") ==
        std::tuple(true, std::size_t{1}, Row{"id", "n"})
    );
    auto twice = "id,name\nid,name\n1,a\n2,b\n"s;
    CHECK(rows_of(twice) == "id,name\r\nid,name\r\n1,a\r\n2,b\r\n");
    CHECK(rows_of("\"long\nname\",b\n1,2\n3,4\n") == "\"long\nname\",b\r\n1,2\r\n3,4\r\n");
}

TEST_CASE("values that hold the marks of other dialects stay whole", "[ingest][csv][polluted]") {
    CHECK(rows_of("mail\na@b.example\nc@d.example\n") == "mail\r\na@b.example\r\nc@d.example\r\n");
    CHECK(
        rows_of("http://a.example/\nhttp://b.example/\n") ==
        "http://a.example/\r\nhttp://b.example/\r\n"
    );
    CHECK(rows_of("10:30\n11:45\n12:00\n") == "10:30\r\n11:45\r\n12:00\r\n");
    CHECK(rows_of("Ann Lee\nBob Ray\nCy Coe\n") == "Ann Lee\r\nBob Ray\r\nCy Coe\r\n");
    CHECK(
        rows_of("n;x\n1,5;a\n2,75;b\n3,25;c\n") ==
        "n,x\r\n\"1,5\",a\r\n\"2,75\",b\r\n\"3,25\",c\r\n"
    );
    CHECK(
        rows_of("n,x\n\"1,234\",a\n\"12,345,678\",b\n\"9\",c\n") ==
        "n,x\r\n\"1,234\",a\r\n\"12,345,678\",b\r\n9,c\r\n"
    );
    CHECK(rows_of("a,b\n1,x\0y\n2,z\n"s) == "a,b\r\n1,x\0y\r\n2,z\r\n"s);
    CHECK(rows_of("a,b,c\n1,,3\n4,,6\n") == "a,b,c\r\n1,,3\r\n4,,6\r\n");
    CHECK(rows_of(",,\n1,,3\n,,\n") == ",,\r\n1,,3\r\n,,\r\n");
    CHECK(
        rows_of("text\nThis is one.\nThis is, well, two.\nThree\n") ==
        "text\r\nThis is one.\r\n\"This is, well, two.\"\r\nThree\r\n"
    );
    CHECK(rows_of("sep=;\r\na;b\r\n1;2\r\n") == "a,b\r\n1,2\r\n");
    CHECK(rows_of("a,b\n1,2\n\x1a") == "a,b\r\n1,2\r\n");
    CHECK(rows_of("tags,n\n\"a;b;c\",1\n\"d;e;f\",2\n") == "tags,n\r\na;b;c,1\r\nd;e;f,2\r\n");
}

TEST_CASE("tables below each other are all printed", "[ingest][csv][polluted]") {
    auto second = "x,y\n1,2\n3,4\n"s;
    CHECK(rows_of(written(plain) + "\n" + second) == rfc4180(plain) + "x,y\r\n1,2\r\n3,4\r\n");
    CHECK(rows_of(second + "\n" + written(plain)) == "x,y\r\n1,2\r\n3,4\r\n" + rfc4180(plain));
}

TEST_CASE(
    "a table between remarks is ingested by its header, and remarks below are rejects",
    "[ingest][csv][polluted]"
) {
    test::DataFolder folder;
    auto path =
        folder.write("a.csv", "Prices of fruit\n\n" + written(plain) + "\nSource: the market\n");
    auto all = test::read_all({path});
    REQUIRE(all.records.size() == 4);
    CHECK(all.records[0].fields == "id=1|name=apple|price=1.50|day=2020-01-02");
    CHECK(all.records[0].line == 4);
    REQUIRE(all.rejects.size() == 1);
    CHECK(all.rejects[0].code == "csv.footnote");
    CHECK(all.rejects[0].raw == "Source: the market");
}

TEST_CASE("inspect csv says what stands around the table", "[ingest][csv][polluted]") {
    test::DataFolder folder;
    auto path = folder.write("a.csv", "Prices of fruit\n\n" + written(plain, "; "));
    auto told = boost::json::parse(ingest::inspect_csv(path, {})).as_object();
    CHECK(told.at("dialect").at("skip").as_int64() == 1);
    CHECK(told.at("dialect").at("trim").as_bool());
    CHECK(told.at("columns").at(2).at("type").as_string() == "number");
}
