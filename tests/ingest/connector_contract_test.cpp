#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>

#include "base/run/temporary_folder.hpp"
#include "formats/dataset/row_writer.hpp"
#include "formats/image/image.hpp"
#include "formats/parquet/duckdb.hpp"
#include "tests/ingest/files.hpp"
#include "tests/ingest/pictures.hpp"
#include "tests/ingest/tables/workbook.hpp"

// What every connector keeps, whatever it reads.

using namespace std::string_literals;

namespace {

struct Case {
    std::string format;
    std::string name;
    std::string content;  // whole records and, between them, broken ones
    std::size_t records;
    std::size_t rejects;
    std::string record_path = {};
};

std::string idx_images() {
    std::string text("\0\0\x08\x03\0\0\0\x05\0\0\0\x02\0\0\0\x02", 16);
    for (char c = 0; c < 18; ++c) text.push_back(c);  // four and a half images
    return text;
}

// Three rows and, between them, one whose picture is broken.
std::string parquet_rows() {
    const base::TemporaryFolder folder;
    const auto path = folder.path() / "a.parquet";
    auto writer = formats::write_rows(
        formats::RowFormat::parquet,
        path,
        {{"id", formats::CellType::integer, ""}, {"image", formats::CellType::picture, ""}}
    );
    for (std::int64_t id : {1, 2, 3, 4}) {
        const auto bytes = id == 2 ? std::string("no picture") : test::small_png();
        writer->write(std::vector<formats::DataCell>{id, formats::FileCell{bytes, "image/png"}});
    }
    writer->finish();
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<Case> made_cases();

std::vector<Case> cases() {
    auto all = made_cases();
    if (formats::duck::is_installed())
        all.push_back({"parquet", "a.parquet", parquet_rows(), 3, 1});
    return all;
}

std::vector<Case> made_cases() {
    return {
        {"csv",
         "a.csv",
         "id,name,n\n1,\"a, \"\"b\"\"\",2\n2,\"two\nlines\",3\r\n\n3,short\n4,too,1,2\n5,last,6",
         3,
         2},
        {"csv",
         "nul.csv",
         "id,name\n1,a\n2,b\0c\n3,d\n4,\xff\n5,\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\n"s,
         3,
         2},
        {"tsv", "a.tsv", "id\tname\n1\ta\n2\tb\n3\n", 2, 1},
        {"jsonl",
         "a.jsonl",
         "{\"a\":1}\n{\"a\":}\n\n{\"a\":\"\\u00e9\"}\r\n[1]\n{\"a\":\"\\u0000\"}\n{\"a\":{\"b\":[1,"
         "2]}}",
         3,
         3},
        {"json", "a.json", "[ {\"a\":1}, {\"a\" 2},\n {\"a\":\"]\"} , 7, {\"a\":[{}]} ]", 3, 2},
        {"json",
         "deep.json",
         "{\"x\":[0],\"data\":{\"n\":1,\"items\":[{\"a\":1},{\"a\":2},{\"a\":}]}}",
         2,
         1,
         "/data/items"},
        {"json", "many.json", "{\"a\":1}\n{\"a\":2}\n{\n \"a\":3}\n", 3, 0},
        {"xml",
         "a.xml",
         "<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY e \"x\">]><r xmlns:d=\"urn:d\"><!-- <i> -->"
         "<i id=\"1\"><d:n>one</d:n></i><i id=\"2\"><n>&undefined;</n></i>\n<i "
         "id=\"3\"/><i><n>a</m></i><i><n>2</n><n>3</n></i></r>",
         3,
         2},
        {"deb822",
         "Packages",
         "# comment\nPackage: a\nVersion: 1\nDescription: short\n long\n .\n end\n\n\nPackage: "
         "b\nVersion 2\n\n"
         "Package: c\nPackage: d\n\nPackage: e\n# in between\nVersion: 3",
         2,
         2},
        {"fixed",
         "a.txt",
         "id  name     n\n1   apple    2\n\n2   two pear 3\n3   plum\n4   fig\0     5\n5   \xc3\xa9t\xc3\xa9      6"s,
         4,
         1},
        {"fixed",
         "ruled.txt",
         "Of today\n\nid  name  n\n--- ----- --\n1   apple 2\r\n2   pear  3\n33333 x   4\n",
         2,
         1},
        {"feed",
         "rss.xml",
         "<?xml version=\"1.0\"?><rss "
         "version=\"2.0\"><channel><title>T</title><item><guid>1</guid><title>a</title></item>\n"
         "<item><title>x</item><item><link>http://a.example/2</link></item></channel></rss>",
         2,
         1},
        {"feed",
         "atom.xml",
         "<feed "
         "xmlns=\"http://www.w3.org/2005/Atom\"><entry><id>1</id></entry><entry><id>2</id>\n</"
         "entry></feed>",
         2,
         0},
        {"feed",
         "feed.json",
         "{\"version\":\"https://jsonfeed.org/version/"
         "1.1\",\"items\":[{\"id\":\"1\"},{\"id\":},{\"id\":\"2\"}]}",
         2,
         1},
        {"mbox",
         "a.mbox",
         "From a@b Sat Jan  3 01:05:34 1996\nSubject: one\nMessage-ID: <1@a>\n\nbody\n>From "
         "here\n\n"
         "From a@b Sat Jan  3 01:05:35 1996\nno header\n\nFrom now on this is no message\n\n"
         "From a@b Sat Jan  3 01:05:36 1996\nContent-Length: 42\nSubject: two\n\n"
         "\nFrom a@b Sat Jan  3 01:05:37 1996\nquoted\n\n"
         "From a@b Sat Jan  3 01:05:38 1996\r\nSubject: three\r\n\r\nend",
         3,
         1},
        {"mbox",
         "junk.mbox",
         "junk\n\nFrom a@b Sat Jan  3 01:05:34 1996\nSubject: one\n\nbody\n",
         1,
         1},
        {"message", "a.eml", "Subject: one\nFrom: a@b.example\n\nbody\n", 1, 0},
        {"message", "b.eml", "\nno header", 0, 1},
        {"idx", "train-images-idx3-ubyte", idx_images(), 4, 1},
        {"images", "cat.png", test::small_png(), 1, 0},
        {"images", "broken.png", test::small_png().substr(0, 60), 0, 1},
        {"files", "a.txt", "one text\nof two lines", 1, 0},
        {"files", "b.txt", std::string("a\0b", 3), 0, 1},
        {"xlsx",
         "a.xlsx",
         test::workbook(
             {.sheets =
                  {{"S",
                    test::xml_row(1, {"id", "n"}) + test::xml_row(2, {"1", "2"}) +
                        test::xml_row(3, {"3", "4"}) + test::xml_row(7, {"", "5"})}}}
         ),
         3,
         0},
    };
}

ingest::ReadOptions options_of(const Case& c) {
    ingest::ReadOptions options;
    options.format = c.format;
    options.record_path = c.record_path;
    return options;
}

}  // namespace

TEST_CASE("every record and every broken record is yielded once", "[ingest][contract]") {
    test::DataFolder folder;
    for (const auto& c : cases()) {
        CAPTURE(c.format, c.name);
        auto path = folder.write(c.name, c.content);
        auto all = test::read_all({path}, options_of(c));
        for (const auto& record : all.records) UNSCOPED_INFO("record " << record.fields);
        for (const auto& reject : all.rejects)
            UNSCOPED_INFO("reject " << reject.code << " " << reject.reason << " of " << reject.raw);
        CHECK(all.records.size() == c.records);
        CHECK(all.rejects.size() == c.rejects);
        for (const auto& reject : all.rejects) {
            CHECK(reject.code.find('.') != std::string::npos);
            CHECK_FALSE(reject.reason.empty());
            CHECK(reject.file == path);
        }
    }
}

TEST_CASE("each cursor leads to exactly the records that follow", "[ingest][contract]") {
    test::DataFolder folder;
    for (const auto& c : cases()) {
        CAPTURE(c.format, c.name);
        auto path = folder.write(c.name, c.content);
        for (std::size_t page : {1U, 2U, 3U}) {
            auto all = test::read_all({path}, options_of(c), {}, page);
            for (std::size_t i = 0; i < all.cursors.size(); ++i) {
                CAPTURE(all.cursors[i]);
                auto rest = test::read_all({path}, options_of(c), all.cursors[i], page);
                std::vector<test::Line> expected(
                    all.records.begin() + static_cast<std::ptrdiff_t>(all.records_before_cursor[i]),
                    all.records.end()
                );
                CHECK((rest.records == expected));
                CHECK(rest.rejects.size() == all.rejects.size() - all.rejects_before_cursor[i]);
            }
        }
    }
}

TEST_CASE("offsets point at the bytes of records and rejects", "[ingest][contract]") {
    test::DataFolder folder;
    for (const auto& c : cases()) {
        CAPTURE(c.format, c.name);
        auto path = folder.write(c.name, c.content);
        auto all = test::read_all({path}, options_of(c));
        for (const auto& record : all.records) {
            REQUIRE(record.offset >= 0);
            CHECK(
                c.content.substr(static_cast<std::size_t>(record.offset), record.raw.size()) ==
                record.raw
            );
        }
        for (const auto& reject : all.rejects) {
            REQUIRE(reject.byte_offset >= 0);
            CHECK(
                c.content.substr(static_cast<std::size_t>(reject.byte_offset), reject.raw.size()) ==
                reject.raw
            );
        }
    }
}

TEST_CASE("an empty input has no records", "[ingest][contract]") {
    test::DataFolder folder;
    auto path = folder.write("empty", "");
    for (const std::string format :
         {"csv", "fixed", "jsonl", "json", "xml", "mbox", "deb822", "auto"}) {
        CAPTURE(format);
        ingest::ReadOptions options;
        options.format = format;
        auto all = test::read_all({path}, options);
        CHECK(all.records.empty());
        CHECK(all.rejects.empty());
    }
}

TEST_CASE("packed inputs give the same records and can be gone on with", "[ingest][contract]") {
    test::DataFolder folder;
    for (const auto& c : cases()) {
        auto plain = test::read_all({folder.write(c.name, c.content)}, options_of(c));
        for (const std::string filter : {"gzip", "zstd", "xz", "bzip2", "lz4"}) {
            CAPTURE(c.name, filter);
            auto path = folder.write(
                filter + "/" + c.name, test::pack("raw", filter, {{c.name, c.content}})
            );
            auto packed = test::read_all({path}, options_of(c));
            if (c.format == "images") continue;  // the key is the name, which is the same
            CHECK((packed.records == plain.records));
            for (std::size_t i = 0; i < packed.cursors.size(); ++i) {
                auto rest = test::read_all({path}, options_of(c), packed.cursors[i]);
                CHECK(
                    rest.records.size() == packed.records.size() - packed.records_before_cursor[i]
                );
            }
        }
        for (const std::string format : {"tar", "zip"}) {
            CAPTURE(c.name, format);
            auto content = test::pack(
                format, "none", {{"x/" + c.name, c.content}, {"y/" + c.name, c.content}}
            );
            auto path = folder.write(c.name + "." + format, content);
            auto both = test::read_all({path}, options_of(c), {}, 1);
            CHECK(both.records.size() == 2 * c.records);
            CHECK(both.rejects.size() == 2 * c.rejects);
            for (std::size_t i = 0; i < both.cursors.size(); ++i) {
                CAPTURE(both.cursors[i]);
                auto rest = test::read_all({path}, options_of(c), both.cursors[i], 1);
                CHECK(rest.records.size() == both.records.size() - both.records_before_cursor[i]);
                CHECK(rest.rejects.size() == both.rejects.size() - both.rejects_before_cursor[i]);
            }
        }
    }
}

TEST_CASE("a file that changed since the cursor is read from its start", "[ingest][contract]") {
    test::DataFolder folder;
    auto path = folder.write("a.csv", "id,n\n1,2\n2,3\n3,4\n");
    auto before = test::read_all({path}, {}, {}, 2);
    folder.write("a.csv", "id,n\n9,2\n8,3\n3,4\n7,7\n");
    auto after = test::read_all({path}, {}, before.cursors.front(), 2);
    CHECK(after.records.size() == 4);
}

TEST_CASE(
    "a truncated archive keeps what came before the damage and says so",
    "[ingest][contract]"
) {
    test::DataFolder folder;
    std::string content = "id,n\n";
    for (int i = 0; i < 200000; ++i)
        content += std::to_string(i * 7919 % 100003) + "," + std::to_string(i) + "\n";
    auto packed = test::pack("raw", "gzip", {{"a.csv", content}});
    auto path = folder.write("a.csv.gz", std::string_view(packed).substr(0, packed.size() / 2));
    folder.write("b.csv", "id,n\n1,1\n");
    auto all = test::read_all({path, folder.path("b.csv")}, {}, {}, 5000);
    REQUIRE_FALSE(all.rejects.empty());
    CHECK(all.rejects.back().code == "file.damaged");
    CHECK(all.records.size() > 10000);
    CHECK(all.records.back().fields == "id=1|n=1");
}

TEST_CASE("a folder is read in order of name and hidden files are left out", "[ingest][contract]") {
    test::DataFolder folder;
    folder.write("in/b.csv", "id\n2\n");
    folder.write("in/a/z.csv", "id\n1\n");
    folder.write("in/.hidden.csv", "id\n0\n");
    auto all = test::read_all({folder.path("in")});
    REQUIRE(all.records.size() == 2);
    CHECK(all.records[0].fields == "id=1");
    CHECK(all.records[1].fields == "id=2");
    CHECK_THROWS_WITH(test::read_all({folder.path("none")}), Catch::Contains("no such file"));
}
