#include "service/config.hpp"

#include "base/settings/settings.hpp"

namespace service {

const base::Settings<Config::Database> Config::Database::settings{
    {"url",
     &Database::url,
     "PostgreSQL connection string or URL; without one, the embedded server is used",
     {.flag = "db"}},
    {"migrate", &Database::migrate, "bring the schema up to date by itself"},
};

const base::Settings<Config::Blobs> Config::Blobs::settings{
    {"directory", &Blobs::directory, "where large blobs are; blobs below home by default"},
};

const base::Settings<Config::Log> Config::Log::settings{
    {"level", &Log::level, "what is told on standard error", {.flag = "log"}},
};

const base::Settings<Config::Crawl> Config::Crawl::settings{
    {"user_agent", &Crawl::user_agent, "who crawls say they are"},
    {"ai_token", &Crawl::ai_token, "the name in robots.txt for machine learning"},
};

namespace {

std::optional<base::Fault> check_public_url(const std::string& url) {
    bool good = url.starts_with("http://") || url.starts_with("https://");
    if (url.empty() || (good && !url.ends_with('/'))) return std::nullopt;
    return base::Fault{
        .reason = "is no address of a service",
        .mend = "write it as https://label.example.org, without / at its end"};
}

}  // namespace

const base::Settings<Config::Server> Config::Server::settings{
    {"address", &Server::address, "where the server listens"},
    {"port", &Server::port, "0: any that is free"},
    {"public_url",
     &Server::public_url,
     "how browsers reach it, as sign-in links say: https://label.example.org; by address and port "
     "by default",
     {.check = &check_public_url}},
    {"web", &Server::web, "folder of the page; beside the program by default"},
    {"secure_cookies",
     &Server::secure_cookies,
     "sessions over TLS only: for a service behind a proxy that speaks it and does not say so by "
     "X-Forwarded-Proto"},
    {"max_connections", &Server::max_connections, "open at once", {.low = 16, .high = 65535}},
    {"max_connections_per_address",
     &Server::max_connections_per_address,
     "of one client; the idle ones of a client that has more are closed",
     {.low = 8, .high = 65535}},
    {"max_streams_per_user",
     &Server::max_streams_per_user,
     "event streams that one user has open",
     {.low = 1, .high = 64}},
    {"audit_days", &Server::audit_days, "how long is kept who did what", {.low = 1, .high = 36500}},
};

const base::Settings<Config> Config::settings{
    {"home", &Config::home, "folder of the embedded database and of large blobs"},
    {"database", &Config::database, "where everything is stored"},
    {"blobs", &Config::blobs, "where large blobs are stored"},
    {"log", &Config::log, "what the program tells of its work"},
    {"crawl", &Config::crawl, "what all crawls share"},
    {"server", &Config::server, "the page and the API"},
};

std::filesystem::path Config::blob_directory() const {
    return std::filesystem::absolute(blobs.directory.empty() ? home / "blobs" : blobs.directory);
}

void read_file(Config& config, const std::filesystem::path& file) {
    Config::settings.read(base::Document::toml_file(file), config);
}

void read_environment(Config& config, const std::function<const char*(const char*)>& get) {
    for (const auto& info : base::list_settings(Config::settings.record(), true)) {
        std::string variable = "TILTH_";
        for (char c : info.path)
            variable +=
                c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        const char* value = info.plain ? get(variable.c_str()) : nullptr;
        if (value && *value) Config::settings.set(config, info.path, value, variable);
    }
}

}  // namespace service
