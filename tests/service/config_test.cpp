#include "service/config.hpp"

#include <fstream>
#include <map>

#include <unistd.h>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "service/people/people.hpp"

namespace {

std::filesystem::path file_with(const std::string& text) {
    auto path = std::filesystem::temp_directory_path() /
                ("tilth-config-" + std::to_string(getpid()) + ".toml");
    std::ofstream(path) << text;
    return path;
}

}  // namespace

TEST_CASE("settings come from the file, and variables go before them", "[app][config]") {
    service::Config config;
    service::read_file(
        config,
        file_with(
            "home = \"/a\"\n[database]\nurl = \"host=x\"\nmigrate = false\n[server]\nport = 9000\n"
        )
    );
    CHECK(config.home == "/a");
    CHECK(config.database.url == "host=x");
    CHECK_FALSE(config.database.migrate);
    CHECK(config.server.port == 9000);
    std::map<std::string, const char*> variables{
        {"TILTH_HOME", "/b"}, {"TILTH_SERVER_PORT", "9001"}, {"TILTH_LOG_LEVEL", ""}};
    service::read_environment(config, [&](const char* name) -> const char* {
        return variables.contains(name) ? variables.at(name) : nullptr;
    });
    CHECK(config.home == "/b");
    CHECK(config.server.port == 9001);
    CHECK(config.log.level == base::log::Level::warning);
}

TEST_CASE("a wrong setting names its line", "[app][config]") {
    service::Config config;
    CHECK_THROWS_WITH(
        service::read_file(config, file_with("a = 1\n")),
        Catch::Contains("line 1") && Catch::Contains("'a'")
    );
    CHECK_THROWS_WITH(
        service::read_file(config, file_with("[server]\n\nport = 70000\n")),
        Catch::Contains("line 3") && Catch::Contains("65535")
    );
    CHECK_THROWS_WITH(
        service::read_file(config, file_with("home = [1]\n")), Catch::Contains("line 1")
    );
    CHECK_THROWS_WITH(
        service::read_file(config, file_with("home = \"x\n")), Catch::Contains("line 1")
    );
    CHECK_THROWS_AS(service::read_file(config, "/no/such/file.toml"), base::UsageError);
}

TEST_CASE("a provider to sign in by is named whole or not at all", "[app][config]") {
    auto fault = [](const std::string& toml) {
        service::Config config;
        service::read_file(config, file_with("[oidc]\n" + toml));
        try {
            service::Config::settings.finish(config, base::Document::json("{}"));
        } catch (const base::UsageError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    const std::string issuer = "issuer = \"https://id.test\"\n", client = "client_id = \"t\"\n",
                      role = "role = \"labeler\"\n";
    CHECK(fault("") == "");
    CHECK(fault(issuer + client + role) == "");
    CHECK(fault("issuer = \"http://id.test\"\nallow_private = true\n" + client + role) == "");
    CHECK_THAT(
        fault("issuer = \"http://id.test\"\n" + client + role), Catch::Contains("oidc.issuer")
    );
    CHECK_THAT(fault(issuer + role), Catch::Contains("oidc.client_id"));
    CHECK_THAT(fault(issuer + client), Catch::Contains("oidc.role"));
    CHECK_THAT(
        fault(issuer + client + "roles = { a = \"admin\" }\n"), Catch::Contains("oidc.role_claim")
    );
    CHECK_THAT(
        fault(issuer + client + role + "role_claim = \"groups\"\n"),
        Catch::Contains("oidc.role_claim")
    );
}

TEST_CASE("the address of a service that listens everywhere is one to go to", "[app][config]") {
    CHECK(service::local_url("127.0.0.1", 80) == "http://127.0.0.1:80");
    CHECK(service::local_url("0.0.0.0", 8080) == "http://localhost:8080");
    CHECK(service::local_url("::", 8080) == "http://localhost:8080");
    CHECK(service::local_url("::1", 8080) == "http://[::1]:8080");
}

TEST_CASE("a bucket is named by its url, and its keys by reference", "[app][config]") {
    service::Config config;
    service::read_file(
        config,
        file_with(
            "[blobs]\nurl = \"s3://bucket/tilth\"\nendpoint = \"http://10.0.0.1:9000\"\nregion = "
            "\"garage\"\nsecret_access_key = \"file:/run/secrets/s3\"\n"
        )
    );
    CHECK(config.blobs.url == "s3://bucket/tilth");
    CHECK(config.blobs.access_key_id == "env:AWS_ACCESS_KEY_ID");
    CHECK(config.blobs.secret_access_key == "file:/run/secrets/s3");
    for (const char* wrong :
         {"url = \"https://bucket/tilth\"",
          "url = \"s3://\"",
          "endpoint = \"10.0.0.1:9000\"",
          "secret_access_key = \"written out\""}) {
        INFO(wrong);
        CHECK_THROWS_WITH(
            service::read_file(config, file_with("[blobs]\n" + std::string(wrong) + "\n")),
            Catch::Contains("line 2")
        );
    }
}
