#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

#include <catch2/catch.hpp>

#include "tests/e2e/tilth.hpp"
#include "tests/ingest/files.hpp"
#include "tests/ingest/pictures.hpp"

// What leaves the program and comes back.

using e2e::Tilth;
using test::content_of;
namespace json = boost::json;

namespace {

// The features of a source's records by their `id`, as JSON lines have them.
std::map<std::string, json::object> records_of(const Tilth& tilth, const std::string& source) {
    auto answer = tilth.answer(
        {"records", "export", "--source", source, "--out", tilth.home.path / ("of-" + source)}
    );
    std::map<std::string, json::object> all;
    std::istringstream lines(content_of(std::string(answer.at("file").as_string())));
    for (std::string line; std::getline(lines, line);) {
        auto record = json::parse(line).as_object();
        json::object features;
        for (const auto* name : {"id", "text", "n", "i", "ok", "any", "empty", "image"})
            if (const auto* value = record.if_contains(name)) features[name] = *value;
        const auto& id = record.at("id");
        all[id.is_string() ? std::string(id.as_string()) : json::serialize(id)] = features;
    }
    CHECK(all.size() == answer.at("records").to_number<std::size_t>());
    return all;
}

// As a format without types has them.
std::map<std::string, std::map<std::string, std::string>> texts_of(
    const std::map<std::string, json::object>& records
) {
    std::map<std::string, std::map<std::string, std::string>> all;
    for (const auto& [id, features] : records)
        for (const auto& [name, value] : features) {
            auto text = value.is_string() ? std::string(value.as_string()) : json::serialize(value);
            if (text.starts_with('[')) text = json::serialize(json::parse(text));  // its blanks
            if (!text.empty()) all[id][name] = text;
        }
    return all;
}

std::string uri_line(int id, const std::string& rest) {
    return "{\"id\":" + std::to_string(id) + rest + "}\n";
}

std::string awkward_records() {
    return uri_line(
               1,
               R"(,"text":"a \"b\",\nсД 日本 😀 ","n":0.1,"i":9007199254740993,"ok":true,"any":[1,{"x":null}],"empty":"")"
           ) +
           uri_line(2, R"(,"text":"=1+1\ttab","n":-2.5,"i":-1,"ok":false,"any":"a","empty":"")") +
           uri_line(3, "");
}

bool has_parquet(const Tilth& tilth) {
    auto ended = tilth(
        {"records",
         "export",
         "--source",
         "a",
         "--format",
         "parquet",
         "--out",
         tilth.home.path / "try"}
    );
    if (ended.code == 0) return true;
    CHECK_THAT(ended.err, Catch::Contains("script/bootstrap duckdb"));
    WARN("DuckDB is not installed: Parquet is not tested");
    return false;
}

}  // namespace

TEST_CASE("what is exported and ingested again has the same values", "[e2e][export]") {
    Tilth tilth;
    auto file = tilth.home.write("a.jsonl", awkward_records()).string();
    tilth.answer({"ingest", file, "--source", "a", "--key", "id"});
    const auto before = records_of(tilth, "a");
    REQUIRE(before.size() == 3);
    CHECK_FALSE(before.at("3").contains("empty"));
    CHECK(before.at("1").at("empty") == "");
    std::vector<std::string> formats{"jsonl", "csv"};
    if (has_parquet(tilth)) formats.push_back("parquet");
    for (const auto& format : formats) {
        INFO(format);
        const auto out = tilth.home.path / "out";
        auto answer =
            tilth.answer({"records", "export", "--source", "a", "--format", format, "--out", out});
        tilth.answer(
            {"ingest",
             std::string(answer.at("file").as_string()),
             "--source",
             format,
             "--key",
             "id"}
        );
        const auto after = records_of(tilth, format);
        if (format == "csv") {
            CHECK(texts_of(after) == texts_of(before));
        } else {
            CHECK((after == before));
        }
    }
}

TEST_CASE("pictures come back byte by byte", "[e2e][export]") {
    Tilth tilth;
    const auto folder = tilth.home.path / "pictures";
    std::filesystem::create_directories(folder / "cats");
    std::ofstream(folder / "cats/1.png", std::ios::binary) << test::small_png();
    tilth.answer({"ingest", folder, "--source", "a", "--format", "images"});
    auto pictures = [&](const std::string& source) {
        const auto out = tilth.home.path / ("pictures-of-" + source);
        auto answer = tilth.answer({"records", "export", "--source", source, "--out", out});
        auto text = content_of(std::string(answer.at("file").as_string()));
        return json::parse(text).as_object();
    };
    const auto before = pictures("a");
    CHECK(before.at("folder") == "cats");
    std::vector<std::string> formats{"jsonl", "csv"};
    if (has_parquet(tilth)) formats.push_back("parquet");
    for (const auto& format : formats) {
        INFO(format);
        const auto out = tilth.home.path / "out";
        auto answer =
            tilth.answer({"records", "export", "--source", "a", "--format", format, "--out", out});
        tilth.answer({"ingest", std::string(answer.at("file").as_string()), "--source", format});
        const auto after = pictures(format);
        CHECK(after.at("image") == before.at("image"));
        CHECK(after.at("folder") == "cats");
        CHECK_FALSE(after.contains("field_image"));
    }
}

TEST_CASE("a snapshot is exported with its fields and a card", "[e2e][export]") {
    Tilth tilth;
    std::string table = "id,price,words\n";
    for (int i = 0; i < 40; ++i)
        table += std::to_string(i) + "," + std::to_string(i) + ".5,\"one, two\"\n";
    tilth.answer(
        {"ingest", tilth.home.write("t.csv", table).string(), "--source", "t", "--key", "id"}
    );
    tilth.answer({"snapshot", "create", "s", "--source", "t"});
    const auto out = tilth.home.path / "out";
    auto csv = tilth.answer({"snapshot", "export", "s", "--format", "csv", "--out", out});
    CHECK(csv.at("members") == 40);
    CHECK_THAT(
        content_of(out / "s.csv"),
        Catch::StartsWith("key,split,") && Catch::Contains("price") && Catch::Contains(",7.5,") &&
            Catch::Contains("\"one, two\"")
    );
    CHECK_THAT(content_of(out / "s.md"), Catch::Contains("| price | number | "));
    for (const std::string format : {"webdataset", "croissant"}) {
        const auto into = tilth.home.path / format;
        tilth.answer({"snapshot", "export", "s", "--format", format, "--out", into});
        CHECK(std::filesystem::exists(into / "s/README.md"));
        // What is there is not overwritten.
        auto again = tilth({"snapshot", "export", "s", "--format", format, "--out", into});
        CHECK(again.code == 2);
        CHECK_THAT(again.err, Catch::Contains("is there already"));
    }
}

TEST_CASE("a missing DuckDB is one line that says how it is installed", "[e2e][export]") {
    Tilth tilth;
    auto file = tilth.home.write("a.jsonl", awkward_records()).string();
    tilth.answer({"ingest", file, "--source", "a", "--key", "id"});
    auto without = [&](std::vector<std::string> words) {
        return test::run(
            tilth.command(std::move(words)), {}, {"TILTH_DUCKDB=/no/such/libduckdb.so"}
        );
    };
    const auto out = (tilth.home.path / "out").string();
    auto ended =
        without({"records", "export", "--source", "a", "--format", "parquet", "--out", out});
    CHECK(ended.code == 1);
    CHECK(std::count(ended.err.begin(), ended.err.end(), '\n') == 1);
    CHECK_THAT(
        ended.err,
        Catch::Contains("DuckDB") && Catch::Contains("/no/such/libduckdb.so") &&
            Catch::Contains("script/bootstrap duckdb")
    );
    CHECK_FALSE(std::filesystem::exists(out));
    auto read =
        without({"ingest", tilth.home.write("x.parquet", "PAR1").string(), "--source", "x"});
    CHECK(read.code == 1);
    CHECK_THAT(read.out + read.err, Catch::Contains("script/bootstrap duckdb"));
}
