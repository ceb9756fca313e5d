#include "api/server/auth.hpp"

#include <set>

#include <catch2/catch.hpp>

using api::Credentials;
using api::Method;
using api::Request;

namespace {

Request
with(std::vector<std::pair<std::string, std::string>> headers, Method method = Method::get) {
    Request request;
    request.method = method;
    request.headers = std::move(headers);
    return request;
}

int status_of(const Request& request) {
    try {
        api::check_forgery(request, api::credentials_of(request));
        return 200;
    } catch (const api::Problem& problem) {
        return problem.status;
    }
}

}  // namespace

TEST_CASE("a bearer token goes before the cookie", "[api][auth]") {
    auto found = api::credentials_of(
        with({{"cookie", "a=b; tilth_session=sss"}, {"authorization", "bEaReR ttt"}})
    );
    CHECK(found.kind == Credentials::Kind::bearer);
    CHECK(found.secret == "ttt");

    auto cookie = api::credentials_of(with({{"cookie", "a=b; tilth_session=sss; c=d"}}));
    CHECK(cookie.kind == Credentials::Kind::session);
    CHECK(cookie.secret == "sss");

    CHECK(
        api::credentials_of(with({{"cookie", "xtilth_session=sss"}})).kind ==
        Credentials::Kind::none
    );
    CHECK_THROWS_AS(api::credentials_of(with({{"authorization", "Basic eA=="}})), api::Problem);
}

TEST_CASE("a write by session cookie needs that session's own token", "[api][auth]") {
    auto token = api::csrf_token("sss");
    std::pair<std::string, std::string> cookie{"cookie", "tilth_session=sss"};

    CHECK(status_of(with({cookie}, Method::get)) == 200);
    CHECK(status_of(with({cookie}, Method::head)) == 200);
    for (auto method : {Method::post, Method::put, Method::patch, Method::del}) {
        CHECK(status_of(with({cookie}, method)) == 403);
        CHECK(status_of(with({cookie, {"x-csrf-token", ""}}, method)) == 403);
        CHECK(status_of(with({cookie, {"x-csrf-token", api::csrf_token("other")}}, method)) == 403);
        CHECK(status_of(with({cookie, {"x-csrf-token", token}}, method)) == 200);
        CHECK(
            status_of(
                with({cookie, {"x-csrf-token", token}, {"sec-fetch-site", "same-origin"}}, method)
            ) == 200
        );
        CHECK(
            status_of(
                with({cookie, {"x-csrf-token", token}, {"sec-fetch-site", "cross-site"}}, method)
            ) == 403
        );
        CHECK(status_of(with({{"authorization", "Bearer ttt"}}, method)) == 200);
    }
}

TEST_CASE("secrets are long, different, and not what the database keeps", "[api][auth]") {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(api::new_secret());
    CHECK(seen.size() == 1000);
    CHECK(seen.begin()->size() == 6 + 43);
    CHECK(api::hash_of(*seen.begin()).size() == 32);
    CHECK(api::hash_of("a") != api::hash_of("b"));
    CHECK(api::csrf_token("a").find('a') != 0);
    CHECK(api::csrf_token("a") != api::csrf_token("b"));
}

TEST_CASE("each role may do what its routes say", "[api][auth]") {
    using api::Role;
    CHECK(api::may(Role::admin, api::admins));
    CHECK_FALSE(api::may(Role::operate, api::admins));
    CHECK(api::may(Role::label, api::labelers));
    CHECK_FALSE(api::may(Role::label, api::analysts));
    CHECK_FALSE(api::may(Role::analyse, api::labelers));
    for (auto name : {"admin", "operator", "labeler", "analyst"})
        CHECK(api::name_of(api::role_of(name)) == name);
    CHECK_THROWS_AS(api::role_of("root"), api::Problem);
}

TEST_CASE("the session cookie is out of reach for scripts and other sites", "[api][auth]") {
    auto cookie = api::cookie_header("sss", 60, true);
    CHECK(cookie == "__Host-tilth_session=sss; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure");
    CHECK(api::cookie_header("", 60, false).find("Max-Age=0") != std::string::npos);
}
