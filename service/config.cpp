// What tilth.toml may say. Each part has its settings of its own, so that a fault is told with the
// line and the table that it stands in; what must hold between two of them is checked here too,
// before the program starts anything.
#include "service/config.hpp"

#include "base/settings/settings.hpp"
#include "schema/blobs/s3/s3.hpp"

namespace service {

const base::Settings<Config::Database> Config::Database::settings{
    {"url",
     &Database::url,
     "PostgreSQL connection string or URL; without one, the embedded server is used",
     {.flag = "db"}},
    {"migrate", &Database::migrate, "bring the schema up to date by itself"},
};

namespace {

std::optional<base::Fault> check_blobs_url(const std::string& url) {
    if (url.empty() || schema::s3::parse_place(url)) return std::nullopt;
    return base::Fault{
        .reason = "names no bucket", .mend = "write it as s3://bucket or s3://bucket/prefix"};
}

std::optional<base::Fault> check_endpoint(const std::string& url) {
    if (url.empty() || schema::s3::is_endpoint(url)) return std::nullopt;
    return base::Fault{
        .reason = "is no address of a server",
        .mend = "write it as https://s3.example.org, without a path"};
}

}  // namespace

const base::Settings<Config::Blobs> Config::Blobs::settings{
    {"directory", &Blobs::directory, "where large blobs are; blobs below home by default"},
    {"url",
     &Blobs::url,
     "s3://bucket/prefix: large blobs, and uploads that wait, are there instead",
     {.check = &check_blobs_url}},
    {"endpoint",
     &Blobs::endpoint,
     "server that speaks S3; Amazon's of the region by default",
     {.check = &check_endpoint}},
    {"region", &Blobs::region, "that requests are signed for"},
    {"path_style", &Blobs::path_style, "the bucket stands in the path, not in the server's name"},
    {"access_key_id", &Blobs::access_key_id, "env:NAME or file:PATH", {.secret = true}},
    {"secret_access_key", &Blobs::secret_access_key, "env:NAME or file:PATH", {.secret = true}},
    {"session_token",
     &Blobs::session_token,
     "env:NAME or file:PATH; none for keys that stay",
     {.secret = true}},
};

const base::Settings<Config::Log> Config::Log::settings{
    {"level", &Log::level, "what is told on standard error", {.flag = "log"}},
    {"format", &Log::format, "how its lines are written", {.flag = "log-format"}},
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
    {"passwords",
     &Server::passwords,
     "whoever has a password ('tilth user password') may sign in by it"},
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

namespace {

std::optional<base::Fault> check_openid(Config::OpenId& openid) {
    if (openid.issuer.empty()) return std::nullopt;
    using base::Fault;
    if (!openid.allow_private && !openid.issuer.starts_with("https://"))
        return Fault{
            .reason = "is no https address",
            .mend = "write it as the provider does; 'allow_private' is for trials",
            .at = "issuer"};
    if (openid.client_id.empty())
        return Fault{
            .reason = "is missing", .mend = "write what the provider gave", .at = "client_id"};
    if (!openid.role && openid.roles.empty())
        return Fault{
            .reason = "is missing, and no claim gives one either",
            .mend = "write role = \"labeler\", or role_claim and roles",
            .at = "role"};
    if (openid.role_claim.empty() != openid.roles.empty())
        return Fault{
            .reason = "goes with 'roles'",
            .mend = "write both: role_claim = \"groups\", roles = { crew = \"labeler\" }",
            .at = "role_claim"};
    return std::nullopt;
}

}  // namespace

const base::Settings<Config::OpenId> Config::OpenId::settings{
    {{"issuer",
      &OpenId::issuer,
      "address of the provider, as it names itself; none: no such sign-in"},
     {"client_id", &OpenId::client_id, "by which the provider knows this service"},
     {"client_secret",
      &OpenId::client_secret,
      "env:NAME or file:PATH; none for a public client",
      {.secret = true}},
     {"scopes", &OpenId::scopes, "what is asked for"},
     {"title", &OpenId::title, "on the button of the sign-in page"},
     {"role", &OpenId::role, "of users whom no claim gives one; without it, they are kept out"},
     {"role_claim", &OpenId::role_claim, "claim with the role, by its path: realm_access.roles"},
     {"roles", &OpenId::roles, "role of each value of that claim; the highest counts"},
     {"domains", &OpenId::domains, "only users with a verified address of mail there"},
     {"allow_private",
      &OpenId::allow_private,
      "the provider may be in a private network, by http"}},
    &check_openid,
};

const base::Settings<Config> Config::settings{
    {"home", &Config::home, "folder of the embedded database and of large blobs"},
    {"database", &Config::database, "where everything is stored"},
    {"blobs", &Config::blobs, "where large blobs are stored"},
    {"log", &Config::log, "what the program tells of its work"},
    {"crawl", &Config::crawl, "what all crawls share"},
    {"server", &Config::server, "the page and the API"},
    {"oidc", &Config::oidc, "signing in by an OpenID Connect provider"},
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
