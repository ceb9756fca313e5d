// A folder that is watched, from run to run: what is new, changed and vanished.
#include <filesystem>

#include <catch2/catch.hpp>

#include "ingest/pipeline/pipeline.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/ingest/files.hpp"
#include "tests/support/test_database.hpp"

namespace {

struct Watched {
    test::TestDatabase database;
    test::DataFolder home, folder;
    schema::Blobs blobs{home.path("blobs")};

    Watched() {
        database->call([&](base::Tx& tx) {
            schema::add_source(
                tx, {0, "t", "folder", "{}", "", "active"}, std::chrono::system_clock::now()
            );
        });
    }

    bool allow_empty = false;

    ingest::RunRequest request() const {
        ingest::WatchedFolder watched{folder.path(), {"*.csv"}, {}, allow_empty};
        ingest::RunRequest request;
        request.source = "t";
        request.inputs = {"folder"};
        request.key = "id";
        request.mark_files = true;
        request.reading = ingest::Reading{
            [watched](std::string_view cursor, std::string_view bookmark) {
                return ingest::open_folder(watched, cursor, bookmark);
            },
            [watched] { return ingest::open_folder(watched); }};
        return request;
    }
    ingest::RunResult run() { return ingest::run(*database, blobs, request()); }
    void remove(const std::string& name) const { std::filesystem::remove(folder.path(name)); }
    // Written again within a tick of the file system's clock it might look the same but for this.
    void change(const std::string& name, const std::string& content) const {
        auto before = std::filesystem::last_write_time(folder.path(name));
        folder.write(name, content);
        std::filesystem::last_write_time(folder.path(name), before + std::chrono::seconds(1));
    }
    std::string gone() {
        return database->call([](base::Tx& tx) {
            return tx
                .value<std::string>(
                    "SELECT coalesce(string_agg(key, ' ' ORDER BY key), '') FROM record WHERE "
                    "gone_at IS NOT NULL"
                )
                .value();
        });
    }
};

bool told(const ingest::RunResult& result, const std::string& text) {
    for (const auto& line : result.why)
        if (line.find(text) != line.npos) return true;
    return false;
}

}  // namespace

TEST_CASE("only new and changed files of a watched folder are read", "[ingest][folder]") {
    Watched at;
    at.folder.write("a.csv", "id,n\na1,1\na2,2\n");
    at.folder.write("deep/b.csv", "id,n\nb1,1\n");
    at.folder.write("notes.txt", "not of the folder's names");
    auto first = at.run();
    CHECK(first.counts == schema::Counts{3, 3, 0, 0, 0});
    CHECK(told(first, "2 of 2 files are new, 0 changed, 0 vanished"));
    CHECK(at.run().counts == schema::Counts{});
    at.folder.write("c.csv", "id,n\nc1,1\n");
    CHECK(at.run().counts == schema::Counts{1, 1, 0, 0, 0});
    at.change("a.csv", "id,n\na1,1\na2,5\n");
    CHECK(at.run().counts == schema::Counts{2, 0, 1, 1, 0});
    CHECK(at.gone().empty());
}

TEST_CASE("records of files that vanished are gone, until they are back", "[ingest][folder]") {
    Watched at;
    at.folder.write("a.csv", "id,n\na1,1\na2,2\n");
    at.folder.write("b.csv", "id,n\nb1,1\nb2,2\n");
    at.run();
    at.remove("a.csv");
    auto without = at.run();
    CHECK(without.gone == 2);
    CHECK(told(without, "1 vanished"));
    CHECK(told(without, "a.csv"));
    CHECK(at.gone() == "a1 a2");
    CHECK(at.run().gone == 0);
    at.folder.write("a.csv", "id,n\na1,1\n");
    CHECK(at.run().counts == schema::Counts{1, 0, 0, 1, 0});
    CHECK(at.gone() == "a2");
}

TEST_CASE("what a changed file no longer holds is gone", "[ingest][folder]") {
    Watched at;
    at.folder.write("a.csv", "id,n\na1,1\na2,2\n");
    at.folder.write("b.csv", "id,n\nb1,1\n");
    at.run();
    at.change("a.csv", "id,n\na2,2\na3,3\n");
    CHECK(at.run().gone == 1);
    CHECK(at.gone() == "a1");
    // A row that cannot be read may be that of a record.
    at.change("a.csv", "id,n\na2,2,2,2\na3,3\n");
    auto broken = at.run();
    CHECK(broken.counts.rejected == 1);
    CHECK(at.gone() == "a1");
}

TEST_CASE("a record that moved to another file is there", "[ingest][folder]") {
    Watched at;
    at.folder.write("a.csv", "id,n\na1,1\n");
    at.run();
    at.remove("a.csv");
    at.folder.write("b.csv", "id,n\na1,1\n");
    CHECK(at.run().gone == 0);
    CHECK(at.gone().empty());
}

TEST_CASE("an interrupted run of a folder is no listing", "[ingest][folder]") {
    Watched at;
    std::string rows = "id,n\n";
    for (int i = 0; i < 50; ++i) rows += "a" + std::to_string(i) + "," + std::to_string(i) + "\n";
    at.folder.write("a.csv", rows);
    at.folder.write("b.csv", "id,n\nb1,1\n");
    at.run();
    at.remove("b.csv");
    at.change("a.csv", rows + "a50,50\n");
    auto request = at.request();
    request.batch_records = 10;
    std::stop_source stop;
    auto part = ingest::run(*at.database, at.blobs, request, stop.get_token(), [&](const auto&) {
        stop.request_stop();
    });
    REQUIRE(part.state == "interrupted");
    CHECK(at.gone().empty());
    auto rest = ingest::run(*at.database, at.blobs, request);
    CHECK(rest.state == "done");
    CHECK(rest.resumed);
    CHECK(at.gone().empty());
    CHECK(at.run().gone == 1);
    CHECK(at.gone() == "b1");
}

TEST_CASE("a watched folder that is missing is an error and no empty one", "[ingest][folder]") {
    Watched at;
    at.folder.write("a.csv", "id,n\na1,1\n");
    at.run();
    std::filesystem::remove_all(at.folder.path());
    CHECK_THROWS_WITH(at.run(), Catch::Contains("is no folder"));
    CHECK(at.gone().empty());
}

TEST_CASE(
    "a folder that holds nothing any more is no cleared one, unless it may",
    "[ingest][folder]"
) {
    Watched at;
    at.folder.write("a.csv", "id,n\na1,1\n");
    at.folder.write("b.csv", "id,n\nb1,1\n");
    at.run();
    at.remove("a.csv");
    at.remove("b.csv");
    CHECK_THROWS_WITH(at.run(), Catch::Contains("holds none of the 2 files"));
    CHECK(at.gone().empty());
    at.allow_empty = true;
    CHECK(at.run().gone == 2);
    CHECK(at.gone() == "a1 b1");
}
