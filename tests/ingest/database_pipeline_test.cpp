#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "ingest/sources/database/connector.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/ingest/files.hpp"
#include "tests/support/test_database.hpp"

namespace {

namespace json = boost::json;

// A source over a table in the test's own database.
struct World {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs{folder.path("blobs")};

    World() {
        database->call([&](base::Tx& tx) {
            schema::add_source(
                tx, {0, "t", "database", "{}", "", "active"}, std::chrono::system_clock::now()
            );
            tx.exec(
                "CREATE SCHEMA shop; CREATE TABLE shop.item (id int, part text, n numeric, f "
                "float8, ok boolean, "
                "at timestamptz, doc jsonb, tags text[], pic bytea, PRIMARY KEY (id, part))"
            );
            tx.exec(
                "INSERT INTO shop.item SELECT i / 2, CASE i % 2 WHEN 0 THEN 'a' ELSE 'b/c' END, i "
                "/ 8.0, i / 3.0::float8, i % 3 = 0, "
                "timestamptz '2020-01-01 00:00:00+00' + i / 10 * interval '1 hour', "
                "jsonb_build_object('i', i), "
                "ARRAY['x', NULL, i::text], CASE WHEN i % 7 = 0 THEN '\\x00ff'::bytea END FROM "
                "generate_series(1, 1000) i"
            );
        });
    }

    ingest::database::Spec spec(const std::string& more) const {
        return ingest::database::Spec::settings.read(
            base::Document::json(fmt::format(R"({{"url":"env:TEST_URL","page":70,{}}})", more))
        );
    }
    ingest::database::Secrets secrets() const {
        return [url = database.url()](const std::string&) {
            // The tests' own is written as "host=.. dbname=..", the setting must be an URL.
            if (url.starts_with("postgres")) return url;
            std::string query(1, '?');
            for (char c : url)
                if (c != '\'') query.push_back(c == ' ' ? '&' : c);
            return fmt::format("postgresql://{}", query);
        };
    }
    ingest::RunRequest request(const std::string& more) const {
        auto read = spec(more);
        auto load = secrets();
        ingest::RunRequest request;
        request.source = std::string(1, 't');
        request.inputs = {"database"};
        request.batch_records = 100;
        request.mark_gone = read.deletes == ingest::database::Deletes::mark;
        request.reading = ingest::Reading{
            [read, load](std::string_view cursor, std::string_view bookmark) {
                return ingest::database::open_database(read, load, cursor, bookmark);
            },
            [read, load] { return ingest::database::open_database(read, load); }};
        return request;
    }
    ingest::RunResult run(const std::string& more) {
        return ingest::run(*database, blobs, request(more));
    }
    void execute(const std::string& sql) {
        database->call([&](base::Tx& tx) { tx.exec(sql); });
    }
};

}  // namespace

TEST_CASE("a PostgreSQL table is read by its key with its types", "[ingest][database][pipeline]") {
    World world;
    auto result = world.run(R"("table":"shop.item")");
    CHECK(result.counts == schema::Counts{1000, 1000, 0, 0, 0});
    CHECK(
        world.database.number(
            "SELECT count(*) FROM record_version WHERE payload = jsonb_build_object('id', 3, "
            "'part', 'b/c', "
            "'n', 0.875, 'f', 7 / 3.0::float8, 'ok', false, 'at', '2020-01-01 00:00:00+00', 'doc', "
            "jsonb_build_object('i', 7), 'tags', jsonb_build_array('x', NULL, '7')) AND key = "
            "'3/b\\/c'"
        ) == 1
    );
    CHECK(
        world.database.number("SELECT count(*) FROM record_version WHERE blob_sha256 IS NOT NULL"
        ) == 142
    );
    CHECK(world.run(R"("table":"shop.item")").counts == schema::Counts{1000, 0, 0, 1000, 0});
    CHECK(
        world
            .run(R"("query":"SELECT id, part, n FROM shop.item WHERE id < 10","key":["id","part"])")
            .counts.read == 19
    );
}

TEST_CASE(
    "only rows that are new or at the boundary are read again",
    "[ingest][database][pipeline]"
) {
    World world;
    const std::string more = R"("table":"shop.item","incremental":{"cursor":"at"})";
    CHECK(world.run(more).counts.added == 1000);
    CHECK(world.run(more).counts == schema::Counts{1, 0, 0, 1, 0});
    world.execute(
        "INSERT INTO shop.item (id, part, at) VALUES (900, 'x', '2020-01-05 04:00:00+00'), (901, "
        "'x', '2020-02-01 00:00:00+00'), (902, 'x', NULL)"
    );
    CHECK(world.run(more).counts == schema::Counts{4, 3, 0, 1, 0});
    CHECK(
        world.run(R"("table":"shop.item","incremental":{"cursor":"at","lag":"60d"})")
            .counts.unchanged == 1003
    );
}

TEST_CASE(
    "a stopped read of a table goes on behind what is stored",
    "[ingest][database][pipeline]"
) {
    World world;
    const std::string more = R"("table":"shop.item","incremental":{"cursor":"at"})";
    std::stop_source stop;
    auto first = ingest::run(
        *world.database,
        world.blobs,
        world.request(more),
        stop.get_token(),
        [&](const auto&) { stop.request_stop(); }
    );
    CHECK(first.state == "interrupted");
    auto second = world.run(more);
    CHECK(second.resumed);
    CHECK(first.counts.read + second.counts.read == 1000);
    CHECK(first.counts.added + second.counts.added == 1000);
}

TEST_CASE(
    "rows that a complete listing does not have any more are marked as gone",
    "[ingest][database][pipeline]"
) {
    World world;
    const std::string more = R"("table":"shop.item","deletes":"mark")";
    CHECK(world.run(more).gone == 0);
    world.execute("DELETE FROM shop.item WHERE id < 5");
    CHECK(world.run(more).gone == 9);
    CHECK(world.database.number("SELECT count(*) FROM record WHERE gone_at IS NOT NULL") == 9);
    CHECK(world.run(more).gone == 0);
    world.execute("INSERT INTO shop.item (id, part) VALUES (1, 'a')");
    CHECK(world.run(more).counts.changed == 1);
    CHECK(world.database.number("SELECT count(*) FROM record WHERE gone_at IS NOT NULL") == 8);
}

TEST_CASE("what a PostgreSQL server refuses is said in one line", "[ingest][database][pipeline]") {
    World world;
    world.execute("CREATE SEQUENCE shop.s");
    CHECK_THROWS_WITH(
        world.run(R"("table":"shop.nope")"),
        Catch::Contains("does not exist") && Catch::Contains("its schema")
    );
    CHECK_THROWS_WITH(
        world.run(R"("query":"SELECT nonsense FROM shop.item")"),
        Catch::Contains("names of the columns")
    );
    CHECK_THROWS_WITH(
        world.run(R"("query":"SELECT nextval('shop.s') n")"),
        Catch::Contains("only statements that read")
    );
    CHECK_THROWS_WITH(
        world.run(R"("query":"SELECT id, id FROM shop.item")"),
        Catch::Contains("two columns are called 'id'")
    );
    CHECK_THROWS_WITH(
        world.run(R"("query":"SELECT FROM WHERE")"), Catch::Contains("mend the query")
    );
}

TEST_CASE(
    "a PostgreSQL database is read by its ODBC driver too",
    "[ingest][database][pipeline][odbc]"
) {
    if (!std::filesystem::exists("/usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so")) {
        WARN("no ODBC driver of PostgreSQL is here: install odbc-postgresql");
        return;
    }
    World world;
    std::string url;
    std::map<std::string, std::string> parts;
    for (std::size_t at = 0; at < world.database.url().size();) {
        auto end = std::min(world.database.url().find(' ', at), world.database.url().size());
        auto pair = world.database.url().substr(at, end - at);
        auto value = pair.substr(pair.find('=') + 1);
        std::erase(value, '\'');
        parts[pair.substr(0, pair.find('='))] = value;
        at = end + 1;
    }
    url = fmt::format(
        "odbc:Driver=PostgreSQL Unicode;Servername={};Port=5432;Database={};Username={}",
        parts["host"],
        parts["dbname"],
        parts["user"]
    );
    world.execute(
        "CREATE TABLE plain AS SELECT id * 2 + (part = 'a')::int AS id, n, f, ok, at, pic FROM "
        "shop.item; ALTER TABLE plain ADD PRIMARY KEY (id)"
    );
    auto spec = ingest::database::Spec::settings.read(base::Document::json(
        R"({"url":"env:X","table":"plain","page":70,"incremental":{"cursor":"at","start":"2020-01-02 00:00:00+00"}})"
    ));
    auto all = ingest::database::open_database(spec, [&](const std::string&) { return url; });
    ingest::Page page;
    std::size_t rows = 0, blobs = 0;
    for (bool more = true; more;) {
        page.clear();
        more = all->next(page, 50, 1 << 20);
        rows += page.records.size();
        for (const auto& record : page.records)
            for (const auto& cell : page.cells_of(record))
                blobs += cell.bytes == std::string("\0\xff", 2);
        if (!more) continue;
        auto rest = ingest::database::open_database(
            spec, [&](const std::string&) { return url; }, page.cursor
        );
        ingest::Page left;
        rest->next(left, 10000, 1 << 24);
        CHECK(left.records.size() + rows == 761);
    }
    CHECK(rows == 761);
    CHECK(blobs == 108);
}

TEST_CASE("infinity and days to come end no incremental reading", "[ingest][database][pipeline]") {
    World world;
    world.execute("CREATE TABLE shop.event (id int PRIMARY KEY, at timestamptz NOT NULL)");
    world.execute(
        "INSERT INTO shop.event VALUES (1, '2020-01-01'), (2, '2020-01-02'), (3, 'infinity'), "
        "(4, '-infinity'), (5, '9999-12-31')"
    );
    const std::string more = R"("table":"shop.event","incremental":{"cursor":"at"})";
    CHECK(world.run(more).counts.added == 5);
    world.execute("INSERT INTO shop.event VALUES (6, '2020-01-03'), (7, '2020-01-02')");
    auto second = world.run(more);
    CHECK(second.counts.added == 2);
    CHECK(second.counts.unchanged == 3);  // the newest, and those that nothing comes behind
    CHECK(world.run(more).counts.added == 0);
}
