// Binary columns of a foreign database.
#include <sqlite3.h>
#include <catch2/catch.hpp>

#include "base/bytes/hex.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "formats/dataset/cell.hpp"
#include "ingest/sources/database/connector.hpp"
#include "tests/ingest/files.hpp"
#include "tests/ingest/media/media_cells.hpp"
#include "tests/ingest/pictures.hpp"
#include "tests/support/media_files.hpp"

namespace {

std::string blob_of(std::string_view bytes) {
    return "x'" + base::hex(bytes) + "'";
}

struct ShelfWorld {
    test::DataFolder folder;
    std::string path = folder.path("shelf.db");

    void execute(const std::string& sql) const {
        sqlite3* database = nullptr;
        REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
        CHECK(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
        sqlite3_close(database);
    }
    std::unique_ptr<ingest::Connector> open(const std::string& more) const {
        const auto text = R"({"url":"sqlite:)" + path + R"(","table":"item")" + more + "}";
        return ingest::database::open_database(
            ingest::database::Spec::settings.read(base::Document::json(text)),
            [](const std::string&) { return std::string(); },
            {},
            {}
        );
    }
    test::Drafted read(const std::string& more = {}, const ingest::Rules& rules = {}) const {
        return test::drafted(*open(more), rules);
    }
};

}  // namespace

TEST_CASE("media in a column of bytes are what their files are", "[ingest][media][database]") {
    const ShelfWorld world;
    const auto cut = test::mp4(1, 64, 64).substr(0, 60);
    world.execute(
        "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, data BLOB);"
        "INSERT INTO item VALUES (1, 'sound', " +
        blob_of(test::wav(1.5)) + "), (2, 'film', " + blob_of(test::webm(2, 64, 48)) +
        "), (3, 'paper', " + blob_of(test::pdf({"Hello there"})) + "), (4, 'picture', " +
        blob_of(test::small_png()) + "), (5, 'other', x'0102'), (6, 'none', NULL), (7, 'empty', " +
        "x''), (8, 'text', 'just words'), (9, 'cut', " + blob_of(cut) + "), (10, 'locked', " +
        blob_of(test::pdf({"Secret"}, true)) + ")"
    );
    const auto all = world.read();
    std::vector<std::string> types;
    for (const auto& draft : all.drafts) types.push_back(draft.key + " " + draft.media_type);
    CHECK(
        types ==
        std::vector<std::string>{
            "1 audio/wav",
            "2 video/webm",
            "3 application/pdf",
            "4 image/png",
            "5 application/octet-stream",
            "6 ",
            "7 ",
            "8 application/octet-stream"}
    );
    CHECK(all.drafts[0].media->seconds == 1.5);
    CHECK(all.drafts[0].payload == R"({"id":1,"name":"sound"})");
    CHECK(all.drafts[1].media->width == 64);
    REQUIRE(all.drafts[2].text);
    CHECK_THAT(all.drafts[2].text->body, Catch::Contains("Hello there"));
    CHECK(all.drafts[3].image);
    CHECK(all.drafts[4].blob == "\1\2");
    CHECK(all.codes() == std::vector<std::string>{"media.broken data", "pdf.password data"});
    CHECK(all.notes.at("'data' is no picture, sound, film or PDF: kept as bytes") == 2);
    CHECK(all.notes.at("'data' is there, and has no bytes") == 1);

    // A broken one keeps its bytes, so that it can be read again.
    ingest::Page page;
    ingest::reread(all.rereads.front().how, all.rejects[0].raw, page);
    REQUIRE(page.records.size() == 1);
    schema::Draft draft;
    schema::Reject reject;
    CHECK_FALSE(ingest::Mapping({}).apply(page, page.records[0], draft, reject));
    CHECK(reject.code == "media.broken");
}

TEST_CASE("a row that is read again has its bytes", "[ingest][media][database]") {
    const ShelfWorld world;
    world.execute(
        "CREATE TABLE item (id INTEGER PRIMARY KEY, n TEXT, data BLOB);"
        "INSERT INTO item VALUES (1, 'many', " +
        blob_of(test::wav(1)) + ")"
    );
    ingest::Rules rules;
    rules.columns.push_back({.name = "n", .field = "n"});
    const auto all = world.read({}, rules);
    REQUIRE(all.codes() == std::vector<std::string>{"number.invalid n"});
    ingest::Page page;
    ingest::reread(all.rereads.front().how, all.rejects[0].raw, page);
    REQUIRE(page.records.size() == 1);
    schema::Draft draft;
    schema::Reject reject;
    REQUIRE(ingest::Mapping({}).apply(page, page.records[0], draft, reject));
    CHECK(draft.blob == test::wav(1));
    CHECK(draft.media_type == "audio/wav");
    CHECK(draft.payload == R"({"id":1,"n":"many"})");
}

TEST_CASE("of several columns of bytes that with media is taken", "[ingest][media][database]") {
    const ShelfWorld world;
    const auto sound = test::wav(1), picture = test::small_png();
    world.execute(
        "CREATE TABLE item (id INTEGER PRIMARY KEY, hash BLOB, audio BLOB, cover BLOB, n INTEGER);"
        "INSERT INTO item VALUES (1, x'fffb90445a5a', " +
        blob_of(sound) + ", " + blob_of(picture) + ", 7), (2, x'00', NULL, " + blob_of(picture) +
        ", 8)"
    );
    const auto all = world.read();
    REQUIRE(all.drafts.size() == 2);
    CHECK(all.drafts[0].blob == sound);
    const auto cover = formats::data_uri(picture, "image/png");
    CHECK(
        all.drafts[0].payload ==
        R"({"id":1,"hash":"fffb90445a5a","cover":")" + cover + R"(","n":7})"
    );
    CHECK(all.drafts[1].blob == picture);
    CHECK(all.drafts[1].payload == R"({"id":2,"hash":"00","audio":null,"n":8})");
    ingest::Rules rules;
    rules.media = {"cover"};
    CHECK(world.read({}, rules).drafts.at(0).blob == picture);
    // A named one is all that is looked at.
    const auto named = world.read(R"(,"blob":"hash")");
    CHECK(named.drafts.at(0).blob == "\xff\xfb\x90\x44ZZ");
    CHECK(named.drafts.at(0).media_type == "application/octet-stream");
}

TEST_CASE(
    "rows without a key that have one sound are not one record",
    "[ingest][media][database]"
) {
    const ShelfWorld world;
    world.execute(
        "CREATE TABLE item (name TEXT, data BLOB); INSERT INTO item VALUES ('a', " +
        blob_of(test::wav(1)) + "), ('b', " + blob_of(test::wav(1)) + ")"
    );
    const auto all = world.read();
    REQUIRE(all.drafts.size() == 2);
    CHECK(all.drafts[0].key != all.drafts[1].key);
}
