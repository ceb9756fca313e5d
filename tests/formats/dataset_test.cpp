#include <fstream>
#include <functional>
#include <iterator>
#include <set>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/bytes/png.hpp"
#include "base/error.hpp"
#include "base/run/temporary_folder.hpp"
#include "base/time/parse.hpp"
#include "formats/archive/bytes.hpp"
#include "formats/dataset/dataset_writer.hpp"
#include "formats/parquet/duckdb.hpp"
#include "formats/parquet/parquet_reader.hpp"
#include "tests/support/program.hpp"

// Cells, and the formats that they are written in.

using formats::CellType;
using formats::DataCell;
using formats::DataColumn;
using formats::DatasetFormat;
using formats::RowFormat;
using test::content_of;

namespace json = boost::json;

namespace {

const std::vector<DataColumn> columns{
    {"key", CellType::text, "its name"},
    {"split", CellType::text, ""},
    {"text, \"quoted\"", CellType::text, ""},
    {"count", CellType::integer, ""},
    {"size", CellType::number, "", "cm"},
    {"good", CellType::flag, ""},
    {"when", CellType::time, ""},
    {"any", CellType::json, ""},
    {"image", CellType::picture, ""},
};

formats::FileCell picture() {
    return {base::png({1, 1, 3, "abc"}), "image/png"};
}

// Of each kind one, of what is awkward, and nothing.
std::vector<std::vector<DataCell>> rows() {
    return {
        {"a",
         "training",
         "line\nof \"two\", 日本 \U0001F600",
         std::int64_t{9007199254740993},
         0.1,
         true,
         *base::parse_iso_time("2026-01-02T03:04:05.678901Z"),
         formats::JsonCell{R"({"a":[1,"x"]})"},
         picture()},
        {"b",
         "test",
         "",
         std::int64_t{-1},
         1e300,
         false,
         *base::parse_iso_time("1969-12-31T23:59:59Z"),
         std::string("bare \"text\""),
         {}},
        {"c", "training", {}, {}, {}, {}, {}, {}, {}},
    };
}

std::filesystem::path written(
    const base::TemporaryFolder& folder,
    RowFormat format,
    const formats::RowOptions& options = {}
) {
    auto path = folder.path() / "rows";
    auto writer = formats::write_rows(format, path, columns, options);
    for (const auto& row : rows()) writer->write(row);
    writer->finish();
    return path;
}

formats::DatasetAbout about() {
    return {
        .name = "set",
        .description = "three rows",
        .hash = "00ff",
        .created_at = "2026-01-02T03:04:05Z",
        .licences = {"CC-BY-4.0"},
        .card = "# set\n"};
}

std::vector<std::filesystem::path>
data_set(const base::TemporaryFolder& folder, DatasetFormat format) {
    auto writer = formats::write_dataset(format, folder.path(), about(), columns);
    writer->write(0, rows()[0]);
    writer->write(2, rows()[1]);
    writer->write(0, rows()[2]);
    return writer->finish();
}

// The rest needs a library that may not be here.
bool duckdb_is_here() {
    if (formats::duck::is_installed()) return true;
    WARN("DuckDB is not installed: Parquet is not tested");
    return false;
}

}  // namespace

TEST_CASE("CSV tells what is missing from an empty text", "[formats][dataset]") {
    const base::TemporaryFolder folder;
    const auto uri = formats::data_uri(picture());
    CHECK(
        content_of(written(folder, RowFormat::csv)) ==
        "key,split,\"text, \"\"quoted\"\"\",count,size,good,when,any,image\r\n"
        "a,training,\"line\nof \"\"two\"\", 日本 \U0001F600\",9007199254740993,0.1,true,"
        "2026-01-02T03:04:05.678901Z,\"{\"\"a\"\":[1,\"\"x\"\"]}\",\"" +
            uri +
            "\"\r\n"
            "b,test,\"\",-1,1e+300,false,1969-12-31T23:59:59Z,\"bare \"\"text\"\"\",\r\n"
            "c,training,,,,,,,\r\n"
    );
}

TEST_CASE("JSON lines have typed values and leave out what is missing", "[formats][dataset]") {
    const base::TemporaryFolder folder;
    const auto text = content_of(written(folder, RowFormat::jsonl));
    std::istringstream lines(text);
    std::vector<std::string> all;
    for (std::string line; std::getline(lines, line);) all.push_back(line);
    REQUIRE(all.size() == 3);
    const auto first = json::parse(all[0]).as_object();
    CHECK(first.at("count") == 9007199254740993);
    CHECK(first.at("size") == 0.1);
    CHECK(first.at("good") == true);
    CHECK(first.at("any") == json::parse(R"({"a":[1,"x"]})"));
    CHECK(first.at("text, \"quoted\"") == "line\nof \"two\", 日本 \U0001F600");
    CHECK(json::parse(all[1]).at("text, \"quoted\"") == "");
    CHECK(json::parse(all[1]).at("any") == "bare \"text\"");
    CHECK(all[2] == R"({"key":"c","split":"training"})");
}

TEST_CASE("a picture is a data: URI and comes back", "[formats][dataset]") {
    const auto one = picture();
    CHECK(formats::media_of_uri(formats::data_uri(one)) == one);
    for (const auto* bad :
         {"", "data:image/png", "data:image/png;base64,***", "data:text/plain;base64,YQ==", "x"})
        CHECK_FALSE(formats::media_of_uri(bad));
}

TEST_CASE("a Parquet file gives back what was written", "[formats][dataset]") {
    if (!duckdb_is_here()) return;
    const base::TemporaryFolder folder;
    formats::ParquetRows read(written(folder, RowFormat::parquet));
    REQUIRE(read.columns().size() == columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i)
        CHECK(read.columns()[i].name == columns[i].name);
    using Row = std::vector<std::optional<std::string>>;
    auto next = [&] {
        const auto* row = read.next();
        return row ? Row(row->begin(), row->end()) : Row();
    };
    const auto png = picture().bytes;
    CHECK(
        (next() == Row{"a",
                       "training",
                       "line\nof \"two\", 日本 \U0001F600",
                       "9007199254740993",
                       "0.1",
                       "true",
                       "2026-01-02T03:04:05.678901Z",
                       R"({"a":[1,"x"]})",
                       png})
    );
    CHECK(
        (next() == Row{"b",
                       "test",
                       "",
                       "-1",
                       "1e+300",
                       "false",
                       "1969-12-31T23:59:59Z",
                       R"("bare \"text\"")",
                       std::nullopt})
    );
    Row last{"c", "training"};
    last.resize(columns.size());
    CHECK((next() == last));
    CHECK(next().empty());
    read.begin(2);
    CHECK((next() == last));
}

TEST_CASE("rows of a Parquet file keep their order over row groups", "[formats][dataset]") {
    if (!duckdb_is_here()) return;
    const base::TemporaryFolder folder;
    const auto path = folder.path() / "many.parquet";
    constexpr int count = 300'000;
    auto writer = formats::write_rows(RowFormat::parquet, path, {{"n", CellType::integer, ""}});
    for (int i = 0; i < count; ++i) writer->write(std::vector<DataCell>{std::int64_t{i}});
    writer->finish();
    formats::ParquetRows read(path);
    int at = 0;
    while (const auto* row = read.next()) REQUIRE(*row->front() == std::to_string(at++));
    CHECK(at == count);
    read.begin(count - 1);
    CHECK(*read.next()->front() == std::to_string(count - 1));
    CHECK_FALSE(read.next());
}

TEST_CASE("a Parquet writer that is left or fails does not hang", "[formats][dataset]") {
    if (!duckdb_is_here()) return;
    const base::TemporaryFolder folder;
    {
        auto left = formats::write_rows(RowFormat::parquet, folder.path() / "x", columns);
        left->write(rows()[0]);
    }
    auto nowhere = formats::write_rows(RowFormat::parquet, "/no/such/folder/x", columns);
    CHECK_THROWS_AS(
        [&] {
            for (int i = 0; i < 100'000; ++i) nowhere->write(rows()[1]);
            nowhere->finish();
        }(),
        base::Error
    );
}

TEST_CASE("what is no Parquet file is one line, and reads nothing else", "[formats][dataset]") {
    if (!duckdb_is_here()) return;
    const base::TemporaryFolder folder;
    auto whole = content_of(written(folder, RowFormat::parquet));
    const auto path = folder.path() / "bad";
    auto refused = [&](const std::string& content) {
        formats::write_text(path, content);
        try {
            formats::ParquetRows read(path);
            while (read.next()) {
            }
        } catch (const base::Error& error) {
            CHECK(std::string(error.what()).find('\n') == std::string::npos);
            return true;
        }
        return false;
    };
    CHECK(refused(""));
    CHECK(refused("PAR1"));
    CHECK(refused(whole.substr(0, whole.size() / 2)));
    CHECK(refused("x" + whole));
    auto damaged = whole;
    for (std::size_t i = 8; i < 60; ++i) damaged[i] = static_cast<char>(damaged[i] ^ 0x5a);
    CHECK(refused(damaged));
    formats::duck::Session session("100MB");
    session.confine_to(path);
    CHECK_THROWS_AS(session.run("SELECT * FROM read_text('/etc/hostname')", "x"), base::Error);
    CHECK_THROWS_AS(session.run("SET enable_external_access = true", "x"), base::Error);
    CHECK_THROWS_AS(session.run("INSTALL httpfs", "x"), base::Error);
    CHECK_THROWS_AS(session.run("COPY (SELECT 1) TO '/tmp/tilth-x.csv'", "x"), base::Error);
}

TEST_CASE("a folder for Hugging Face has a head, and a file a part", "[formats][dataset]") {
    if (!duckdb_is_here()) return;
    const base::TemporaryFolder folder;
    auto files = data_set(folder, DatasetFormat::huggingface);
    CHECK(
        files ==
        std::vector<std::filesystem::path>{
            "set/data/train-00000-of-00001.parquet",
            "set/data/test-00000-of-00001.parquet",
            "set/README.md"}
    );
    const auto card = content_of(folder.path() / "set/README.md");
    CHECK_THAT(
        card,
        Catch::StartsWith("---\nlicense: \"cc-by-4.0\"\n") &&
            Catch::Contains("  - name: \"image\"\n    dtype: \"image\"\n") &&
            Catch::Contains("  - name: train\n    num_bytes: ") &&
            Catch::Contains("num_examples: 2\n") &&
            Catch::Contains("  - split: test\n    path: data/test-*.parquet\n---\n\n# set\n")
    );
    CHECK(card.find("validation") == std::string::npos);
    formats::ParquetRows test(folder.path() / files[1]);
    CHECK(*test.next()->front() == "b");
    CHECK_FALSE(test.next());
}

TEST_CASE("a name stays in the folder that it was given", "[formats][dataset]") {
    const base::TemporaryFolder folder;
    for (auto format : {DatasetFormat::jsonl, DatasetFormat::webdataset, DatasetFormat::croissant})
        for (const std::string name : {"../../x", "/tmp/x", "..", "", "a\nb\"c", ".x"}) {
            auto said = about();
            said.name = name;
            auto writer = formats::write_dataset(format, folder.path(), said, columns);
            writer->write(0, rows()[0]);
            for (const auto& file : writer->finish()) {
                INFO(file);
                CHECK(std::filesystem::exists(folder.path() / file));
                CHECK(file.is_relative());
                for (const auto& part : file) CHECK(part != "..");
            }
        }
}

TEST_CASE("samples of a webdataset are members of one name", "[formats][dataset]") {
    const base::TemporaryFolder folder;
    auto files = data_set(folder, DatasetFormat::webdataset);
    REQUIRE(files.size() == 3);
    CHECK(files[0] == "set/train-000000.tar");
    CHECK(files[1] == "set/test-000000.tar");
    formats::Bytes tar((folder.path() / files[0]).string());
    std::vector<std::pair<std::string, std::string>> members;
    while (tar.next_member()) members.emplace_back(tar.member(), tar.peek(10'000));
    REQUIRE(members.size() == 3);
    CHECK(members[0].first == "000000000.json");
    CHECK(json::parse(members[0].second).at("size") == 0.1);
    CHECK(members[1].first == "000000000.png");
    CHECK(members[1].second == picture().bytes);
    CHECK(members[2].first == "000000001.json");
    CHECK_THAT(content_of(folder.path() / files[2]), Catch::Contains("| size | number | "));
}

TEST_CASE("Croissant metadata keep the rules of their specification", "[formats][dataset]") {
    const base::TemporaryFolder folder;
    auto files = data_set(folder, DatasetFormat::croissant);
    const auto root = folder.path() / "set";
    const auto all = json::parse(content_of(root / "croissant.json")).as_object();
    // What the specification requires, and what mlcroissant refuses a file without.
    for (const char* name :
         {"@context",
          "@type",
          "conformsTo",
          "name",
          "description",
          "license",
          "url",
          "creator",
          "datePublished",
          "distribution",
          "recordSet"}) {
        INFO(name);
        CHECK(all.contains(name));
    }
    CHECK(all.at("@type") == "sc:Dataset");
    CHECK(all.at("license") == "https://spdx.org/licenses/CC-BY-4.0.html");
    // Every name that is referred to is one that is there.
    std::set<std::string> known, referred;
    std::function<void(const json::value&)> visit = [&](const json::value& value) {
        if (const auto* list = value.if_array())
            for (const auto& one : *list) visit(one);
        const auto* object = value.if_object();
        if (!object) return;
        if (const auto* id = object->if_contains("@id"))
            (object->size() == 1 ? referred : known).emplace(id->as_string());
        for (const auto& member : *object)
            if (member.key() != "@context") visit(member.value());
    };
    visit(all);
    for (const auto& id : referred) {
        INFO(id);
        CHECK(known.contains(id));
    }
    CHECK(referred.size() == 5);  // the file, the pictures, two keys, what the split refers to
    const auto& file = all.at("distribution").at(0);
    CHECK(file.at("contentUrl") == "data.csv");
    CHECK(file.at("sha256").as_string().size() == 64);
    const auto& fields = all.at("recordSet").at(0).at("field").as_array();
    REQUIRE(fields.size() == columns.size());
    CHECK(fields[4].at("dataType") == "sc:Float");
    CHECK(fields[4].at("source").at("extract").at("column") == "size");
    CHECK(content_of(root / "images/000000000.png") == picture().bytes);
    CHECK_THAT(content_of(root / "data.csv"), Catch::Contains(",000000000.png\r\n"));
}
