#include <cstdlib>
#include <fstream>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "crawler/fetch/settings.hpp"
#include "service/gather/gather.hpp"
#include "service/gather/secret.hpp"
#include "tests/support/program.hpp"

namespace {

crawler::AccessSettings read(const std::string& settings) {
    return crawler::AccessSettings::settings.read(base::Document::json(settings));
}

crawler::FetchOptions resolved(const std::string& settings) {
    crawler::FetchOptions options;
    crawler::apply(read(settings), service::secret_of, options);
    return options;
}

std::string refusal(const std::string& settings) {
    try {
        read(settings);
    } catch (const base::UsageError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("credentials are read by reference and put in at the end", "[app][credentials]") {
    test::Folder folder;
    auto token = folder.write("token", "t0ken\r\nsecond line\n").string();
    auto settings =
        R"({"cookies": false, "proxy": ["http://a.test:1", "socks5://b.test"], "proxy_login": "env:TILTH_TEST_PROXY",
        "credentials": [{"origin": "https://Example.org/", "basic": "env:TILTH_TEST_LOGIN", "headers": {"X-Key": "env:TILTH_TEST_KEY"}},
                        {"origin": "https://example.org:8443", "bearer": "file:)" +
        token + R"("}],
        "sign_in": {"url": "https://example.org/login", "fields": {"user": "me", "password": "env:TILTH_TEST_KEY"}, "logged_out": "Sign in"}})";
    ::unsetenv("TILTH_TEST_LOGIN");
    CHECK_FALSE(read(settings).cookies);
    CHECK(read(settings).proxy.size() == 2);
    std::string missing;
    try {
        resolved(settings);
    } catch (const base::Error& error) {
        missing = error.what();
    }
    CHECK(missing.find("TILTH_TEST_PROXY") != missing.npos);

    ::setenv("TILTH_TEST_PROXY", "p:q", 1);
    ::setenv("TILTH_TEST_LOGIN", "user:pass:word", 1);
    ::setenv("TILTH_TEST_KEY", "k1", 1);
    auto options = resolved(settings);
    CHECK_FALSE(options.cookies);
    CHECK(options.proxies[1].login == "p:q");
    REQUIRE(options.access.size() == 2);
    CHECK(options.access[0].origin == "https://example.org");
    CHECK(
        options.access[0].headers ==
        std::vector<std::string>{"Authorization: Basic dXNlcjpwYXNzOndvcmQ=", "X-Key: k1"}
    );
    CHECK(options.access[1].origin == "https://example.org:8443");
    CHECK(options.access[1].headers == std::vector<std::string>{"Authorization: Bearer t0ken"});
    REQUIRE(options.sign_in);
    CHECK(options.sign_in->fields[0].second == "me");
    CHECK(options.sign_in->fields[1].second == "k1");

    ::setenv("TILTH_TEST_LOGIN", "nocolon", 1);
    CHECK_THROWS_AS(resolved(settings), base::Error);
}

TEST_CASE("a secret that is written out is refused and not repeated", "[app][credentials]") {
    for (std::string settings :
         {R"({"proxy": "http://me:s3cret@proxy.test:1"})",
          R"({"proxy": "http://proxy.test:1", "proxy_login": "me:s3cret"})",
          R"({"credentials": [{"origin": "https://a.test", "basic": "me:s3cret"}]})",
          R"({"credentials": [{"origin": "https://a.test", "bearer": "s3cret"}]})",
          R"({"credentials": [{"origin": "https://me:s3cret@a.test", "bearer": "env:X"}]})",
          R"({"credentials": [{"origin": "https://a.test", "headers": {"X-Key": "s3cret"}}]})",
          R"({"sign_in": {"url": "https://a.test/", "fields": {"Passwort": "s3cret"}}})",
          R"({"sign_in": {"url": "https://me:s3cret@a.test/", "fields": {"a": "b"}}})"}) {
        INFO(settings);
        auto said = refusal(settings);
        CHECK_FALSE(said.empty());
        CHECK(said.find("s3cret") == said.npos);
    }
    boost::json::object spec{{"urls", "https://me:s3cret@a.test/"}};
    std::string said;
    try {
        service::check_spec("crawl", base::Document::of(spec));
    } catch (const base::UsageError& error) {
        said = error.what();
    }
    CHECK(said.find("holds a login") != said.npos);
    CHECK(said.find("s3cret") == said.npos);
}

TEST_CASE("settings of access that make no sense are told", "[app][credentials]") {
    for (std::string settings :
         {R"({"credentials": {"origin": "https://a.test"}})",
          R"({"credentials": [{"basic": "env:X"}]})",
          R"({"credentials": [{"origin": "https://a.test"}]})",
          R"({"credentials": [{"origin": "https://a.test/path", "basic": "env:X"}]})",
          R"({"credentials": [{"origin": "https://a.test", "basic": "env:X", "bearer": "env:Y"}]})",
          R"({"credentials": [{"origin": "https://a.test", "basic": "env:X", "digest": "env:Y"}]})",
          R"({"credentials": [{"origin": "https://a.test", "headers": {"X Y": "env:Y"}}]})",
          R"({"credentials": [{"origin": "https://a.test", "basic": "env:X"}, {"origin": "https://A.test", "basic": "env:X"}]})",
          R"({"proxy_login": "env:X"})",
          R"({"sign_in": {"url": "login", "fields": {"a": "b"}}})",
          R"({"sign_in": {"url": "https://a.test/"}})"}) {
        INFO(settings);
        CHECK_FALSE(refusal(settings).empty());
    }
}
