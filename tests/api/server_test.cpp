#include "api/server/server.hpp"

#include <algorithm>
#include <atomic>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "tests/api/support/client.hpp"
#include "tests/api/support/fixture.hpp"
#include "tests/support/test_database.hpp"

using namespace std::chrono_literals;
using Catch::Contains;

TEST_CASE("what is not HTTP, or too large, is refused with the right status", "[api][server]") {
    test::TestDatabase database;
    api::Options options;
    options.max_body = 1000;
    options.idle = 500ms;
    test::Running server(*database, options);
    auto raw = [&](const std::string& bytes) {
        return test::Client::raw(server.port(), bytes).substr(0, 12);
    };

    CHECK(raw("this is not HTTP\r\n\r\n") == "HTTP/1.1 400");
    CHECK(
        raw("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n") ==
        "HTTP/1.1 431"
    );
    CHECK(
        raw("POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n") ==
        "HTTP/1.1 413"
    );
    CHECK(
        raw("POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Type: "
            "text/plain\r\nContent-Length: 1\r\n\r\nx") == "HTTP/1.1 415"
    );
    CHECK(
        raw("POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Type: "
            "application/json\r\nContent-Length: 1\r\n\r\nx") == "HTTP/1.1 400"
    );
    CHECK(raw("DELETE / HTTP/1.1\r\nHost: a\r\n\r\n") == "HTTP/1.1 405");
    CHECK(raw("BREW /api/v1/session HTTP/1.1\r\nHost: a\r\n\r\n") == "HTTP/1.1 405");
}

TEST_CASE("a client that says nothing, or stops in the middle, is let go", "[api][server]") {
    test::TestDatabase database;
    api::Options options;
    options.idle = 200ms;
    options.read = 200ms;
    test::Running server(*database, options);
    auto start = std::chrono::steady_clock::now();
    CHECK(test::Client::raw(server.port(), "").empty());
    CHECK(test::Client::raw(server.port(), "GET / HT").empty());
    CHECK(test::Client::raw(
              server.port(),
              "POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{"
    )
              .empty());
    CHECK(std::chrono::steady_clock::now() - start < 5s);
}

TEST_CASE("a connection serves several requests, and HEAD has no body", "[api][server]") {
    test::TestDatabase database;
    api::Options options;
    options.idle = 300ms;
    test::Running server(*database, options);
    std::string get = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    auto text = test::Client::raw(server.port(), get + get + get);
    std::size_t answers = 0;
    for (auto at = text.find("HTTP/1.1 200"); at != text.npos;
         at = text.find("HTTP/1.1 200", at + 1))
        ++answers;
    CHECK(answers == 3);

    auto head = test::Client::raw(
        server.port(), "HEAD /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    );
    CHECK_THAT(head, Contains("Content-Length: 3"));
    CHECK(head.ends_with("\r\n\r\n"));
}

TEST_CASE("health, readiness and figures are told", "[api][server]") {
    test::TestDatabase database;
    test::make_world(*database, 4);
    test::Running server(*database);
    test::Client client(server.port());
    CHECK(client.get("/healthz").body == "ok\n");
    auto end = std::chrono::steady_clock::now() + 10s;
    while (client.get("/readyz").status != 200 && std::chrono::steady_clock::now() < end)
        std::this_thread::yield();
    CHECK(client.get("/readyz").status == 200);
    client.get("/api/v1/projects/none");
    auto text = client.get("/metrics").body;
    CHECK_THAT(
        text,
        Contains("tilth_http_requests_total{method=\"GET\",route=\"/healthz\",status=\"200\"} 1\n")
    );
    CHECK_THAT(text, Contains("route=\"/api/v1/projects/{project}\",status=\"401\"} 1\n"));
    CHECK_THAT(text, Contains("tilth_records_added 12\n"));
    CHECK_THAT(text, Contains("tilth_db_connections 4\n"));
}

TEST_CASE("progress is streamed to those who watch", "[api][server]") {
    test::TestDatabase database;
    test::make_world(*database, 4);
    test::Running server(*database);
    auto token = api::bearer_token(*database, "ann", "analyst");
    auto text = test::Client::raw(
        server.port(),
        "GET /api/v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + token + "\r\n\r\n",
        900
    );
    CHECK_THAT(text, Contains("Content-Type: text/event-stream"));
    CHECK_THAT(text, Contains("event: progress\ndata: {\"source_runs\":[{\"id\":"));
    CHECK_THAT(
        test::Client::raw(
            server.port(), "GET /api/v1/events HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        ),
        Contains(" 401 ")
    );
}

TEST_CASE("what nobody waits for any more is stopped, and keeps nothing", "[api][server]") {
    test::TestDatabase database{4};
    test::make_world(*database, 4);
    test::Running server(*database);
    test::Client client(server.port());
    auto token = api::bearer_token(*database, "ann", "analyst");
    std::string rules = R"({"rules":"[[check]]\nkind = \"records\"\nminimum = 1\n"})";
    auto figure = [&](const std::string& name) {
        auto text = client.get("/metrics").body;
        auto at = text.find("\n" + name + " ");
        return at == text.npos ? "" : text.substr(at + name.size() + 2, 1);
    };
    auto becomes = [&](const std::string& name, const std::string& wanted) {
        auto end = std::chrono::steady_clock::now() + 20s;
        while (figure(name) != wanted && std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(20ms);
        return figure(name) == wanted;
    };
    const std::string asked =
        "POST /api/v1/sources/pages/quality/check HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " +
        token +
        "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(rules.size()) +
        "\r\n\r\n" + rules;
    const auto kept = [&] {
        return database->call([](base::Tx& tx) {
            return tx.exec("SELECT FROM check_result").size();
        });
    };
    std::string answer;
    const bool one_waits = GENERATE(false, true);  // who only has no more to say
    {
        std::jthread waits;
        database->call([&](base::Tx& tx) {
            tx.exec("LOCK TABLE check_result IN EXCLUSIVE MODE");  // until it was noticed
            if (one_waits) {
                waits = std::jthread([&] {
                    answer = test::Client::raw(server.port(), asked, SIZE_MAX, true);
                });
                CHECK(becomes("tilth_requests_waiting", "1"));
            }
            test::Client::raw(server.port(), asked, 0);
            CHECK(becomes("tilth_requests_left", "1"));
        });
    }
    CHECK(becomes("tilth_requests_waiting", "0"));
    CHECK(figure("tilth_requests_left") == "1");
    CHECK(kept() == (one_waits ? 1 : 0));
    if (one_waits)
        CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 100") && Contains("HTTP/1.1 200 OK"));
}

TEST_CASE("a server that is asked to stop finishes what is under way", "[api][server]") {
    test::TestDatabase database;
    std::atomic<bool> entered = false;
    api::Options options;
    options.setting.hooks.push = [&](base::Tx& tx, const std::string&, const api::Request&) {
        entered = true;
        tx.exec("SELECT pg_sleep(0.5)");
        return api::json({{"done", true}});
    };
    test::Running server(*database, options);
    auto port = server.port();
    test::Reply reply;
    std::thread slow([&] {
        reply = test::Client(port).send("POST", "/api/v1/push/s", {{"a", 1}});
    });
    while (!entered) std::this_thread::yield();
    auto start = std::chrono::steady_clock::now();
    server.stop();
    slow.join();
    CHECK(reply.status == 200);
    CHECK(std::chrono::steady_clock::now() - start < 3s);
    CHECK_THROWS(test::Client(port).get("/healthz"));
}

TEST_CASE("an address that is taken is said in one line", "[api][server]") {
    test::TestDatabase database;
    test::Running first(*database);
    api::Options options;
    options.port = first.port();
    CHECK_THROWS_AS(api::Server(*database, options), base::Error);
    CHECK_THROWS_WITH(api::Server(*database, options), Contains("choose another"));
}
