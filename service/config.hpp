#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace app {

// Settings, from tilth.toml (or --config), then TILTH_* variables, then flags; later ones win.
struct Config {
    std::string
        database_url;     // database.url, TILTH_DATABASE_URL, --db; empty: the embedded PostgreSQL
    bool migrate = true;  // database.migrate: bring the schema up to date by itself
    std::filesystem::path home = ".tilth";  // home, TILTH_HOME, --home
    std::string blob_directory;             // blobs.directory; empty: HOME/blobs
    std::string log_level = "warning";      // log.level, TILTH_LOG_LEVEL, --log
    std::string user_agent = "tilth/0.1 (+https://tilth.invalid/bot)";  // crawl.user_agent
    std::string ai_token = "tilth";     // crawl.ai_token: the robots.txt token for machine learning
    std::string address = "127.0.0.1";  // server.address
    std::uint16_t port = 8080;          // server.port
    std::string web_directory;  // server.web; empty: beside the program or in its source tree
};

// Reads a file; an unknown key, a wrong type or a syntax error throws base::UsageError with the
// line.
void read_file(Config& config, const std::filesystem::path& file);
// `get` is std::getenv; an unknown TILTH_ variable is not an error, since others may set some.
void read_environment(Config& config, const std::function<const char*(const char*)>& get);

}  // namespace app
