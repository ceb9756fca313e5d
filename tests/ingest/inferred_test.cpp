// What the program found out by itself costs no record: only what a person declared may reject one.
#include <cmath>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "formats/csv/csv.hpp"
#include "ingest/mapping/mapping.hpp"
#include "tests/ingest/files.hpp"

namespace {

test::Everything read(const std::string& content) {
    test::DataFolder folder;
    return test::read_all({folder.write("a.csv", content)});
}

struct Mapped {
    std::vector<schema::Draft> drafts;
    std::vector<schema::Reject> rejects;
    ingest::Notes notes;
};

// By rules that are inferred from the first rows.
Mapped map(const std::string& content, const std::string& key, std::size_t sampled) {
    test::DataFolder folder;
    auto connector = ingest::open_files({folder.write("a.csv", content)}, {});
    ingest::Page page;
    connector->next(page, sampled, 1 << 20);
    ingest::Mapping mapping(ingest::infer_rules(page, key));
    Mapped mapped;
    for (bool more = true; more;) {
        for (const auto& record : page.records) {
            schema::Draft draft;
            schema::Reject reject;
            if (mapping.apply(page, record, draft, reject)) {
                mapped.drafts.push_back(draft);
            } else {
                mapped.rejects.push_back(reject);
            }
        }
        page.clear();
        more = connector->next(page, 1000, 1 << 20);
    }
    mapped.notes = mapping.take_notes();
    return mapped;
}

}  // namespace

TEST_CASE("a delimiter behind the last cell is no cell", "[ingest][csv]") {
    struct Case {
        const char* text;
        std::size_t records;
        const char* last;
    };
    for (const auto& one : {
             Case{"id,name,lat,lon,\n1,name,0,0\n2,nome,1,1\n", 2, "id=2|name=nome|lat=1|lon=1"},
             Case{"id,name,lat,lon\n1,a,0,0,\n2,b,1,1,\n3,c,1,2,\n", 3, "id=3|name=c|lat=1|lon=2"},
             Case{"id,name,lat,lon\n1,a,0,0\n2,b,1,1,\n3,c,1,2\n", 3, "id=3|name=c|lat=1|lon=2"},
             Case{"id;name;n\n1;a;0;;;\n2;b;1\n3;c;1; \n", 3, "id=3|name=c|n=1"},
             Case{"id,a,b\n1,\"x,y\",2,\"\"\n2,z,3\n", 2, "id=2|a=z|b=3"},
         }) {
        CAPTURE(one.text);
        auto all = read(one.text);
        CHECK(all.rejects.empty());
        REQUIRE(all.records.size() == one.records);
        CHECK(all.records.back().fields == one.last);
    }
    auto odd = read("id,name\n1,a\n2,b,more\n3,c\n");
    CHECK(odd.records.size() == 2);
    REQUIRE(odd.rejects.size() == 1);
    CHECK(odd.rejects[0].code == "csv.too_many_fields");
}

TEST_CASE("cells that nearly all rows lack at their end are missing values", "[ingest][csv]") {
    auto all = read("id,name,note,mark\n1,a\n2,b\n3,c\n4,d,x,y\n5,e\n");
    CHECK(all.rejects.empty());
    REQUIRE(all.records.size() == 5);
    CHECK(all.records[0].fields == "id=1|name=a");
    CHECK(all.records[3].fields == "id=4|name=d|note=x|mark=y");
    // One short row among whole ones has lost a cell, nobody knows which.
    CHECK(read("id,name,note\n1,a,x\n2,b\n3,c,z\n").rejects.size() == 1);
}

TEST_CASE("rows with one cell more than the header have a column without a name", "[ingest][csv]") {
    auto named = read("mpg,cyl\nMazda RX4,21,6\nDatsun 710,22.8,4\nValiant,18.1,6\n");
    REQUIRE(named.records.size() == 3);
    CHECK(named.records[0].fields == "column_1=Mazda RX4|mpg=21|cyl=6");
    auto counted = read("mpg,cyl\n1,21,6\n2,22.8,4\n3,18.1,6\n");
    CHECK(counted.records[0].fields == "column_1=1|mpg=21|cyl=6");
    auto last = read("id,price\n7,21,red\n9,22,blue\n7,23,red\n");
    REQUIRE(last.records.size() == 3);
    CHECK(last.records[0].fields == "id=7|price=21|column_3=red");
}

TEST_CASE("a header that comes again is no row and hides nothing", "[ingest][csv]") {
    std::string text, words;
    for (int file = 0; file < 3; ++file) {
        text += "id,name,price\n";
        words += "first,second,third\n";
        for (int row = 0; row < 20; ++row) {
            text += fmt::format("{},thing {},{}.5\n", file * 20 + row, row, row);
            words += fmt::format("a{0},b{0},c{0}\n", file * 20 + row);
        }
    }
    for (const auto& table : {text, words}) {
        auto all = read(table);
        CHECK(all.rejects.empty());
        REQUIRE(all.records.size() == 60);
        CHECK(all.records.back().line == 63);
    }
    CHECK(read(text).records[40].fields == "id=40|name=thing 0|price=0.5");
    CHECK_FALSE(formats::sniff("red,round\nblue,flat\nred,round\n", true, {}).dialect.header);
}

TEST_CASE("a key may be spelled like a missing value", "[ingest][mapping]") {
    const std::string countries = "code,name\nMZ,Mozambique\nNA,Namibia\nnull,Nowhere\n,Nameless\n";
    auto mapped = map(countries, "code", 100);
    REQUIRE(mapped.drafts.size() == 3);
    CHECK(mapped.drafts[1].key == "NA");
    REQUIRE(mapped.rejects.size() == 1);
    CHECK(mapped.rejects[0].code == "key.missing");

    // Declared by a person, the spelling counts.
    auto rules = ingest::parse_rules("key = 'code'\nmissing = ['', 'NA']\n", "r.toml");
    test::DataFolder folder;
    auto connector = ingest::open_files({folder.write("a.csv", countries)}, {});
    ingest::Page page;
    connector->next(page, 100, 1 << 20);
    ingest::Mapping mapping(rules);
    schema::Draft draft;
    schema::Reject reject;
    CHECK_FALSE(mapping.apply(page, page.records[1], draft, reject));
}

TEST_CASE(
    "a late value of another kind is left out of its column, not its record",
    "[ingest][mapping]"
) {
    std::string text = "id,ref,day\n";
    for (int i = 0; i < 200; ++i)
        text += fmt::format("{},{},2020-01-{:02}\n", i, i * 3, 1 + i % 28);
    text += "x1,A-17,2020-01-05\nx2,5,some day\n";
    auto mapped = map(text, "id", 100);
    CHECK(mapped.rejects.empty());
    REQUIRE(mapped.drafts.size() == 202);
    REQUIRE(mapped.drafts[200].numbers.size() == 1);
    CHECK(std::isnan(mapped.drafts[200].numbers[0]));
    CHECK(mapped.drafts[200].payload.find("A-17") != std::string::npos);
    CHECK(mapped.drafts[201].numbers[0] == 5);
    CHECK_FALSE(mapped.drafts[201].time);
    CHECK(mapped.notes.size() == 2);
    CHECK(mapped.notes.at("values of 'ref' are no numbers: left out of the column") == 1);
}

TEST_CASE("codes that look like numbers are no numbers", "[ingest][mapping]") {
    std::string text = "id,zip,account,n\n";
    for (int i = 0; i < 60; ++i)
        text += fmt::format("{},0{},{},{}\n", i, 1000 + i, 379141105211957882 + i, i);
    auto mapped = map(text, "id", 100);
    REQUIRE(mapped.drafts.size() == 60);
    REQUIRE(mapped.drafts[5].numbers.size() == 1);
    CHECK(mapped.drafts[5].numbers[0] == 5);
    CHECK(mapped.drafts[5].payload.find("\"01005\"") != std::string::npos);
}

TEST_CASE("symbolic links in a folder are read only when that is asked for", "[ingest][files]") {
    test::DataFolder folder, other;
    folder.write("a.csv", "id,n\n1,2\n");
    auto secret = other.write("b.csv", "id,n\n3,4\n");
    std::filesystem::create_symlink(secret, folder.path("link.csv"));
    CHECK(test::read_all({folder.path()}).records.size() == 1);
    ingest::ReadOptions follow;
    follow.follow_links = true;
    CHECK(test::read_all({folder.path()}, follow).records.size() == 2);
    CHECK(test::read_all({folder.path("link.csv")}).records.size() == 1);  // named by a person
    auto connector = ingest::open_files({folder.path()}, {});
    ingest::Page page;
    connector->next(page, 10, 1 << 20);
    CHECK(page.notes.size() == 1);
}

TEST_CASE("one odd value of JSON costs itself, not its record", "[ingest][json]") {
    test::DataFolder folder;
    auto path = folder.write(
        "a.jsonl",
        "{\"id\":1,\"x\":1.5}\n{\"id\":2,\"x\":NaN}\n{\"id\":3,\"x\":-Infinity}\n{\"id\":4,\"t\":"
        "\"a\\ud83d\"}\n{\"id\":5,\"x\":}\n"
    );
    auto all = test::read_all({path});
    REQUIRE(all.records.size() == 4);
    CHECK(all.records[1].fields == "id=2|x=null");
    CHECK(all.records[1].raw == "{\"id\":2,\"x\":NaN}");
    CHECK(all.records[3].fields == "id=4|t=a\xef\xbf\xbd");
    REQUIRE(all.rejects.size() == 1);
    CHECK(all.rejects[0].code == "json.syntax");
    CHECK(all.rejects[0].line == 5);
}

TEST_CASE("hashes and addresses are no text, whatever their length", "[ingest][inferred]") {
    const auto rules = [](const char* cell) {
        std::string table = "id,long,note\n";
        for (int i = 0; i < 60; ++i)
            table +=
                fmt::format(fmt::runtime("{0},{1},n{0}\n"), i, fmt::format(fmt::runtime(cell), i));
        test::DataFolder folder;
        auto connector = ingest::open_files({folder.write("a.csv", table)}, {});
        ingest::Page page;
        connector->next(page, 100, 1 << 20);
        return ingest::infer_rules(page, "id").body;
    };
    CHECK(rules("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b93{}").empty());
    CHECK(rules("https://example.org/a/rather/long/path/{}.html").empty());
    CHECK(rules("a sentence of some words and number {}") == std::vector<std::string>{"long"});
    CHECK(rules("文章没有空格但是它是一段真正的文字{}") == std::vector<std::string>{"long"});
}
