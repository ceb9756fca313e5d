// What tokens and sessions are good for, and for how long.
#include <catch2/catch.hpp>

#include "base/bytes/percent.hpp"
#include "tests/api/support/client.hpp"
#include "tests/api/support/fixture.hpp"
#include "tests/support/test_database.hpp"

namespace {

using boost::json::object;

struct Stage {
    test::TestDatabase database;
    test::Running server{*database};

    test::Client bearer(const std::string& name, const std::string& role, int days = 90) {
        test::Client client(server.port());
        client.bearer = api::bearer_token(*database, name, role, days);
        return client;
    }
    // A browser that signed in by a token.
    test::Client browser(const std::string& token, std::vector<std::string> headers = {}) {
        test::Client client(server.port());
        auto reply = client.send("POST", "/api/v1/session", {{"token", token}}, headers);
        REQUIRE(reply.status == 201);
        auto text = reply.headers.at("set-cookie");
        auto begin = text.find('=') + 1;
        client.cookie = text.substr(begin, text.find(';') - begin);
        client.csrf = reply.text("csrf_token");
        return client;
    }
    std::string id_of(const test::Client& client) {
        return std::to_string(
            client.get("/api/v1/tokens").json().at("items").at(0).at("id").as_int64()
        );
    }
};

}  // namespace

TEST_CASE("a token that is revoked takes its sessions and its children along", "[api][access]") {
    Stage at;
    auto admin = at.bearer("root", "admin");
    auto leaked = at.bearer("ann", "admin", 1);
    auto session = at.browser(leaked.bearer);
    CHECK(session.get("/api/v1/users").status == 200);
    auto child = leaked.send("POST", "/api/v1/tokens", {{"label", "child"}});
    auto grandchild = session.send("POST", "/api/v1/tokens", {{"label", "of the session"}});
    REQUIRE(child.status == 201);
    REQUIRE(grandchild.status == 201);
    test::Client of_child(at.server.port()), of_session(at.server.port());
    of_child.bearer = child.text("token");
    of_session.bearer = grandchild.text("token");
    CHECK(of_child.get("/api/v1/session").status == 200);

    auto id = at.id_of(leaked);
    CHECK(admin.send("DELETE", "/api/v1/tokens/" + id, nullptr).status == 204);
    for (const auto* client : {&leaked, &session, &of_child, &of_session})
        CHECK(client->get("/api/v1/session").status == 401);
    CHECK(admin.get("/api/v1/session").status == 200);
}

TEST_CASE("nothing that a token makes is good for longer than the token", "[api][access]") {
    Stage at;
    auto day = at.bearer("ann", "admin", 1);
    for (auto* body : {new object{{"days", 3650}}, new object{{"days", 3650}, {"user", "ann"}}}) {
        auto made = day.send("POST", "/api/v1/tokens", *body);
        delete body;
        REQUIRE(made.status == 201);
    }
    auto session = at.browser(day.bearer);
    CHECK(session.send("POST", "/api/v1/tokens", {{"days", 3650}}).status == 201);
    CHECK(
        at.database.number(
            "SELECT count(*) FROM access_token WHERE expires_at > now() + interval '25 hours'"
        ) == 0
    );
    CHECK(
        at.database.number(
            "SELECT count(*) FROM web_session WHERE expires_at > now() + interval '25 hours'"
        ) == 0
    );
    // A person who signed in by a link makes tokens of the usual length.
    auto person = at.browser(api::first_sign_in(*at.database));
    CHECK(person.send("POST", "/api/v1/tokens", {{"days", 90}}).status == 201);
    CHECK(
        at.database.number(
            "SELECT count(*) FROM access_token WHERE expires_at > now() + interval '80 days'"
        ) == 1
    );
}

TEST_CASE("a token of scope read changes nothing, nor does its session", "[api][access]") {
    Stage at;
    auto admin = at.bearer("ann", "admin");
    auto made = admin.send("POST", "/api/v1/tokens", {{"scope", "read"}});
    REQUIRE(made.status == 201);
    test::Client reader(at.server.port());
    reader.bearer = made.text("token");
    CHECK(reader.get("/api/v1/users").status == 200);
    CHECK(reader.send("POST", "/api/v1/users", {{"name", "x"}}).status == 403);
    CHECK(reader.send("POST", "/api/v1/tokens", {{"scope", "all"}}).status == 403);
    auto session = at.browser(reader.bearer);
    CHECK(session.get("/api/v1/users").status == 200);
    CHECK(session.send("POST", "/api/v1/users", {{"name", "x"}}).status == 403);
    auto listed = admin.get("/api/v1/tokens").json().at("items").as_array();
    CHECK(listed.back().at("scope") == "read");
    CHECK(listed.back().at("user") == "ann");
}

TEST_CASE("sessions are listed and ended", "[api][access]") {
    Stage at;
    auto admin = at.bearer("root", "admin");
    auto lena = at.browser(api::sign_in_link(*at.database, "lena", "labeler"));
    auto otto = at.bearer("otto", "labeler");
    auto listed = lena.get("/api/v1/sessions").json().at("items").as_array();
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].at("user") == "lena");
    auto session = "/api/v1/sessions/" + std::to_string(listed[0].at("id").as_int64());
    CHECK(otto.get("/api/v1/sessions?user=lena").status == 403);
    CHECK(otto.send("DELETE", session, nullptr).status == 404);
    CHECK(lena.get("/api/v1/session").status == 200);
    CHECK(admin.get("/api/v1/sessions?user=lena").json().at("items").as_array().size() == 1);
    CHECK(admin.send("DELETE", session, nullptr).status == 204);
    CHECK(lena.get("/api/v1/session").status == 401);
}

TEST_CASE("behind TLS the session's cookie is for TLS alone", "[api][access]") {
    Stage at;
    test::Client client(at.server.port());
    auto open = [&](std::vector<std::string> headers) {
        auto link = api::first_sign_in(*at.database);
        return client.send("POST", "/api/v1/session", {{"token", link}}, std::move(headers))
            .headers.at("set-cookie");
    };
    auto plain = open({});
    CHECK(plain.starts_with("tilth_session="));
    CHECK(plain.find("Secure") == plain.npos);
    auto secure = open({"X-Forwarded-Proto: https"});
    CHECK(secure.starts_with("__Host-tilth_session="));
    CHECK_THAT(secure, Catch::Contains("; Secure") && Catch::Contains("Path=/"));
    CHECK_FALSE(open({"X-Forwarded-Proto: http"}).starts_with("__Host-"));

    api::Options options;
    options.setting.secure_cookies = true;
    test::Running strict(*at.database, options);
    test::Client other(strict.port());
    auto link = api::first_sign_in(*at.database);
    auto reply = other.send("POST", "/api/v1/session", {{"token", link}});
    auto text = reply.headers.at("set-cookie");
    REQUIRE(text.starts_with("__Host-tilth_session="));
    auto begin = text.find('=') + 1;
    auto secret = text.substr(begin, text.find(';') - begin);
    CHECK(other.get("/api/v1/session", {"Cookie: __Host-tilth_session=" + secret}).status == 200);
    CHECK(other.get("/api/v1/session", {"Cookie: tilth_session=" + secret}).status == 401);
}

TEST_CASE("who fails to sign in too often has to wait", "[api][access]") {
    test::TestDatabase database;
    api::Options options;
    options.failed_sign_ins = 5;
    test::Running server(*database, options);
    test::Client client(server.port());
    auto sign_in = [&](const std::string& token) {
        return client.send("POST", "/api/v1/session", {{"token", token}});
    };
    CHECK(sign_in(api::first_sign_in(*database)).status == 201);
    for (int i = 0; i < 5; ++i) CHECK(sign_in("guess").status == 401);
    auto refused = sign_in("guess");
    CHECK(refused.status == 429);
    CHECK(std::stoi(refused.headers.at("retry-after")) > 0);
    CHECK(sign_in(api::first_sign_in(*database)).status == 429);
    CHECK(
        database.number("SELECT count(*) FROM audit_event WHERE action = 'session.refused'") == 5
    );
    // What needs no sign-in, and who is signed in, is not concerned.
    client.bearer = api::bearer_token(*database, "ann", "admin");
    CHECK(client.get("/api/v1/session").status == 200);
}

TEST_CASE("who trains may take a training back, and no crawl", "[api][access]") {
    Stage stage;
    auto ann = stage.bearer("ann", "analyst");
    auto queue = [&](const std::string& kind) {
        return "/api/v1/jobs/" + std::to_string(stage.database.number(
                                     "INSERT INTO job (kind, spec, due_at, created_at) VALUES ('" +
                                     kind + "', '{}', now(), now()) RETURNING id"
                                 ));
    };
    CHECK(ann.send("DELETE", queue("train"), nullptr).status == 200);
    CHECK(ann.send("DELETE", queue("quality"), nullptr).status == 200);
    auto crawl = queue("crawl");
    CHECK(ann.send("DELETE", crawl, nullptr).status == 403);
    CHECK(stage.bearer("otto", "operator").send("DELETE", crawl, nullptr).status == 200);
}
