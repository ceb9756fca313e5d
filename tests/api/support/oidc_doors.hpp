#pragma once

#include <cstdlib>

#include <catch2/catch.hpp>

#include "tests/api/support/stage.hpp"
#include "tests/api/support/test_provider.hpp"

// A service whose users sign in by a provider, and the ways through it.
namespace test {

inline constexpr auto begin_oidc = "/api/v1/session/oidc";

struct Doors {
    TestProvider provider;
    std::unique_ptr<Stage> at;

    explicit Doors(const std::function<void(service::Config::OpenId&)>& change = nullptr) {
        ::setenv("TILTH_TEST_OIDC", "a secret:", 1);
        ::api::Options options;
        auto& oidc = options.config.oidc;
        oidc.issuer = provider.issuer();
        oidc.client_id = "tilth";
        oidc.client_secret = "env:TILTH_TEST_OIDC";
        oidc.role = ::api::Role::label;
        oidc.allow_private = true;
        if (change) change(oidc);
        at = std::make_unique<Stage>(options);
    }

    static std::string cookie_of(const Reply& reply) {
        auto text = reply.headers.at("set-cookie");
        return "Cookie: " + text.substr(0, text.find(';'));
    }
    // The whole way, in one browser.
    Reply through() {
        auto client = at->nobody();
        auto away = client.get(begin_oidc);
        REQUIRE(away.status == 302);
        auto back = provider.consent(away.headers.at("location"));
        return client.get(back, {cookie_of(away)});
    }
    // Why it did not let anybody in: the word for the page. Nobody must be signed in by then.
    std::string refused() {
        auto before = at->database.number("SELECT count(*) FROM web_session");
        auto reply = through();
        CHECK(reply.status == 302);
        CHECK(reply.headers.count("set-cookie") == 0);
        CHECK(at->database.number("SELECT count(*) FROM web_session") == before);
        auto where = reply.headers.at("location");
        REQUIRE(where.starts_with("/sign-in?trouble="));
        return where.substr(where.find('=') + 1);
    }
    std::string why() {
        return (*at->database).call([](base::Tx& tx) {
            return tx
                .value<std::string>(
                    "SELECT subject FROM audit_event WHERE action = 'session.refused' "
                    "ORDER BY id DESC LIMIT 1"
                )
                .value();
        });
    }
    boost::json::object account(const Reply& reply) {
        REQUIRE(reply.status == 302);
        REQUIRE(reply.headers.at("location") == "/");
        auto browser = signed_in(at->server->port(), reply);
        return browser.get("/api/v1/session").json().at("account").as_object();
    }
};

}  // namespace test
