// Sounds, films and documents as records.
#include <catch2/catch.hpp>

#include "ingest/sources/files/format.hpp"
#include "tests/ingest/files.hpp"
#include "tests/support/media_files.hpp"

using Catch::Contains;

TEST_CASE("media are known by their content, whatever they are called", "[ingest][media]") {
    const std::vector<std::tuple<std::string, std::string, std::string>> samples{
        {"x", test::wav(1), "media"},
        {"song.txt", test::mp3(20), "media"},
        {"film.csv", test::mp4(1, 64, 64), "media"},
        {"film.png", test::webm(1, 64, 64), "media"},
        {"paper.mp3", test::pdf({"Hello"}), "pdf"},
        {"table.wav",
         "a,b\n1,2\n",
         "media"},  // a name is all there is to go by; the reader says so
        {"table.pdf", "words", "pdf"},
        {"x", test::box("ftyp", "heic"), "unknown"},
        {"x", "RIFF\1\1\1\1AVI LIST", "unknown"},
    };
    for (const auto& [name, head, format] : samples) {
        CAPTURE(name);
        auto found = ingest::detect_format(name, head.substr(0, 16 * 1024));
        CHECK(found.format == format);
        CHECK_FALSE(found.reason.empty());
    }
}

TEST_CASE("media of a folder tree are a record each, with what is odd told", "[ingest][media]") {
    test::DataFolder folder;
    folder.write("m/calls/1.wav", test::wav(1.5));
    folder.write("m/calls/2.mp3", test::flac(44'100));  // it is FLAC
    folder.write("m/film.webm", test::webm(-1, 64, 48));
    folder.write("m/paper.pdf", test::pdf({"Hello there"}));
    folder.write("m/a-empty.wav", "");
    folder.write("m/b-cut.mp4", test::mp4(1, 64, 64).substr(0, 60));
    folder.write("m/c-words.ogg", "just some words\n");
    folder.write("m/d-locked.pdf", test::pdf({"Secret"}, true));
    folder.write("m/e-cut.pdf", test::pdf({"Hello"}).substr(0, 90));
    auto all = test::read_all({folder.path("m")});
    std::vector<std::string> fields, codes;
    for (const auto& record : all.records) fields.push_back(record.fields);
    for (const auto& reject : all.rejects) {
        codes.push_back(reject.code);
        CHECK_FALSE(reject.reason.empty());
    }
    std::sort(fields.begin(), fields.end());
    CHECK(
        fields ==
        std::vector<std::string>{
            "name=1.wav|folder=calls",
            "name=2.mp3|folder=calls",
            "name=film.webm",
            "name=paper.pdf|title=A title"}
    );
    CHECK(
        codes ==
        std::vector<std::string>{
            "media.broken", "media.broken", "media.broken", "pdf.password", "pdf.broken"}
    );
}

TEST_CASE("a sound over the limit is told of", "[ingest][media]") {
    test::DataFolder folder;
    folder.write("long.wav", test::wav(1));
    ingest::ReadOptions options;
    options.max_record = 1000;
    auto all = test::read_all({folder.path("long.wav")}, options);
    REQUIRE(all.rejects.size() == 1);
    CHECK(all.rejects[0].code == "media.too_large");
}
