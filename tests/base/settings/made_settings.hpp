#pragma once

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/settings/settings.hpp"

// Settings of every shape that there is, and what reading them comes to.
namespace made_settings {

using base::Document;
using base::Fault;
using namespace std::chrono_literals;

enum class Reach { host, domain, any };

constexpr auto words_of(Reach) {
    return std::to_array<base::Word<Reach>>({
        {Reach::host, "host", "the hosts of the first addresses"},
        {Reach::domain, "domain", "their domains"},
        {Reach::any, "any", "wherever links lead"},
    });
}

struct Rate {
    double per_second = 0;
    bool operator==(const Rate&) const = default;
};

struct Paginator {
    std::string kind = "single";
    int size = 100;
    bool operator==(const Paginator&) const = default;
    static const base::Settings<Paginator> settings;
};

struct Stream {
    std::string name;
    std::optional<Paginator> paginator;
    std::vector<std::pair<std::string, std::string>> query{};
    std::size_t start = 0;
    std::vector<Stream> children{};
    bool operator==(const Stream&) const = default;
    static const base::Settings<Stream> settings;
};

struct Common {
    std::vector<std::string> key;
    std::optional<std::uint64_t> limit;
    static const base::Settings<Common> settings;
};

struct Tilth {
    Common common;
    std::chrono::milliseconds delay{1000};
    Reach scope = Reach::host;
    std::vector<Reach> reaches;
    std::uint16_t port = 8080;
    double share = 1;
    bool robots = true;
    std::string token;
    std::vector<std::string> columns;
    std::map<std::string, double> params;
    std::optional<Rate> rate;
    std::variant<bool, Paginator> pages = true;
    Paginator first;
    std::vector<Stream> streams;
    boost::json::value body;
    static const base::Settings<Tilth> settings;
};

}  // namespace made_settings

template <>
struct base::Spelling<made_settings::Rate> {
    static constexpr std::string_view wanted = "a rate such as 10/s";
    static std::optional<made_settings::Rate> read(std::string_view text) {
        if (!text.ends_with("/s")) return std::nullopt;
        return made_settings::Rate{std::stod(std::string(text.substr(0, text.size() - 2)))};
    }
    static std::string write(const made_settings::Rate& rate) {
        return std::to_string(static_cast<int>(rate.per_second)) + "/s";
    }
};

namespace made_settings {

inline std::optional<Fault> check_column(const std::string& text) {
    if (text.starts_with('/')) throw base::UsageError("columns", "begin with no /", "cut it");
    if (text.size() > 9) return Fault{"is longer than 9 letters", "shorten it"};
    return std::nullopt;
}

inline std::optional<Fault> check_stream(Stream& stream) {
    if (stream.name == "all" && stream.paginator)
        return Fault{.reason = "does not suit 'all'", .at = "paginator.size"};
    return std::nullopt;
}

inline const base::Settings<Paginator> Paginator::settings{
    {"kind", &Paginator::kind, "how pages follow", {.choices = {"single", "page", "offset"}}},
    {"size", &Paginator::size, "records a page", {.low = 1, .high = 1000}},
};

inline const base::Settings<Stream> Stream::settings{
    {{"name", &Stream::name, "what it is called", {.required = true}},
     {"paginator", &Stream::paginator, "how it goes on"},
     {"query", &Stream::query, "parameters of the address", {.scalars = true}},
     {"start", &Stream::start, "where it begins"},
     {"child", &Stream::children, "streams within it"}},
    &check_stream};

inline const base::Settings<Common> Common::settings{
    {"key", &Common::key, "fields that name a record"},
    {"limit", &Common::limit, "stop after so many", {.low = 1}},
};

inline const base::Settings<Tilth> Tilth::settings{
    {&Tilth::common},
    {"delay", &Tilth::delay, "between two requests", {.alias = "delay_ms", .unit = 1ms}},
    {"scope", &Tilth::scope, "which links belong"},
    {"reaches", &Tilth::reaches, "which count"},
    {"port", &Tilth::port, "of the server"},
    {"share", &Tilth::share, "of all", {.low = 0, .high = 1}},
    {"robots", &Tilth::robots, "ask robots.txt"},
    {"token", &Tilth::token, "for the server", {.secret = true}},
    {"columns", &Tilth::columns, "of the table", {.alias = "column", .check = &check_column}},
    {"params", &Tilth::params, "of the model"},
    {"rate", &Tilth::rate, "at most"},
    {"pages", &Tilth::pages, "whether and how"},
    {"first", &Tilth::first, "the first page"},
    {"stream", &Tilth::streams, "what to read"},
    {"body", &Tilth::body, "anything"},
};

inline Tilth read(const std::string& toml) {
    return Tilth::settings.read(Document::toml(toml, "t.toml"));
}

inline std::string failure(const std::string& toml) {
    try {
        read(toml);
    } catch (const base::UsageError& error) {
        return error.what();
    }
    return "no failure";
}

inline std::string json_failure(const std::string& text) {
    try {
        Tilth::settings.read(Document::json(text));
    } catch (const base::UsageError& error) {
        return error.what();
    }
    return "no failure";
}

inline constexpr auto everything = R"(
key = ["a", "b"]
limit = 5
delay = "2s"
scope = "domain"
port = 80
share = 0.5
robots = false
token = "env:TOKEN"
columns = ["x", "y"]
params = { l2 = 0.1, depth = 3 }
rate = "10/s"
pages = { kind = "page" }
body = { a = [1, 2.5, "x"], on = 2024-05-01 }
[first]
size = 7
[[stream]]
name = "s"
query = { page = 2, all = true }
paginator = { size = 9 }
[[stream.child]]
name = "c"
)";

}  // namespace made_settings
