#include <algorithm>

#include <initializer_list>
#include <string>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "ingest/pipeline/store.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/ingest/files.hpp"
#include "tests/support/test_database.hpp"

namespace {

struct World {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs{folder.path("blobs")};

    World() {
        database->call([&](base::Tx& tx) {
            schema::add_source(
                tx, {0, "t", "files", "{}", "", "active"}, std::chrono::system_clock::now()
            );
        });
    }
    ingest::RunResult run(const std::string& content, bool piped = false) {
        ingest::RunRequest request;
        request.source = "t";
        request.inputs = {folder.write("a.csv", content)};
        // What comes once is not read twice to find its doubles.
        if (piped)
            request.reading = ingest::Reading{[inputs = request.inputs](auto cursor, auto) {
                return ingest::open_files(inputs, {}, cursor);
            }};
        request.key = "id";
        request.batch_records = 50;
        return ingest::run(*database, blobs, request);
    }
    // Of the present version of a key.
    std::int64_t value(const std::string& key) {
        return database.number(
            "SELECT (payload->>'n')::int FROM record_version JOIN record USING (rk, source_id, "
            "key, "
            "version) WHERE key = '" +
            key + "'"
        );
    }
    std::int64_t number_of(const std::string& key) {
        return database.number("SELECT version FROM record WHERE key = '" + key + "'");
    }
    std::int64_t versions() { return database.number("SELECT count(*) FROM record_version"); }
};

const std::string note = "records have a key that comes again: the last one of each counts";

}  // namespace

TEST_CASE(
    "the last of the records with one key counts, and the next run finds nothing new",
    "[ingest][pipeline]"
) {
    auto piped = GENERATE(false, true);
    INFO((piped ? "from a stream" : "from a file"));
    World world;
    // Each tenth key comes again: next to its first, and in a batch far behind.
    std::string text = "id,n\n";
    for (int i = 0; i < 300; ++i) {
        text += fmt::format("{},{}\n", i, i);
        if (i % 20 == 0) text += fmt::format("{},{}\n", i, i + 1000);
    }
    for (int i = 10; i < 300; i += 20) text += fmt::format("{},{}\n", i, i + 2000);
    auto first = world.run(text, piped);
    CHECK(first.counts == schema::Counts{330, 300, 0, 30, 0});
    CHECK(first.notes.at(note) == 30);
    CHECK(world.versions() == 300);
    CHECK(world.value("20") == 1020);
    CHECK(world.value("10") == 2010);
    for (int again = 0; again < 2; ++again) {
        auto next = world.run(text, piped);
        CHECK(next.counts == schema::Counts{330, 0, 0, 330, 0});
        CHECK(next.notes.at(note) == 30);
        CHECK(world.versions() == 300);
        CHECK(world.value("10") == 2010);
    }
    // The later ones are gone: what was first is the last now.
    auto third = world.run(text.substr(0, text.find("10,2010")), piped);
    CHECK(third.counts.changed == 15);
    CHECK(world.versions() == 315);
    CHECK(world.value("10") == 10);
    CHECK(
        world.database.number("SELECT sum(read - added - changed - unchanged - rejected) FROM "
                              "source_run_count") == 0
    );
    CHECK(
        world.database.number("SELECT changed FROM source_run_count ORDER BY run_id DESC LIMIT 1"
        ) == 15
    );
}

TEST_CASE("a run says one thing of a key, how often it changes", "[ingest][pipeline]") {
    World world;
    auto table = [](std::initializer_list<int> values) {
        std::string text = "id,n\n";
        int other = 1;
        for (int n : values) {
            text += fmt::format("0,{}\n", n);
            for (int i = 0; i < 60; ++i) text += fmt::format("{},x\n", other++);
        }
        return text;
    };
    CHECK(world.run(table({1}), true).counts == schema::Counts{61, 61, 0, 0, 0});
    auto second = world.run(table({2, 3, 4}), true);
    CHECK(second.counts == schema::Counts{183, 120, 1, 62, 0});
    CHECK(world.value("0") == 4);
    CHECK(world.number_of("0") == 2);
    auto third = world.run(table({1, 2, 4}), true);
    CHECK(third.counts == schema::Counts{183, 0, 0, 183, 0});
    CHECK(world.value("0") == 4);
    CHECK(world.number_of("0") == 2);
    CHECK(world.database.number("SELECT count(*) FROM record_version WHERE key = '0'") == 2);
    CHECK(world.run(table({4, 1, 5}), true).counts.changed == 1);
    CHECK(world.value("0") == 5);
    CHECK(world.number_of("0") == 3);
}

TEST_CASE(
    "the last record of a key that is one counts, not a reject behind it",
    "[ingest][pipeline]"
) {
    World world;
    auto result = world.run("id,n,m\n1,a,x\n2,b,y\n1,c\n3,d,z\n");
    CHECK(result.counts == schema::Counts{4, 3, 0, 0, 1});
    CHECK(
        world.database.number(
            "SELECT count(*) FROM record_version WHERE key = '1' AND payload->>'n' = 'a'"
        ) == 1
    );
}

TEST_CASE("rejects are listed in the order of their file, page by page", "[ingest][rejects]") {
    World world;
    std::string text = "id,n,m\n";
    for (int i = 0; i < 120; ++i) text += fmt::format("{},x{}\n", i, i % 2 ? ",y" : "");
    world.run(text);
    std::vector<std::int64_t> lines;
    std::string after;
    for (;;) {
        auto page = world.database->call([&](base::Tx& tx) {
            auto source = schema::require_source(tx, "t").id;
            return ingest::list_rejects(tx, source, ingest::RejectState::open, "", after, 7);
        });
        if (page.empty()) break;
        for (const auto& reject : page) lines.push_back(reject.line);
        after = page.back().id;
    }
    CHECK(lines.size() == 60);
    CHECK(std::is_sorted(lines.begin(), lines.end()));
}

TEST_CASE(
    "files that hold no record end a run as empty, and take nothing away",
    "[ingest][pipeline]"
) {
    World world;
    CHECK(world.run("id,n\n1,1\n").state == "done");
    for (const char* content : {"", "id,n\n"}) {
        auto result = world.run(content);
        CHECK(result.holds_nothing);
        CHECK(result.state == "empty");
        CHECK(result.gone == 0);
    }
    CHECK(world.versions() == 1);
    CHECK_FALSE(world.run("id,n\n1,1\n").holds_nothing);
}
