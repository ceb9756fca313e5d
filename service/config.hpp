#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/run/log.hpp"
#include "base/run/log_format.hpp"
#include "base/settings/fwd.hpp"
#include "schema/people/user.hpp"

namespace service {

// The settings of the program, from tilth.toml (or --config), then TILTH_* variables, then flags;
// later ones win. A variable is a setting's name in capitals: TILTH_DATABASE_URL.
struct Config {
    struct Database {
        std::string url;      // empty: the embedded PostgreSQL
        bool migrate = true;  // bring the schema up to date by itself
        static const base::Settings<Database> settings;
    };
    struct Blobs {
        std::filesystem::path directory;  // empty: HOME/blobs
        std::string url;                  // "s3://bucket/prefix": there instead
        std::string endpoint;             // empty: Amazon's of the region
        std::string region = "us-east-1";
        bool path_style = true;
        // References; the token may be empty.
        std::string access_key_id = "env:AWS_ACCESS_KEY_ID";
        std::string secret_access_key = "env:AWS_SECRET_ACCESS_KEY";
        std::string session_token;
        static const base::Settings<Blobs> settings;
    };
    struct Log {
        base::log::Level level = base::log::Level::warning;
        base::log::Format format = base::log::Format::text;
        static const base::Settings<Log> settings;
    };
    struct Crawl {
        std::string user_agent = "tilth/0.1 (+https://tilth.invalid/bot)";
        std::string ai_token = "tilth";  // the robots.txt token for machine learning
        static const base::Settings<Crawl> settings;
    };
    struct Server {
        std::string address = "127.0.0.1";
        std::uint16_t port = 8080;
        std::string public_url;     // how browsers reach it; empty: by address and port
        std::filesystem::path web;  // empty: beside the program or in its source tree
        bool secure_cookies = false;
        bool passwords = true;  // whoever has one may sign in by it
        std::uint32_t max_connections = 1024;
        std::uint32_t max_connections_per_address = 512;
        std::uint32_t max_streams_per_user = 8;
        int audit_days = 400;
        static const base::Settings<Server> settings;
    };

    // Signing in by an OpenID Connect provider, where an issuer is named.
    struct OpenId {
        std::string issuer, client_id;
        std::string client_secret;  // a reference; empty: a public client
        std::vector<std::string> scopes{"openid", "profile", "email"};
        std::string title = "single sign-on";       // on the page's button
        std::optional<schema::Role> role;           // of those whom no claim gives one
        std::string role_claim;                     // "groups", "realm_access.roles"
        std::map<std::string, schema::Role> roles;  // by what the claim says
        std::vector<std::string> domains;           // of verified addresses of mail; empty: all
        bool allow_private = false;
        static const base::Settings<OpenId> settings;
    };

    std::filesystem::path home = ".tilth";
    Database database;
    Blobs blobs;
    Log log;
    Crawl crawl;
    Server server;
    OpenId oidc;

    // Where large blobs are, unless `blobs.url` says elsewhere.
    std::filesystem::path blob_directory() const;

    static const base::Settings<Config> settings;
};

// Takes over what a file says. Throws base::UsageError with the line for an unknown key, a wrong
// value or a syntax error.
void read_file(Config& config, const std::filesystem::path& file);
// `get` is std::getenv; an unknown TILTH_ variable is not an error, since others may set some.
void read_environment(Config& config, const std::function<const char*(const char*)>& get);

}  // namespace service
