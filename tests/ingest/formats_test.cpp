#include <fstream>
#include <iterator>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "formats/image/image.hpp"
#include "ingest/inspect.hpp"
#include "ingest/sources/files/format.hpp"
#include "tests/ingest/files.hpp"
#include "tests/ingest/pictures.hpp"

using namespace std::string_literals;

TEST_CASE("the format is told by the content and with a reason", "[ingest][formats]") {
    const std::vector<std::tuple<std::string, std::string, std::string>> samples = {
        {"x", "a,b\n1,2\n", "csv"},
        {"x.tsv", "a\tb\n1\t2\n", "csv"},
        {"x", "{\"a\":1}\n{\"a\":2}\n", "jsonl"},
        {"x.ndjson", "{\"a\":1}\n", "jsonl"},
        {"x", "{\n \"a\": [1]\n}", "json"},
        {"x", "[{\"a\":1}]", "json"},
        {"x", "<?xml version='1.0'?><r/>", "xml"},
        {"x", "Package: a\nVersion: 1\nDescription: text, with commas,\n more\n\n", "deb822"},
        {"x", "\0\0\x08\x03\0\0\0\0"s, "idx"},
        {"x", test::small_png(), "images"},
        {"x.jpg", "no image", "images"},
        {"x.txt", "Some, words\nand, more\n", "files"},
        {"x", "Some words only.\nAnd more of them.\n", "files"},
        {"x",
         "\x7f"
         "ELF\0\0\0\0\0\0"s,
         "unknown"},
    };
    for (const auto& [name, head, format] : samples) {
        CAPTURE(name, head);
        auto found = ingest::detect_format(name, head);
        CHECK(found.format == format);
        CHECK_FALSE(found.reason.empty());
    }
}

TEST_CASE("the guide names every format in the words of its declaration", "[ingest][formats]") {
    std::ifstream in(TILTH_SOURCE_DIR "/docs/gathering.md");
    std::string guide(std::istreambuf_iterator<char>(in), {});
    REQUIRE_FALSE(guide.empty());
    for (const auto* format : ingest::formats()) {
        CHECK(ingest::find_format(format->name) == format);
        CAPTURE(format->name);
        const auto row =
            "| " + std::string(format->name) + " | " + std::string(format->words) + " |\n";
        CHECK(guide.find(row) != std::string::npos);
        CHECK(ingest::format_names().find(format->name) != std::string::npos);
    }
    CHECK(ingest::find_format("auto") == nullptr);
}

TEST_CASE("images of an idx file come with the labels beside it", "[ingest][formats]") {
    test::DataFolder folder;
    std::string images("\0\0\x08\x03\0\0\0\x03\0\0\0\x02\0\0\0\x02", 16);
    for (char c = 0; c < 12; ++c) images.push_back(c);
    std::string labels("\0\0\x08\x01\0\0\0\x03\x07\0\x09", 11);
    folder.write("d/t10k-images-idx3-ubyte.gz", test::pack("raw", "gzip", {{"x", images}}));
    folder.write("d/t10k-labels-idx1-ubyte", labels);
    auto all = test::read_all({folder.path("d")});
    CHECK(all.rejects.empty());
    REQUIRE(all.records.size() == 3);
    CHECK(all.records[0].fields == "index=0|split=test|label=7");
    CHECK(all.records[2].fields == "index=2|split=test|label=9");
    CHECK(all.records[2].raw == images.substr(24, 4));
}

TEST_CASE("the difference hash follows the slope of the picture", "[ingest][formats]") {
    std::vector<std::uint8_t> grey(90 * 80);
    for (std::size_t i = 0; i < grey.size(); ++i) grey[i] = static_cast<std::uint8_t>(i % 90);
    CHECK(formats::difference_hash(grey.data(), 90, 80) == ~std::uint64_t{0});
    for (auto& value : grey) value = static_cast<std::uint8_t>(255 - value);
    CHECK(formats::difference_hash(grey.data(), 90, 80) == 0);
    std::vector<std::uint8_t> dot{5};
    CHECK(formats::difference_hash(dot.data(), 1, 1) == 0);
}

TEST_CASE("inspect image measures a whole image and refuses a broken one", "[ingest][formats]") {
    test::DataFolder folder;
    auto told = boost::json::parse(ingest::inspect_image(folder.write("a.png", test::small_png())))
                    .as_object();
    CHECK(told.at("format").as_string() == "png");
    CHECK(told.at("width").as_int64() == 16);
    CHECK(told.at("height").as_int64() == 12);
    CHECK(told.at("channels").as_int64() == 1);
    CHECK(told.at("phash").as_string() == "ffffffffffffffff");
    auto png = test::small_png();
    CHECK_THROWS_AS(
        ingest::inspect_image(folder.write("b.png", png.substr(0, png.size() - 40))), base::Error
    );
    CHECK_THROWS_AS(ingest::inspect_image(folder.write("c.png", "")), base::Error);
    png[50] = static_cast<char>(png[50] ^ 0x55);
    CHECK_THROWS_AS(ingest::inspect_image(folder.write("d.png", png)), base::Error);
}

TEST_CASE(
    "images of a folder tree carry their folder and are named by their path",
    "[ingest][formats]"
) {
    test::DataFolder folder;
    folder.write("pets/cat/1.png", test::small_png());
    folder.write("pets/dog/2.png", test::small_png());
    auto all = test::read_all({folder.path("pets")});
    REQUIRE(all.records.size() == 2);
    CHECK(all.records[0].fields == "name=1.png|folder=cat");
    CHECK(all.records[1].fields == "name=2.png|folder=dog");
}

TEST_CASE("xml in another encoding is read as declared", "[ingest][formats]") {
    test::DataFolder folder;
    auto path = folder.write(
        "a.xml",
        "<?xml version='1.0' encoding='ISO-8859-1'?><r><i "
        "n=\"\xe9\">\xfc</i><i>x<![CDATA[<y>]]></i></r>"
    );
    auto all = test::read_all({path});
    REQUIRE(all.records.size() == 2);
    CHECK(all.records[0].fields == "@n=\xc3\xa9|text=\xc3\xbc");
    CHECK(all.records[1].fields == "text=x<y>");
}

TEST_CASE("a record can be read again from its raw bytes alone", "[ingest][formats]") {
    test::DataFolder folder;
    for (const auto& [name, content] : std::vector<std::pair<std::string, std::string>>{
             {"a.csv", "id;\"odd;name\"\n1;\"x;y\"\n2;z\n"},
             {"a.jsonl", "{\"a\":1}\n{\"a\":2}\n"},
             {"a.json", "[{\"a\":[{\"b\":1}]},{\"a\":2}]"},
             {"a.xml", "<r xmlns:k='u'><i><k:a>1</k:a></i><i b='2'/></r>"},
             {"Packages", "A: 1\nB: x\n y\n\nA: 2\nB: 3\n"},
             {"a.png", test::small_png()}}) {
        CAPTURE(name);
        auto connector = ingest::open_files({folder.write(name, content)}, {});
        ingest::Page page;
        connector->next(page, 100, 1 << 20);
        REQUIRE(page.rereads.size() == 1);
        REQUIRE_FALSE(page.records.empty());
        for (const auto& record : page.records) {
            ingest::Page again;
            ingest::reread(
                page.rereads[0].how,
                std::string(record.blob.empty() ? record.raw : record.blob),
                again
            );
            REQUIRE(again.records.size() == 1);
            auto before = page.fields_of(record);
            auto after = again.fields_of(again.records[0]);
            REQUIRE(after.size() == before.size());
            for (std::size_t i = 0; i < after.size(); ++i) {
                CHECK(after[i].name == before[i].name);
                CHECK(after[i].value == before[i].value);
            }
        }
    }
}

TEST_CASE("an XML declaration that breaks off is no crash", "[ingest][xml]") {
    test::DataFolder folder;
    ingest::ReadOptions options;
    options.format = "xml";
    for (std::string text : {"<?xml", "<?xml encoding=", "<?xml version='1.0' encoding"}) {
        CAPTURE(text);
        test::read_all({folder.write("a.xml", text)}, options);
    }
}
