// What one client may take from the others.
#include <catch2/catch.hpp>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>

#include "tests/api/support/client.hpp"
#include "tests/api/support/fixture.hpp"
#include "tests/support/test_database.hpp"

using namespace std::chrono_literals;
using Catch::Contains;

namespace asio = boost::asio;

namespace {

// Sockets that stay open and say only what they are told to.
struct Sockets {
    asio::io_context context;
    std::vector<asio::ip::tcp::socket> open;
    asio::ip::tcp::endpoint endpoint;

    explicit Sockets(std::uint16_t port) : endpoint(asio::ip::address_v4::loopback(), port) {}

    asio::ip::tcp::socket& add(const std::string& bytes = {}) {
        auto& socket = open.emplace_back(context);
        socket.connect(endpoint);
        boost::system::error_code gone;
        if (!bytes.empty()) asio::write(socket, asio::buffer(bytes), gone);
        return socket;
    }
};

std::string authorized(const std::string& token) {
    return "\r\nHost: a\r\nAuthorization: Bearer " + token + "\r\n";
}

}  // namespace

TEST_CASE("idle connections give way to those that ask", "[api][bounds]") {
    test::TestDatabase database;
    api::Options options;
    SECTION("of one address") {
        options.max_per_address = 20;
    }
    SECTION("of all") {
        options.max_connections = 20;
    }
    test::Running server(*database, options);
    Sockets sockets(server.port());
    for (int i = 0; i < 60; ++i) sockets.add(i % 2 ? "GET /healthz HT" : "");
    test::Client client(server.port());
    for (int i = 0; i < 5; ++i) CHECK(client.get("/healthz").status == 200);
    auto text = client.get("/metrics").body;
    auto at = text.find("\ntilth_connections ");
    REQUIRE(at != text.npos);
    CHECK(std::stoi(text.substr(at + 19)) <= 21);
}

TEST_CASE("a header that does not come to its end is not waited for", "[api][bounds]") {
    test::TestDatabase database;
    api::Options options;
    options.header = 300ms;
    test::Running server(*database, options);
    std::string get = "GET /healthz HTTP/1.1\r\nHost: a\r\n";
    auto start = std::chrono::steady_clock::now();
    CHECK(test::Client::raw(server.port(), get).empty());
    auto second = test::Client::raw(server.port(), get + "\r\n" + get);
    CHECK(second.starts_with("HTTP/1.1 200"));
    CHECK(std::chrono::steady_clock::now() - start < 10s);
}

TEST_CASE("a large body is read for those who may send it", "[api][bounds]") {
    test::TestDatabase database;
    test::Running server(*database);
    auto status = [&](const std::string& head, const std::string& body) {
        return test::Client::raw(server.port(), head + "\r\n" + body).substr(9, 3);
    };
    std::string large = "Content-Type: application/json\r\nContent-Length: 5000000\r\n";
    std::string post = "POST /api/v1/users HTTP/1.1";
    // The answer comes before the body does.
    CHECK(status(post + "\r\nHost: a\r\n" + large, "{") == "401");
    CHECK(status(post + authorized("tilth_no") + large, "{") == "401");
    auto labeler = api::bearer_token(*database, "lena", "labeler");
    CHECK(status(post + authorized(labeler) + large, "{") == "403");
    CHECK(status("POST /api/v1/nothing HTTP/1.1\r\nHost: a\r\n" + large, "{") == "404");
    CHECK(status("POST /api/v1/session HTTP/1.1\r\nHost: a\r\n" + large, "{") == "413");
    std::string chunked = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n";
    CHECK(status(post + "\r\nHost: a\r\n" + chunked, "") == "401");
    auto admin = api::bearer_token(*database, "ann", "admin");
    std::string user = R"({"name": "x", "role": "labeler")" + std::string(100'000, ' ') + "}";
    auto length =
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(user.size()) +
        "\r\nConnection: close\r\n";
    CHECK(status(post + authorized(admin) + length, user) == "201");
}

TEST_CASE("what all bodies hold at once is bounded", "[api][bounds]") {
    test::TestDatabase database;
    api::Options options;
    std::string refused;
    SECTION("for one address") {
        options.max_bodies_per_address = 1'000'000;
        refused = "HTTP/1.1 429";
    }
    SECTION("for all") {
        options.max_bodies = 1'000'000;
        refused = "HTTP/1.1 503";
    }
    options.setting.hooks.push = [](base::Tx&, const std::string&, const api::Request& request) {
        return api::json({{"bytes", request.body.size()}});
    };
    test::Running server(*database, options);
    test::Client client(server.port());
    auto until_held = [&](const std::string& bytes) {
        auto end = std::chrono::steady_clock::now() + 20s;
        auto line = "\ntilth_body_bytes " + bytes + "\n";
        while (client.get("/metrics").body.find(line) == std::string::npos)
            REQUIRE(std::chrono::steady_clock::now() < end);
    };
    std::string post =
        "POST /api/v1/push/s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        "Content-Type: application/json\r\n";
    auto body = "[\"" + std::string(399'996, 'x') + "\"]";
    auto whole = post + "Content-Length: 400000\r\n\r\n" + body;
    {
        // Bodies of which the end never comes, with a length and without.
        Sockets sockets(server.port());
        sockets.add(post + "Content-Length: 5000000\r\n\r\n" + body);
        sockets.add(post + "Transfer-Encoding: chunked\r\n\r\n61a80\r\n" + body + "\r\n");
        until_held("800000");
        auto answer = test::Client::raw(server.port(), whole);
        CHECK(answer.starts_with(refused));
        CHECK_THAT(answer, Contains("\r\nRetry-After: "));
        until_held("800000");
        auto small = post + "Content-Length: 2\r\n\r\n[]";
        CHECK(test::Client::raw(server.port(), small).starts_with("HTTP/1.1 200"));
    }
    until_held("0");
    auto answer = test::Client::raw(server.port(), whole);
    CHECK(answer.starts_with("HTTP/1.1 200"));
    CHECK(answer.ends_with("{\"bytes\":400000}"));
    until_held("0");
}

TEST_CASE("a client that sends too much comes to read why it was refused", "[api][bounds]") {
    test::TestDatabase database;
    test::Running server(*database);
    test::Client client(server.port());
    client.bearer = api::bearer_token(*database, "ann", "admin");
    boost::json::object body{{"name", std::string(9'000'000, 'x')}};
    CHECK(client.send("POST", "/api/v1/users", body, {"Expect:"}).status == 413);
}

TEST_CASE(
    "one user has a share of the event streams, and loses them with his leave",
    "[api][bounds]"
) {
    test::TestDatabase database;
    api::Options options;
    options.max_streams_per_user = 2;
    test::Running server(*database, options);
    auto lena = api::bearer_token(*database, "lena", "labeler");
    auto ann = api::bearer_token(*database, "ann", "admin");
    Sockets sockets(server.port());
    auto watch = [&](const std::string& token) -> asio::ip::tcp::socket& {
        return sockets.add("GET /api/v1/events HTTP/1.1" + authorized(token) + "\r\n");
    };
    auto first_line = [](asio::ip::tcp::socket& socket) {
        std::string line(12, ' ');
        asio::read(socket, asio::buffer(line));
        return line;
    };
    sockets.open.reserve(32);
    auto& one = watch(lena);
    CHECK(first_line(one) == "HTTP/1.1 200");
    CHECK(first_line(watch(lena)) == "HTTP/1.1 200");
    CHECK(first_line(watch(lena)) == "HTTP/1.1 429");
    CHECK(first_line(watch(ann)) == "HTTP/1.1 200");
    // One that was closed is none, though nothing was sent since.
    auto& left = watch(ann);
    CHECK(first_line(left) == "HTTP/1.1 200");
    CHECK(first_line(watch(ann)) == "HTTP/1.1 429");
    left.close();
    auto& again = watch(ann);
    CHECK(first_line(again) == "HTTP/1.1 200");
    again.close();

    // A tab that is loaded again and again has one stream, and the older ones end.
    auto reload = [&]() -> asio::ip::tcp::socket& {
        return sockets.add("GET /api/v1/events?tab=t1 HTTP/1.1" + authorized(ann) + "\r\n");
    };
    auto& before = reload();
    CHECK(first_line(before) == "HTTP/1.1 200");
    for (int i = 0; i < 5; ++i) CHECK(first_line(reload()) == "HTTP/1.1 200");
    boost::system::error_code ended;
    std::string old;
    asio::read(before, asio::dynamic_buffer(old), ended);
    CHECK(ended == asio::error::eof);

    test::Client client(server.port());
    client.bearer = ann;
    CHECK(client.send("PATCH", "/api/v1/users/lena", {{"disabled", true}}).status == 200);
    boost::system::error_code error;
    std::string rest;
    asio::read(one, asio::dynamic_buffer(rest), error);  // to its end
    CHECK(error == asio::error::eof);
    CHECK(rest.find("\"id\"") == rest.npos);  // a labeler is told of no source
}

TEST_CASE("what breaks the rules of HTTP is refused", "[api][bounds]") {
    test::TestDatabase database;
    test::Running server(*database);
    auto status = [&](const std::string& bytes) {
        return test::Client::raw(server.port(), bytes).substr(9, 3);
    };
    std::string get = "GET /healthz HTTP/1.1\r\n", close = "Connection: close\r\n\r\n";
    CHECK(status(get + close) == "400");
    CHECK(status(get + "Host: a\r\nHost: b\r\n" + close) == "400");
    CHECK(status(get + "Host: a b\r\n" + close) == "400");
    CHECK(status(get + "Host:\r\n" + close) == "200");
    CHECK(status("GET /healthz HTTP/1.0\r\n\r\n") == "200");
    std::string post = "POST /api/v1/session HTTP/1.";
    CHECK(status(post + "0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == "400");
    CHECK(
        status(post + "1\r\nHost: a\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n") ==
        "501"
    );
    CHECK(
        status(post + "1\r\nHost: a\r\nExpect: nonsense\r\nContent-Length: 2\r\n\r\n{}") == "417"
    );
    std::string typed = "1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\nContent-Type: ";
    for (const char* type : {"APPLICATION/JSON", "application/json ; charset=utf-8"})
        CHECK(status(post + typed + type + "\r\n\r\n{}") == "422");
}

TEST_CASE("bytes that are no text are the caller's fault", "[api][bounds]") {
    test::TestDatabase database;
    test::make_world(*database, 4);
    test::Running server(*database);
    test::Client client(server.port());
    client.bearer = api::bearer_token(*database, "ann", "admin");
    for (const char* path :
         {"/api/v1/sources/%ff",
          "/api/v1/projects/%c0%80",
          "/api/v1/snapshots/%ed%a0%80",
          "/api/v1/sources/pages/records?after=%ff",
          "/api/v1/sources?after=%ff",
          "/api/v1/users?after=%80",
          "/api/v1/projects?after=%fe",
          "/api/v1/sources/pages/search?q=%ff",
          "/api/v1/sources/pages/search?q=a&after=%ff",
          "/api/v1/sources/pages/lineage?key=%ff",
          "/api/v1/records/1.0000000000000001?key=%f8",
          "/api/v1/models?after=99999999999:x",
          "/api/v1/models?after=x:99999999999999999999",
          "/api/v1/tokens?after=99999999999999999999",
          "/api/v1/audit?after=x",
          "/api/v1/runs?after=-9223372036854775809"}) {
        INFO(path);
        auto reply = client.get(path);
        CHECK(reply.status >= 400);
        CHECK(reply.status < 500);
        CHECK_NOTHROW(reply.json());
    }
    auto reply = client.send(
        "POST",
        "/api/v1/users",
        {{"name", "x"}},
        {"Idempotency-Key: a\xff"
         "b"}
    );
    CHECK(reply.status == 400);
    for (const char* overlap : {"4294967297", "-1", "99999999999999999999", "\"many\""}) {
        boost::json::object edit;
        edit["overlap"] = boost::json::parse(overlap);
        auto path = "/api/v1/projects/topics";
        CHECK(client.send("PATCH", path, edit, {"If-Match: \"1\""}).status == 422);
    }
}
