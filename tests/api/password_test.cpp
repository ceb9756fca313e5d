// Signing in by a password: who may set one, what it ends, and what those learn who guess.
#include <thread>

#include <catch2/catch.hpp>

#include "tests/api/support/stage.hpp"

using boost::json::object;

namespace {

const std::string good = "three blind mice";

test::Reply
sign_in(const test::Client& client, const std::string& name, const std::string& password) {
    return client.send(
        "POST", "/api/v1/session/password", {{"name", name}, {"password", password}}
    );
}

test::Reply set(const test::Client& client, const std::string& name, object body) {
    body["user"] = name;
    return client.send("PUT", "/api/v1/password", body);
}

}  // namespace

TEST_CASE("who has a password signs in by it, and the page offers it then", "[api][password]") {
    test::Stage at;
    auto nobody = at.nobody();
    CHECK(nobody.get("/api/v1/sign-in").json().at("password") == false);
    CHECK(nobody.get("/api/v1/sign-in").json().at("oidc").is_null());
    auto lena = at.browser("lena", "labeler");
    CHECK(sign_in(nobody, "lena", good).status == 401);
    REQUIRE(set(lena, "lena", {{"password", good}}).status == 204);
    CHECK(nobody.get("/api/v1/sign-in").json().at("password") == true);

    auto reply = sign_in(nobody, "lena", good);
    REQUIRE(reply.status == 201);
    auto second = test::signed_in(at.server->port(), reply);
    CHECK(second.get("/api/v1/session").json().at("account").at("name") == "lena");
    auto listed = second.get("/api/v1/sessions").json().at("items").as_array();
    REQUIRE(listed.size() == 2);
    CHECK(listed[0].at("opened_by") == "link");
    CHECK(listed[1].at("opened_by") == "password");
    CHECK(sign_in(nobody, "lena", good + " ").status == 401);
    CHECK(sign_in(nobody, "LENA", good).status == 401);
}

TEST_CASE(
    "names that nobody has and passwords that are wrong are answered alike",
    "[api][password]"
) {
    test::Stage at;
    auto lena = at.browser("lena", "labeler");
    auto mia = at.browser("mia", "labeler");
    auto admin = at.browser("root", "admin");
    set(lena, "lena", {{"password", good}});
    set(mia, "mia", {{"password", good}});
    admin.send("PATCH", "/api/v1/users/mia", {{"disabled", true}});
    auto nobody = at.nobody();
    auto wrong = sign_in(nobody, "lena", "three blind rats");
    for (auto name : {"nobody-has-this", "root", "mia"}) {
        auto other = sign_in(nobody, name, good);
        CHECK(other.status == 401);
        CHECK(other.body == wrong.body);
    }
    // Whoever typed the password into the wrong field does not find it in the log.
    sign_in(nobody, good, good);
    CHECK(
        at.database.number(
            "SELECT count(*) FROM audit_event WHERE action = 'session.refused' AND subject = 'lena'"
        ) == 1
    );
    CHECK(
        at.database.number("SELECT count(*) FROM audit_event e WHERE e::text LIKE '%blind%'") == 0
    );
    CHECK(
        at.database.number("SELECT count(*) FROM idempotent_answer e WHERE e::text LIKE '%blind%'"
        ) == 0
    );
}

TEST_CASE("a change of the password ends the other sessions", "[api][password]") {
    test::Stage at;
    auto here = at.browser("lena", "labeler");
    auto there = at.browser("lena", "labeler");
    auto otto = at.browser("otto", "labeler");
    REQUIRE(set(here, "lena", {{"password", good}}).status == 204);
    CHECK(here.get("/api/v1/session").status == 200);
    CHECK(there.get("/api/v1/session").status == 401);
    CHECK(otto.get("/api/v1/session").status == 200);

    CHECK(set(here, "lena", {{"password", "another one"}}).status == 403);
    CHECK(set(here, "lena", {{"password", "another one"}, {"current", "wrong"}}).status == 403);
    CHECK(set(here, "lena", {{"password", "another one"}, {"current", good}}).status == 204);
    CHECK(sign_in(at.nobody(), "lena", good).status == 401);
    CHECK(sign_in(at.nobody(), "lena", "another one").status == 201);
    CHECK(
        at.database.number("SELECT count(*) FROM audit_event WHERE action = 'password.set'") == 2
    );
}

TEST_CASE("passwords of others are an administrator's to set and to remove", "[api][password]") {
    test::Stage at;
    auto lena = at.browser("lena", "labeler");
    auto otto = at.browser("otto", "operator");
    auto admin = at.bearer("root", "admin");
    CHECK(set(otto, "lena", {{"password", good}}).status == 403);
    CHECK(set(admin, "lena", {{"password", good}}).status == 204);
    CHECK(lena.get("/api/v1/session").status == 401);
    CHECK(sign_in(at.nobody(), "lena", good).status == 201);
    CHECK(set(admin, "lena", {{"remove", true}}).status == 204);
    CHECK(sign_in(at.nobody(), "lena", good).status == 401);
    CHECK(set(admin, "nobody", {{"password", good}}).status == 404);
    // Nothing that a token makes is good for longer than the token.
    CHECK(set(at.bearer("otto", "operator"), "otto", {{"password", good}}).status == 403);
}

TEST_CASE("passwords that are too short, too long, or the name are refused", "[api][password]") {
    test::Stage at;
    auto lena = at.browser("lena-the-first", "labeler");
    auto status = [&](const std::string& password) {
        return set(lena, "lena-the-first", {{"password", password}}).status;
    };
    CHECK(status("") == 422);
    CHECK(status("ninechars") == 422);
    CHECK(status(std::string(1001, 'x')) == 422);
    CHECK(status("Lena-The-First") == 422);
    CHECK(set(lena, "lena-the-first", {{"password", good}, {"remove", true}}).status == 422);
    CHECK(set(lena, "lena-the-first", {{"pasword", good}}).status == 422);
    CHECK(status("parol\u0301 \u0436\u0438\u0432\u043e\u0439") == 204);
    // The same keys in the other form of Unicode.
    CHECK(
        sign_in(at.nobody(), "lena-the-first", "paro\u013a \u0436\u0438\u0432\u043e\u0439")
            .status == 201
    );
}

TEST_CASE("who guesses a password has to wait, wherever they are", "[api][password]") {
    api::Options options;
    options.failed_passwords = 3;
    test::Stage at(options);
    auto lena = at.browser("lena", "labeler");
    set(lena, "lena", {{"password", good}});
    auto nobody = at.nobody();
    for (int i = 0; i < 3; ++i) CHECK(sign_in(nobody, "lena", "a guess of mine").status == 401);
    auto refused = sign_in(nobody, "lena", good);
    CHECK(refused.status == 429);
    CHECK(std::stoi(refused.headers.at("retry-after")) > 0);
    for (int i = 0; i < 3; ++i) CHECK(sign_in(nobody, "nobody", "a guess of mine").status == 401);
    CHECK(sign_in(nobody, "nobody", good).status == 429);
    CHECK(sign_in(nobody, "otto", good).status == 401);
    CHECK(lena.get("/api/v1/session").status == 200);
    auto link = api::sign_in_link(*at.database, "lena", "labeler");
    CHECK(nobody.send("POST", "/api/v1/session", {{"token", link}}).status == 201);
}

TEST_CASE("who guesses the present password of an open browser has to wait", "[api][password]") {
    api::Options options;
    options.failed_passwords = 3;
    test::Stage at(options);
    auto lena = at.browser("lena", "labeler");
    CHECK(lena.get("/api/v1/session").json().at("password") == "none");
    REQUIRE(set(lena, "lena", {{"password", good}}).status == 204);
    CHECK(lena.get("/api/v1/session").json().at("password") == "set");
    auto guess = [&](const std::string& current) {
        return set(lena, "lena", {{"password", "four blind mice"}, {"current", current}}).status;
    };
    for (int i = 0; i < 3; ++i) CHECK(guess("a guess of mine") == 403);
    CHECK(guess(good) == 429);
    // Somebody else at the same address is not held up.
    auto mia = at.browser("mia", "labeler");
    CHECK(set(mia, "mia", {{"password", good}}).status == 204);
}

TEST_CASE("without passwords there is no such way in", "[api][password]") {
    api::Options options;
    options.config.server.passwords = false;
    test::Stage at(options);
    auto lena = at.browser("lena", "labeler");
    CHECK(set(lena, "lena", {{"password", good}}).status == 204);
    CHECK(sign_in(at.nobody(), "lena", good).status == 404);
    CHECK(at.nobody().get("/api/v1/sign-in").json().at("password") == false);
    CHECK(lena.get("/api/v1/session").json().at("password") == "off");
}

TEST_CASE("odd bodies sign nobody in", "[api][password]") {
    test::Stage at;
    auto nobody = at.nobody();
    auto path = "/api/v1/session/password";
    CHECK(nobody.send("POST", path, {{"name", "lena"}}).status == 422);
    CHECK(nobody.send("POST", path, {{"name", 7}, {"password", good}}).status == 422);
    CHECK(nobody.send("POST", path, {{"name", "lena"}, {"password", true}}).status == 422);
    CHECK(nobody.send("POST", path, {{"name", "l"}, {"password", good}, {"x", 1}}).status == 422);
    CHECK(nobody.send("POST", path, boost::json::array{1}).status == 400);
    CHECK(nobody.get(path).status == 405);
    CHECK(sign_in(nobody, "lena", std::string(100'000, 'x')).status == 413);
}

TEST_CASE("of two administrators who disable each other one remains", "[api][people]") {
    test::Stage at;
    auto ann = at.bearer("ann", "admin");
    auto bea = at.bearer("bea", "admin");
    int done = 0;
    for (int round = 0; round < 5; ++round) {
        int first = 0, second = 0;
        {
            std::jthread one([&] {
                first = ann.send("PATCH", "/api/v1/users/bea", {{"role", "operator"}}).status;
            });
            second = bea.send("PATCH", "/api/v1/users/ann", {{"role", "operator"}}).status;
        }
        done += (first == 200) + (second == 200);
        REQUIRE(
            at.database.number(
                "SELECT count(*) FROM app_user WHERE role = 'admin' AND disabled_at IS NULL"
            ) == 1
        );
        (*at.database).call([](base::Tx& tx) { tx.exec("UPDATE app_user SET role = 'admin'"); });
    }
    CHECK(done >= 5);
}
