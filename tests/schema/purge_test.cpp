#include "schema/records/purge_store.hpp"

#include <filesystem>

#include <unistd.h>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "schema/records/record_store.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/support/test_database.hpp"

namespace {

const schema::Time start{std::chrono::seconds(1767225600)};

// A source with pages of two hosts; /same of both has the same bytes.
struct World {
    test::TestDatabase db{4};
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("tilth-purge-" + std::to_string(getpid()));
    schema::Blobs blobs{folder};
    schema::BatchTarget target;

    World() {
        db->call([&](base::Tx& tx) {
            target.source_id = schema::add_source(tx, {0, "s", "crawl", "{}", "", ""}, start)->id;
            target.source_name = "s";
            target.run_id = schema::begin_run(tx, target.source_id, "{}", start);
            target.now = start;
        });
        std::string noise(200'000, ' ');  // a blob of this size lies in a file
        unsigned state = 1;
        for (auto& c : noise) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
        add("http://a.test/1", "first", "CC0-1.0");
        add("http://a.test/1", "first, changed", "CC0-1.0");
        add("https://a.test/large", noise, "CC-BY-4.0");
        add("http://a.test/same", "the same bytes", "");
        add("http://b.test/same", "the same bytes", "");
        add("http://a.test.evil/x", "another host", "CC0-1.0");
    }
    ~World() { std::filesystem::remove_all(folder); }

    void add(const std::string& url, const std::string& body, const std::string& licence) {
        schema::Draft draft;
        draft.key = url;
        draft.payload = "{}";
        draft.text = schema::Text{"t", "text of " + url, "en"};
        draft.blob = body;
        draft.media = formats::Media{.kind = formats::MediaKind::pdf, .type = "application/pdf"};
        draft.media_type = "text/html";
        draft.origin.url = url;
        draft.origin.licence = licence;
        std::vector<schema::Sealed> sealed;
        sealed.push_back(schema::seal("s", std::move(draft), blobs));
        db->call([&](base::Tx& tx) {
            schema::write_batch(tx, target, sealed, {});
            tx.exec(
                "INSERT INTO frontier_url (source_id, url_key, url, host, depth, state, due_at, "
                "etag) VALUES ($1, "
                "md5($2)::uuid, $2, $3, 0, 'done', '2026-01-01', 'e') ON CONFLICT DO NOTHING",
                target.source_id,
                url,
                url.substr(url.find("//") + 2, url.find('/', 8) - url.find("//") - 2)
            );
        });
    }

    std::uint64_t files() const {
        std::uint64_t count = 0;
        if (std::filesystem::exists(folder))
            for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
                count += entry.is_regular_file();
        return count;
    }
};

}  // namespace

TEST_CASE(
    "a host is purged with its versions, texts and bytes, and nothing else",
    "[schema][purge]"
) {
    World world;
    schema::PurgeWhat what;
    what.host = "a.test";
    REQUIRE(world.files() == 1);
    auto counted = [&] {
        return world.db->call([](base::Tx& tx) { return schema::show_source(tx, "s")->records; });
    };
    world.db->call([](base::Tx& tx) {
        tx.exec("UPDATE source_run_count SET read = read + 5 - added, added = 5");
    });
    REQUIRE(counted() == 5);

    auto planned = schema::count_purge(*world.db, what);
    CHECK(planned.records == 3);
    CHECK(world.db.number("SELECT count(*) FROM record") == 5);  // only counted
    CHECK(counted() == 5);
    CHECK(world.db.number("SELECT count(*) FROM audit_event") == 0);

    auto done = schema::purge(*world.db, world.blobs, what, "tester", start);
    CHECK(done.records == 3);
    CHECK(done.versions == 4);
    CHECK(done.texts == 4);
    CHECK(done.media == 4);
    CHECK(done.blobs == 3);  // the fourth is used by b.test
    CHECK(done.addresses == 3);
    CHECK(world.files() == 0);
    CHECK(world.db.number("SELECT count(*) FROM record") == 2);
    CHECK(world.db.number("SELECT count(*) FROM record_version WHERE url LIKE '%//a.test/%'") == 0);
    CHECK(world.db.number("SELECT count(*) FROM content_text") == 2);
    CHECK(world.db.number("SELECT count(*) FROM content_media") == 2);
    CHECK(world.db.number("SELECT count(*) FROM blob") == 2);
    CHECK(
        world.db.number("SELECT count(*) FROM frontier_url WHERE reason = 'purged' AND state = "
                        "'skipped' AND etag IS NULL") == 3
    );
    CHECK(
        world.db.number("SELECT (detail->>'records')::int FROM audit_event WHERE action = "
                        "'records.purge' AND subject = 'host a.test'") == 3
    );
    auto again = schema::purge(*world.db, world.blobs, what, "tester", start);
    CHECK(again.records == 0);
    CHECK(counted() == 2);
}

TEST_CASE("a licence and a page are purged", "[schema][purge]") {
    World world;
    schema::PurgeWhat licence, page;
    licence.licence = "CC0-1.0";
    page.url = "http://b.test/same";
    CHECK(schema::purge(*world.db, world.blobs, licence, "tester", start).records == 2);
    auto done = schema::purge(*world.db, world.blobs, page, "tester", start);
    CHECK(done.records == 1);
    CHECK(done.blobs == 0);  // a.test has the same bytes
    CHECK(done.addresses == 1);
    CHECK(world.db.number("SELECT count(*) FROM record") == 2);
}

TEST_CASE(
    "a purge takes the profiles of its sources, which hold frequent values",
    "[schema][purge]"
) {
    World world;
    world.db->call([&](base::Tx& tx) {
        for (std::string table : {"quality_profile", "profile_part"})
            tx.exec(
                "INSERT INTO " + table +
                " SELECT id, 1, '2026-01-01T00:00:00Z', 5, '{}' FROM source"
            );
    });
    schema::PurgeWhat nothing_there, what;
    nothing_there.host = "c.test";
    schema::purge(*world.db, world.blobs, nothing_there, "tester", start);
    CHECK(world.db.number("SELECT count(*) FROM quality_profile") == 1);
    what.host = "a.test";
    schema::purge(*world.db, world.blobs, what, "tester", start);
    CHECK(world.db.number("SELECT count(*) FROM quality_profile") == 0);
    CHECK(world.db.number("SELECT count(*) FROM profile_part") == 0);
}

TEST_CASE("a snapshot that held what was purged says so", "[schema][purge]") {
    World world;
    world.db->call([&](base::Tx& tx) {
        tx.exec(
            "WITH p AS (INSERT INTO label_project (name, source_id, kind, spec, created_at) VALUES "
            "('p', $1, "
            "'classification', '{}', '2026-01-01') RETURNING id, source_id), s AS (INSERT INTO "
            "snapshot "
            "(name, project_id, source_id, spec, "
            "state, created_at) SELECT 'snap', id, source_id, '{}', 'open', '2026-01-01' FROM p "
            "RETURNING id) "
            "INSERT INTO snapshot_item (rk, source_id, key, snapshot_id, version, split, cluster) "
            "SELECT r.rk, r.source_id, r.key, s.id, r.version, 0, 0 FROM record r, s",
            world.target.source_id
        );
        tx.exec(
            "INSERT INTO ground_truth (rk, source_id, key, project_id, class_id, probability, "
            "method, set_at) "
            "SELECT rk, source_id, key, 1, 0, 1, 'import', '2026-01-01' FROM record"
        );
    });
    schema::PurgeWhat what;
    what.host = "a.test";
    auto done = schema::purge(*world.db, world.blobs, what, "tester", start);
    CHECK(done.members == 3);
    CHECK(done.snapshots == std::vector<std::string>{"snap"});
    CHECK(done.labels == 3);
    CHECK(world.db.number("SELECT purged FROM snapshot") == 3);
    CHECK(world.db.number("SELECT count(*) FROM ground_truth") == 2);
}

TEST_CASE("a purge of nothing in particular is refused", "[schema][purge]") {
    World world;
    CHECK_THROWS_AS(schema::count_purge(*world.db, {}), base::UsageError);
    schema::PurgeWhat both;
    both.host = "a.test";
    both.url = "http://a.test/1";
    CHECK_THROWS_AS(schema::purge(*world.db, world.blobs, both, "t", start), base::UsageError);
}
