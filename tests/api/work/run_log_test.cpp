// The log of a run of a source over HTTP: put together from its requests, rejects and its own row.
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/api/support/client.hpp"
#include "tests/api/support/fixture.hpp"
#include "tests/support/test_database.hpp"

namespace {

// The first run of a world's source `pages` with four requests and three rejects in it.
struct LoggedWorld {
    test::TestDatabase database;
    std::unique_ptr<test::Running> server;
    test::Client client{0};
    const std::string path = "/api/v1/sources/pages/runs/";
    std::int64_t run = 0;

    LoggedWorld() {
        test::make_world(*database, 4);
        run = database.number(
            "SELECT min(r.id) FROM source_run r JOIN source s ON s.id = r.source_id WHERE s.name = "
            "'pages'"
        );
        database->call([&](base::Tx& tx) {
            tx.exec("DELETE FROM reject WHERE run_id = $1", run);  // what the world itself left
            tx.exec(
                "UPDATE source_run SET started_at = '2026-01-01T00:00:00Z', ended_at = "
                "'2026-01-01T00:01:00Z' WHERE id = $1",
                run
            );
            tx.exec(
                "INSERT INTO fetch_log (at, source_id, run_id, host, url, status, outcome, reason, "
                "bytes, millis, address) SELECT '2026-01-01T00:00:00Z'::timestamptz + i * interval "
                "'1 s', 1, $1, 'a', 'http://a/' || i, CASE i WHEN 2 THEN 0 ELSE 200 END, CASE i "
                "WHEN 2 THEN 'retry' WHEN 3 THEN 'skipped' ELSE 'stored' END, CASE i WHEN 3 THEN "
                "'noindex' END, 1200, 35, '' FROM generate_series(1, 4) i",
                run
            );
            tx.exec(
                "INSERT INTO reject (rk, source_id, place_sha256, run_id, at, raw, line, code, "
                "reason) SELECT i, source_id, sha256(i::text::bytea), id, "
                "'2026-01-01T00:00:02.5Z', 'x', i, 'bad-utf8', 'no UTF-8' FROM source_run, "
                "generate_series(1, 3) i WHERE id = $1",
                run
            );
        });
        server = std::make_unique<test::Running>(*database);
        client = test::Client(server->port());
        client.bearer = api::bearer_token(*database, "ann", "analyst");
    }
    boost::json::value log(const std::string& query) {
        auto reply = client.get(path + std::to_string(run) + "/log" + query);
        INFO(reply.body);
        REQUIRE(reply.status == 200);
        return reply.json();
    }
    static std::vector<std::string> whats(const boost::json::value& log) {
        std::vector<std::string> found;
        for (const auto& line : log.at("items").as_array()) {
            auto url = std::string(line.at("url").as_string());
            found.emplace_back(
                std::string(line.at("what").as_string()) + (url.empty() ? "" : " " + url)
            );
        }
        return found;
    }
};

using Whats = std::vector<std::string>;

}  // namespace

TEST_CASE("the log of a run tells what came of its requests, the newest first", "[api][log]") {
    LoggedWorld at;
    auto log = at.log("");
    CHECK(log.at("run").at("id") == at.run);
    CHECK(
        at.whats(log) ==
        Whats{
            "ended",
            "fetched http://a/4",
            "fetched http://a/3",
            "rejected",
            "fetched http://a/2",
            "fetched http://a/1",
            "began"}
    );
    CHECK(log.at("next").is_null());
    const auto& lines = log.at("items").as_array();
    CHECK(lines[2].at("text") == "skipped: noindex, status 200, 1,200 bytes in 35 ms");
    CHECK(lines[3].at("text") == "3 as bad-utf8, for example: no UTF-8");
    CHECK(lines[4].at("problem") == true);
    CHECK(lines[5].at("problem") == false);
    CHECK(
        at.whats(at.log("?problems=true")) ==
        Whats{"ended", "fetched http://a/3", "rejected", "fetched http://a/2", "began"}
    );
}

TEST_CASE("the log of a run goes on page by page, each line once", "[api][log]") {
    LoggedWorld at;
    auto first = at.log("?limit=2");
    CHECK(at.whats(first) == Whats{"ended", "fetched http://a/4", "fetched http://a/3"});
    std::string after(first.at("next").as_string());
    CHECK(after == "2026-01-01T00:00:03.000000Z http://a/3");
    auto second = at.log("?limit=2&after=2026-01-01T00:00:03.000000Z+http://a/3");
    CHECK(at.whats(second) == Whats{"rejected", "fetched http://a/2", "fetched http://a/1"});
    auto last = at.log("?limit=2&after=2026-01-01T00:00:01.000000Z+http://a/1");
    CHECK(at.whats(last) == Whats{"began"});
    CHECK(last.at("next").is_null());
    auto none = at.client.get(at.path + std::to_string(at.run) + "/log?after=x");
    CHECK(none.status == 400);
}

TEST_CASE("a run of another source has no log here", "[api][log]") {
    LoggedWorld at;
    CHECK(at.client.get(at.path + "999/log").status == 404);
    auto shirts = "/api/v1/sources/shirts/runs/" + std::to_string(at.run) + "/log";
    CHECK(at.client.get(shirts).status == 404);
    CHECK(at.client.get("/api/v1/sources/none/runs/1/log").status == 404);
}
