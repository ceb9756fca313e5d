#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "formats/dataset/row_writer.hpp"
#include "formats/parquet/duckdb.hpp"
#include "ingest/mapping/mapping.hpp"
#include "tests/ingest/files.hpp"
#include "tests/ingest/pictures.hpp"

using formats::CellType;
using formats::DataCell;

namespace {

std::string parquet_of(
    const test::DataFolder& folder,
    const std::vector<formats::DataColumn>& columns,
    const std::vector<std::vector<DataCell>>& rows
) {
    const auto path = folder.path("made.parquet");
    auto writer = formats::write_rows(formats::RowFormat::parquet, path, columns);
    for (const auto& row : rows) writer->write(row);
    writer->finish();
    return path;
}

}  // namespace

TEST_CASE("rows of a Parquet file are records of typed fields", "[ingest][parquet]") {
    if (!formats::duck::is_installed()) {
        WARN("DuckDB is not installed: Parquet is not tested");
        return;
    }
    test::DataFolder folder;
    const auto path = parquet_of(
        folder,
        {{"id", CellType::integer, ""},
         {"name", CellType::text, ""},
         {"n", CellType::number, ""},
         {"ok", CellType::flag, ""},
         {"any", CellType::json, ""}},
        {{std::int64_t{1}, "a\n\"b\"", 0.1, true, formats::JsonCell{"[1,2]"}},
         {std::int64_t{2}, "", {}, {}, "text"},
         {std::int64_t{3}, std::string("x\0y", 3), 7.0, false, {}}}
    );
    auto all = test::read_all({path});
    REQUIRE(all.records.size() == 2);
    CHECK(all.records[0].fields == "id=1|name=a\n\"b\"|n=0.1|ok=true|any=[1,2]");
    CHECK(all.records[0].line == 1);
    CHECK(all.records[1].fields == "id=2|name=|any=text");
    REQUIRE(all.rejects.size() == 1);
    CHECK(all.rejects[0].code == "text.nul");
    CHECK(all.rejects[0].column == "name");
    CHECK(all.rejects[0].line == 3);
}

TEST_CASE("what is no whole Parquet file is one reject", "[ingest][parquet]") {
    test::DataFolder folder;
    for (const std::string content : {"PAR1", "PAR1 and what is no such file"}) {
        INFO(content);
        auto all = test::read_all({folder.write("bad.parquet", content)});
        CHECK(all.records.empty());
        REQUIRE(all.rejects.size() == 1);
        CHECK(all.rejects[0].reason.find('\n') == std::string::npos);
    }
}

TEST_CASE("a text that is a picture is the picture of its record", "[ingest][parquet]") {
    const auto uri = formats::data_uri({test::small_png(), "image/png"});
    test::DataFolder folder;
    auto connector = ingest::open_files(
        {folder.write(
            "a.jsonl",
            "{\"id\":1,\"image\":\"" + uri +
                "\",\"n\":[2]}\n{\"id\":2,\"image\":\"none\"}\n"
                "{\"id\":3,\"image\":\"data:image/png;base64,AAAA\"}\n"
        )},
        {}
    );
    ingest::Page page;
    connector->next(page, 10, 1 << 20);
    REQUIRE(page.records.size() == 3);
    ingest::Mapping mapping({});
    schema::Draft draft;
    schema::Reject reject;
    REQUIRE(mapping.apply(page, page.records[0], draft, reject));
    CHECK(draft.payload == R"({"id":1,"n":[2]})");
    CHECK(draft.blob == test::small_png());
    CHECK(draft.media_type == "image/png");
    REQUIRE(draft.image);
    CHECK(draft.image->format == "png");
    REQUIRE(mapping.apply(page, page.records[1], draft, reject));
    CHECK(draft.payload == R"({"id":2,"image":"none"})");
    CHECK_FALSE(draft.image);
    REQUIRE_FALSE(mapping.apply(page, page.records[2], draft, reject));
    CHECK(reject.code == "image.broken");
    CHECK(reject.column == "image");
}

TEST_CASE("a picture within a field is not taken for the text of its record", "[ingest][parquet]") {
    const auto uri = formats::data_uri({test::small_png(), "image/png"});
    test::DataFolder folder;
    std::string lines;
    for (int i = 0; i < 30; ++i)
        lines += "{\"image\":\"" + uri + "\",\"words\":\"some words of record " +
                 std::to_string(i) + " that are its text, as long as texts are\"}\n";
    auto connector = ingest::open_files({folder.write("a.jsonl", lines)}, {});
    ingest::Page page;
    connector->next(page, 100, 1 << 20);
    CHECK(ingest::infer_rules(page, "").body == std::vector<std::string>{"words"});
}
