#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "tests/api/support/client.hpp"
#include "tests/api/support/fixture.hpp"
#include "tests/support/test_database.hpp"

namespace {

std::string cookie_of(const test::Reply& reply) {
    auto text = reply.headers.at("set-cookie");
    auto begin = text.find('=') + 1;
    return text.substr(begin, text.find(';') - begin);
}

// A client that is signed in by a fresh link.
test::Client browser(base::Database& database, std::uint16_t port) {
    test::Client client(port);
    auto reply = client.send("POST", "/api/v1/session", {{"token", api::first_sign_in(database)}});
    REQUIRE(reply.status == 201);
    client.cookie = cookie_of(reply);
    client.csrf = reply.text("csrf_token");
    return client;
}

test::Client
with_token(base::Database& database, std::uint16_t port, const std::string& name, api::Role role) {
    test::Client client(port);
    client.bearer = api::bearer_token(database, name, std::string(api::name_of(role)));
    return client;
}

}  // namespace

TEST_CASE("a sign-in link opens one session and no second", "[api][session]") {
    test::TestDatabase database;
    test::Running server(*database);
    test::Client client(server.port());
    auto link = api::first_sign_in(*database);

    CHECK(client.get("/api/v1/session").status == 401);
    auto first = client.send("POST", "/api/v1/session", {{"token", link}});
    REQUIRE(first.status == 201);
    CHECK_THAT(
        first.headers["set-cookie"], Catch::Contains("HttpOnly") && Catch::Contains("SameSite=Lax")
    );
    client.cookie = cookie_of(first);
    CHECK(client.get("/api/v1/session").json().at("account").at("role") == "admin");

    auto second = client.send("POST", "/api/v1/session", {{"token", link}});
    CHECK(second.status == 401);
    CHECK(second.headers["content-type"] == "application/problem+json");
    CHECK(
        database.number("SELECT count(*) FROM audit_event WHERE action = 'session.refused'") == 1
    );
    CHECK(
        database.number(
            "SELECT count(*) FROM access_token WHERE encode(hash, 'escape') LIKE 'tilth%'"
        ) == 0
    );
}

TEST_CASE("writes by cookie without the session's token change nothing", "[api][session]") {
    test::TestDatabase database;
    test::Running server(*database);
    auto client = browser(*database, server.port());
    auto token = client.csrf;
    boost::json::value body{{"name", "lena"}, {"role", "labeler"}};

    client.csrf = "";
    CHECK(client.send("POST", "/api/v1/users", body).status == 403);
    client.csrf = std::string(64, 'a');
    CHECK(client.send("POST", "/api/v1/users", body).status == 403);
    CHECK(database.number("SELECT count(*) FROM app_user WHERE name = 'lena'") == 0);
    client.csrf = token;
    CHECK(client.send("POST", "/api/v1/users", body, {"Sec-Fetch-Site: cross-site"}).status == 403);
    CHECK(client.send("POST", "/api/v1/users", body).status == 201);
    CHECK(client.send("POST", "/api/v1/users", body).status == 409);
}

TEST_CASE("a session that was left, and one of a disabled user, is over", "[api][session]") {
    test::TestDatabase database;
    test::Running server(*database);
    auto admin = browser(*database, server.port());
    auto other = browser(*database, server.port());
    CHECK(other.send("DELETE", "/api/v1/session", nullptr).status == 204);
    CHECK(other.get("/api/v1/session").status == 401);

    auto lena = with_token(*database, server.port(), "lena", api::Role::label);
    CHECK(lena.get("/api/v1/session").status == 200);
    CHECK(admin.send("PATCH", "/api/v1/users/lena", {{"disabled", true}}).status == 200);
    CHECK(lena.get("/api/v1/session").status == 401);
    CHECK(admin.send("PATCH", "/api/v1/users/lena", {{"disabled", false}}).status == 200);
    CHECK(lena.get("/api/v1/session").status == 200);
    CHECK(admin.send("PATCH", "/api/v1/users/admin", {{"disabled", true}}).status == 409);
    CHECK(admin.get("/api/v1/session").status == 200);
}

TEST_CASE(
    "a link for a user who is there keeps his role, and an unknown role is an error",
    "[api][session]"
) {
    test::TestDatabase database;
    api::sign_in_link(*database, "lena", "labeler");
    api::sign_in_link(*database, "lena", "admin");
    CHECK(
        database.number("SELECT count(*) FROM app_user WHERE name = 'lena' AND role = 'labeler'") ==
        1
    );
    CHECK_THROWS_AS(api::sign_in_link(*database, "otto", "root"), base::UsageError);
}

TEST_CASE("a revoked or expired token lets nobody in", "[api][session]") {
    test::TestDatabase database;
    test::Running server(*database);
    auto client = with_token(*database, server.port(), "otto", api::Role::operate);
    auto made = client.send("POST", "/api/v1/tokens", {{"label", "laptop"}});
    REQUIRE(made.status == 201);
    test::Client second(server.port());
    second.bearer = made.text("token");
    CHECK(second.get("/api/v1/session").status == 200);

    auto id = std::to_string(made.json().at("id").as_int64());
    CHECK(client.send("DELETE", "/api/v1/tokens/" + id, nullptr).status == 204);
    CHECK(second.get("/api/v1/session").status == 401);
    CHECK(client.send("DELETE", "/api/v1/tokens/" + id, nullptr).status == 404);
    (*database).call([](base::Tx& tx) {
        tx.exec("UPDATE access_token SET expires_at = now() - interval '1 second'");
    });
    CHECK(client.get("/api/v1/session").status == 401);
}

TEST_CASE(
    "nobody but an administrator makes tokens for others or revokes theirs",
    "[api][session]"
) {
    test::TestDatabase database;
    test::Running server(*database);
    auto lena = with_token(*database, server.port(), "lena", api::Role::label);
    auto otto = with_token(*database, server.port(), "otto", api::Role::operate);
    CHECK(otto.send("POST", "/api/v1/tokens", {{"user", "lena"}}).status == 403);
    auto id = std::to_string(database.number(
        "SELECT t.id FROM access_token t JOIN app_user u ON u.id = t.user_id WHERE u.name = 'lena'"
    ));
    CHECK(otto.send("DELETE", "/api/v1/tokens/" + id, nullptr).status == 404);
    auto admin = with_token(*database, server.port(), "admin", api::Role::admin);
    CHECK(admin.send("POST", "/api/v1/tokens", {{"user", "lena"}, {"kind", "link"}}).status == 201);
    CHECK(admin.send("DELETE", "/api/v1/tokens/" + id, nullptr).status == 204);
    CHECK(lena.get("/api/v1/session").status == 401);
}

TEST_CASE("a link leads to where the service is said to be", "[api][session]") {
    test::TestDatabase database;
    api::Options options;
    options.config.server.public_url = "https://label.test";
    test::Running server(*database, options);
    auto admin = with_token(*database, server.port(), "admin", api::Role::admin);
    auto made = admin.send("POST", "/api/v1/tokens", {{"kind", "link"}});
    CHECK(made.text("url") == "https://label.test/sign-in#" + made.text("token"));
    CHECK(admin.send("POST", "/api/v1/tokens", boost::json::object{}).json().at("url").is_null());
}
