#include "service/config.hpp"

#include <fstream>
#include <map>

#include <unistd.h>
#include <catch2/catch.hpp>

#include "base/error.hpp"

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
