// A service whose PostgreSQL goes away and comes back.
#include <catch2/catch.hpp>

#include <chrono>
#include <optional>
#include <thread>

#include "base/database/postgres.hpp"
#include "schema/migrate.hpp"
#include "tests/api/support/client.hpp"
#include "tests/api/support/fixture.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST_CASE("a service without its database says so, and serves when it is back", "[api][server]") {
    test::Folder home;
    std::optional<base::EmbeddedPostgres> cluster(std::in_place, home.path, false);
    base::Database database(cluster->url(), 4);
    schema::migrate(database);
    auto token = api::bearer_token(database, "ann", "admin");
    test::Running server(database);
    test::Client client(server.port());
    client.bearer = token;
    auto until = [&](const char* path, int status) {
        auto end = Clock::now() + 30s;
        while (client.get(path).status != status) {
            REQUIRE(Clock::now() < end);
            std::this_thread::yield();
        }
    };
    auto check_away = [](const test::Reply& reply) {
        CHECK(reply.status == 503);
        CHECK(reply.headers.at("retry-after") == "5");
        CHECK(reply.text("detail").find("the database does not answer") == 0);
    };
    until("/readyz", 200);
    CHECK(client.get("/api/v1/sources").status == 200);

    cluster.reset();
    check_away(client.get("/api/v1/sources"));
    check_away(client.send("POST", "/api/v1/users", {{"name", "x"}, {"role", "labeler"}}));
    CHECK(client.get("/healthz").status == 200);
    until("/readyz", 503);
    auto start = Clock::now();
    check_away(client.get("/api/v1/sources"));
    CHECK(Clock::now() - start < 2s);  // known by now: nobody waits for it

    cluster.emplace(home.path, false);
    until("/api/v1/sources", 200);
    until("/readyz", 200);
    CHECK(client.send("POST", "/api/v1/users", {{"name", "x"}, {"role", "labeler"}}).status == 201);
}

TEST_CASE("a verb whose own transaction is lost is to be asked again", "[api][server]") {
    test::TestDatabase database;
    test::make_world(*database, 12);
    test::Running server(*database);
    test::Client client(server.port());
    client.bearer = api::bearer_token(*database, "otto", "operator");
    REQUIRE(
        client.send("POST", "/api/v1/projects/topics/truth", boost::json::object{}).status == 200
    );
    database->call([](base::Tx& tx) {
        tx.exec(
            "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$"
        );
        tx.exec(
            "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON snapshot DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION cut()"
        );
    });
    boost::json::object wanted{{"name", "t"}, {"project", "topics"}};
    auto lost = client.send("POST", "/api/v1/snapshots", wanted);
    CHECK(lost.status == 503);
    CHECK(lost.headers.at("retry-after") == "5");
    database->call([](base::Tx& tx) { tx.exec("DROP TRIGGER cut ON snapshot"); });
    CHECK(client.send("POST", "/api/v1/snapshots", wanted).status == 201);
}
