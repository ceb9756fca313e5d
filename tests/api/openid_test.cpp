// Signing in by an OpenID Connect provider, against a small one on the loopback address.
#include <catch2/catch.hpp>

#include "service/people/openid.hpp"
#include "tests/api/support/oidc_doors.hpp"

using boost::json::array;
using boost::json::object;
using test::begin_oidc;
using test::Doors;

TEST_CASE(
    "a person the provider vouches for is signed in, and is the same the next time",
    "[api][oidc]"
) {
    Doors doors;
    CHECK(doors.at->nobody().get("/api/v1/sign-in").json().at("oidc") == "single sign-on");
    auto first = doors.account(doors.through());
    CHECK(first.at("name") == "lena");
    CHECK(first.at("role") == "labeler");
    doors.provider.claims["preferred_username"] = "renamed";
    doors.provider.elliptic = true;
    auto second = doors.account(doors.through());
    CHECK(second == first);
    CHECK(doors.at->database.number("SELECT count(*) FROM app_user") == 1);
    CHECK(
        doors.at->database.number("SELECT count(*) FROM web_session WHERE opened_by = 'oidc'") == 2
    );
    CHECK(doors.provider.site.count("/.well-known/openid-configuration") == 1);
}

TEST_CASE("an account is tied to a user who is there already", "[api][oidc]") {
    Doors doors;
    auto boss = doors.at->bearer("boss", "admin");
    doors.at->bearer("magdalena", "analyst");
    doors.account(doors.through());  // the account as somebody of its own
    auto known = doors.at->database->call([](base::Tx& tx) {
        return tx.value<std::string>("SELECT subject FROM user_identity").value();
    });
    object link{{"issuer", doors.provider.issuer()}, {"subject", known}};
    CHECK(boss.send("PUT", "/api/v1/users/magdalena/openid", link).status == 409);
    object removal = link;
    removal["remove"] = true;
    CHECK(boss.send("PUT", "/api/v1/users/lena/openid", removal).json().at("linked") == false);
    CHECK(boss.send("PUT", "/api/v1/users/lena/openid", removal).status == 404);
    auto linked = boss.send("PUT", "/api/v1/users/magdalena/openid", link);
    REQUIRE(linked.status == 200);
    CHECK(linked.json().at("linked") == true);
    CHECK(boss.send("PUT", "/api/v1/users/magdalena/openid", link).status == 200);
    auto accounts = boss.get("/api/v1/users/magdalena/openid").json();
    CHECK(accounts.at("issuer") == link.at("issuer"));
    REQUIRE(accounts.at("items").as_array().size() == 1);
    CHECK(accounts.at("items").at(0).at("subject") == known.c_str());
    CHECK(boss.get("/api/v1/users/lena/openid").json().at("items").as_array().empty());
    auto now = doors.account(doors.through());
    CHECK(now.at("name") == "magdalena");
    CHECK(now.at("role") == "analyst");
    link["issuer"] = "https://other.test";
    CHECK(boss.send("PUT", "/api/v1/users/magdalena/openid", link).status == 422);
    link["issuer"] = doors.provider.issuer();
    link["subject"] = "";
    CHECK(boss.send("PUT", "/api/v1/users/magdalena/openid", link).status == 422);
    CHECK(boss.send("PUT", "/api/v1/users/nobody/openid", removal).status == 404);
}

TEST_CASE("the secret is sent as the provider takes it", "[api][oidc]") {
    Doors doors;
    doors.provider.takes_post = true;
    CHECK(doors.account(doors.through()).at("name") == "lena");
}

TEST_CASE("a secret that the provider does not know lets nobody in", "[api][oidc]") {
    Doors doors([](service::Config::OpenId&) { ::setenv("TILTH_TEST_OIDC", "another", 1); });
    CHECK(doors.refused() == "refused");
    CHECK_THAT(doors.why(), Catch::Contains("401: invalid_client"));
}

TEST_CASE("a token that is not what was asked for lets nobody in", "[api][oidc]") {
    Doors doors;
    auto& provider = doors.provider;
    auto refuses = [&](const std::string& reason) {
        CHECK(doors.refused() == "refused");
        CHECK_THAT(doors.why(), Catch::Contains(reason));
        provider.claims.clear();
        provider.header.clear();
        provider.nonce_instead.clear();
        provider.spoils = provider.forges = false;
    };
    provider.nonce_instead = "another";
    refuses("another sign-in");
    provider.claims["nonce"] = nullptr;
    refuses("another sign-in");
    provider.spoils = true;
    refuses("signature");
    provider.forges = true;
    refuses("signature");
    provider.header["alg"] = "none";
    refuses("'none'");
    provider.header["alg"] = "HS256";
    refuses("'HS256'");
    provider.header["alg"] = "ES256";  // what the key is not
    refuses("signature");
    provider.header["crit"] = array{"exp"};
    refuses("extensions");
    provider.claims["exp"] = 1'500'000'000;
    refuses("over");
    provider.claims["exp"] = nullptr;
    refuses("how long");
    provider.claims["exp"] = "later";
    refuses("how long");
    provider.claims["nbf"] = 4'000'000'000;
    refuses("not good yet");
    provider.claims["aud"] = "another-client";
    refuses("another audience");
    provider.claims["aud"] = array{"another-client", "third"};
    refuses("another audience");
    provider.claims["aud"] = array{"tilth", "third"};
    refuses("another party");
    provider.claims["azp"] = "third";
    refuses("another party");
    provider.claims["iss"] = "https://elsewhere.test";
    refuses("another issuer");
    provider.claims["sub"] = "";
    refuses("names nobody");
    provider.claims["sub"] = 7;
    refuses("names nobody");
    CHECK(doors.at->database.number("SELECT count(*) FROM app_user") == 0);
    CHECK(doors.account(doors.through()).at("name") == "lena");
    provider.claims["aud"] = array{"third", "tilth"};
    provider.claims["azp"] = "tilth";
    CHECK(doors.account(doors.through()).at("name") == "lena");
}

TEST_CASE("a sign-in counts once, in the browser that began it", "[api][oidc]") {
    Doors doors;
    auto client = doors.at->nobody();
    auto away = client.get(begin_oidc);
    auto mine = Doors::cookie_of(away);
    auto theirs = Doors::cookie_of(client.get(begin_oidc));
    auto trouble = [&](const std::string& path, std::vector<std::string> headers) {
        auto reply = client.get(path, std::move(headers));
        CHECK(reply.status == 302);
        CHECK(reply.headers.count("set-cookie") == 0);
        return reply.headers.at("location");
    };
    auto late = "/sign-in?trouble=late";
    auto back = doors.provider.consent(away.headers.at("location"));
    CHECK(trouble(back.substr(0, back.find("&state")) + "&state=guess", {mine}) == late);
    CHECK(trouble(back, {}) == late);  // and is over by that
    CHECK(trouble(back, {mine}) == late);

    away = client.get(begin_oidc);
    mine = Doors::cookie_of(away);
    back = doors.provider.consent(away.headers.at("location"));
    CHECK(trouble(back, {theirs}) == late);

    away = client.get(begin_oidc);
    mine = Doors::cookie_of(away);
    back = doors.provider.consent(away.headers.at("location"));
    auto done = client.get(back, {mine});
    CHECK(done.headers.at("location") == "/");
    CHECK(trouble(back, {mine}) == late);
    CHECK(doors.provider.tokens == 1);

    away = client.get(begin_oidc);
    (*doors.at->database).call([](base::Tx& tx) {
        tx.exec("UPDATE openid_attempt SET expires_at = now() - interval '1 second'");
    });
    back = doors.provider.consent(away.headers.at("location"));
    CHECK(trouble(back, {Doors::cookie_of(away)}) == late);

    away = client.get(begin_oidc);
    auto state = doors.provider.consent(away.headers.at("location"));
    state = state.substr(state.find("state="));
    CHECK(
        trouble(
            std::string(begin_oidc) + "/callback?error=access_denied&" + state,
            {Doors::cookie_of(away)}
        ) == "/sign-in?trouble=refused"
    );
}

TEST_CASE("keys that the provider changes are asked for anew", "[api][oidc]") {
    Doors doors;
    doors.account(doors.through());
    doors.provider.rotate();
    CHECK(doors.account(doors.through()).at("name") == "lena");
    CHECK(doors.provider.site.count("/keys") == 2);
    doors.provider.rotate(false);
    CHECK(doors.account(doors.through()).at("name") == "lena");
    CHECK(doors.provider.site.count("/keys") == 3);
    doors.provider.header["kid"] = "unheard-of";
    CHECK(doors.refused() == "refused");
}

TEST_CASE("nobody becomes somebody else by a name or an address", "[api][oidc]") {
    Doors doors;
    auto lena = doors.at->bearer("lena", "admin");
    auto made = doors.account(doors.through());
    CHECK(made.at("name") == "lena-2");
    CHECK(made.at("role") == "labeler");
    doors.provider.claims = {
        {"sub", "sub-2"}, {"preferred_username", nullptr}, {"email", "lena@a.test"}};
    auto by_mail = doors.account(doors.through());
    CHECK_THAT(std::string(by_mail.at("name").as_string()), Catch::StartsWith("user-"));
    doors.provider.claims = {{"sub", "sub-3"}, {"preferred_username", "  a \n b\u00a0\u0000c "}};
    CHECK(doors.account(doors.through()).at("id") != by_mail.at("id"));
    doors.provider.claims = {{"sub", "sub-4"}, {"preferred_username", std::string(500, 'x')}};
    CHECK(doors.account(doors.through()).at("name").as_string().size() <= 64);
}

TEST_CASE("only verified addresses in the domains that are let in count", "[api][oidc]") {
    Doors doors([](service::Config::OpenId& oidc) { oidc.domains = {"crew.test"}; });
    auto& claims = doors.provider.claims;
    CHECK(doors.refused() == "account");
    claims = {{"email", "lena@crew.test"}};
    CHECK(doors.refused() == "account");
    claims = {{"email", "lena@crew.test"}, {"email_verified", false}};
    CHECK(doors.refused() == "account");
    claims = {{"email", "lena@evil-crew.test"}, {"email_verified", true}};
    CHECK(doors.refused() == "account");
    claims = {{"email", "crew.test"}, {"email_verified", true}};
    CHECK(doors.refused() == "account");
    claims = {{"email", "lena@CREW.test"}, {"email_verified", true}};
    CHECK(doors.account(doors.through()).at("name") == "lena");
}

TEST_CASE("a claim gives the role, the highest of several, and takes it back", "[api][oidc]") {
    Doors doors([](service::Config::OpenId& oidc) {
        oidc.role = std::nullopt;
        oidc.role_claim = "realm.groups";
        oidc.roles = {{"crew", api::Role::label}, {"boss", api::Role::admin}};
    });
    auto groups = [&](array names) {
        doors.provider.claims["realm"] = object{{"groups", std::move(names)}};
    };
    CHECK(doors.refused() == "account");
    groups({"other", 7});
    CHECK(doors.refused() == "account");
    groups({"crew", "boss"});
    CHECK(doors.account(doors.through()).at("role") == "admin");
    groups({"crew"});  // but he is the last administrator
    CHECK(doors.account(doors.through()).at("role") == "admin");
    auto other = doors.at->bearer("root", "admin");
    CHECK(doors.account(doors.through()).at("role") == "labeler");
    groups({});
    CHECK(doors.refused() == "account");
    CHECK(other.send("PATCH", "/api/v1/users/lena", {{"disabled", true}}).status == 200);
    groups({"boss"});
    CHECK(doors.refused() == "account");
}

TEST_CASE("a provider that is away, or says odd things, ends on the sign-in page", "[api][oidc]") {
    Doors doors;
    auto& site = doors.provider.site;
    auto word = [&] { return doors.at->nobody().get(begin_oidc).headers.at("location"); };
    auto described = [&](const boost::json::value& body) {
        site.on("/.well-known/openid-configuration", [body](const test::SiteRequest&) {
            test::SiteReply reply;
            reply.body = boost::json::serialize(body);
            return reply;
        });
    };
    described(array{});
    CHECK(word() == "/sign-in?trouble=provider");
    described(object{{"issuer", "https://elsewhere.test"}});
    CHECK(word() == "/sign-in?trouble=provider");
    CHECK_THAT(doors.why(), Catch::Contains("another issuer"));
    described(object{{"issuer", doors.provider.issuer()}, {"jwks_uri", 7}});
    CHECK(word() == "/sign-in?trouble=provider");
    site.on("/.well-known/openid-configuration", [](const test::SiteRequest&) {
        test::SiteReply moved;
        moved.status = 302;
        moved.headers = {"Location: http://127.0.0.1:1/"};
        return moved;
    });
    CHECK(word() == "/sign-in?trouble=provider");
    site.on("/.well-known/openid-configuration", [](const test::SiteRequest&) {
        test::SiteReply silence;
        silence.drop = true;
        return silence;
    });
    CHECK(word() == "/sign-in?trouble=provider");
}

TEST_CASE("a provider in a private network is asked only where that is allowed", "[api][oidc]") {
    for (bool tls : {false, true}) {
        Doors doors([&](service::Config::OpenId& oidc) {
            oidc.allow_private = false;
            if (tls) oidc.issuer.replace(0, 4, "https");
        });
        CHECK(
            doors.at->nobody().get(begin_oidc).headers.at("location") == "/sign-in?trouble=provider"
        );
        CHECK_THAT(doors.why(), Catch::Contains(tls ? "private" : "no https address"));
        CHECK(doors.provider.site.requests().empty());
    }
}

TEST_CASE("who goes to the provider too often has to wait", "[api][oidc]") {
    test::TestProvider provider;
    api::Options options;
    options.begun_sign_ins = 2;
    options.config.oidc.issuer = provider.issuer();
    options.config.oidc.client_id = "tilth";
    options.config.oidc.allow_private = true;
    test::Stage at(options);
    CHECK(at.nobody().get(begin_oidc).status == 302);
    CHECK(at.nobody().get(begin_oidc).status == 302);
    auto refused = at.nobody().get(begin_oidc);
    CHECK(refused.status == 429);
    CHECK(std::stoi(refused.headers.at("retry-after")) > 0);
    CHECK(at.database.number("SELECT count(*) FROM openid_attempt") == 2);
}

TEST_CASE("who signs out here is led to where one signs out of the provider", "[api][oidc]") {
    Doors doors;
    auto port = doors.at->server->port();
    auto browser = test::signed_in(port, doors.through());
    CHECK(browser.get("/api/v1/session").json().at("opened_by") == "oidc");
    CHECK(browser.send("DELETE", "/api/v1/session", nullptr).status == 204);
    CHECK(browser.get("/api/v1/session").status == 401);
    auto away = browser.get(std::string(begin_oidc) + "/end");
    CHECK(away.status == 302);
    CHECK(
        away.headers.at("location") ==
        doors.provider.site.url("/bye") +
            "?client_id=tilth&post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A" +
            std::to_string(port) + "%2F"
    );
}

TEST_CASE("without a provider there is no such way in", "[api][oidc]") {
    test::Stage at;
    CHECK(at.nobody().get(std::string(begin_oidc) + "/end").status == 404);
    CHECK(at.nobody().get(begin_oidc).status == 404);
    CHECK(at.nobody().get(std::string(begin_oidc) + "/callback?code=x&state=y").status == 404);
}

TEST_CASE("the way back is this service's address, not what a client says it is", "[api][oidc]") {
    Doors doors;
    CHECK(doors.at->nobody().get(begin_oidc, {"Host: evil.test"}).status == 409);
    test::TestProvider provider;
    api::Options options;
    options.config.oidc.issuer = provider.issuer();
    options.config.oidc.client_id = "tilth";
    options.config.oidc.allow_private = true;
    options.config.server.public_url = "https://label.test";
    test::Stage at(options);
    auto away = at.nobody().get(begin_oidc, {"Host: evil.test"}).headers.at("location");
    CHECK_THAT(
        away,
        Catch::Contains(
            "redirect_uri=https%3A%2F%2Flabel.test%2Fapi%2Fv1%2Fsession%2Foidc%2Fcallback"
        )
    );
}
