#include "service/config.hpp"

#include <charconv>
#include <fstream>
#include <map>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/error.hpp"

namespace app {

namespace {

using Setter = std::function<void(Config&, const std::string&)>;

std::uint16_t port_of(const std::string& text) {
    std::uint16_t port = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size())
        throw std::invalid_argument("a port from 0 to 65535");
    return port;
}

bool truth_of(const std::string& text) {
    if (text == "true" || text == "1") return true;
    if (text == "false" || text == "0") return false;
    throw std::invalid_argument("true or false");
}

// Each setting by its dotted name; the variable is the name in capitals, TILTH_DATABASE_URL.
const std::map<std::string, Setter>& settings() {
    static const std::map<std::string, Setter> all{
        {"database.url", [](Config& c, const std::string& v) { c.database_url = v; }},
        {"database.migrate", [](Config& c, const std::string& v) { c.migrate = truth_of(v); }},
        {"home", [](Config& c, const std::string& v) { c.home = v; }},
        {"blobs.directory", [](Config& c, const std::string& v) { c.blob_directory = v; }},
        {"log.level", [](Config& c, const std::string& v) { c.log_level = v; }},
        {"crawl.user_agent", [](Config& c, const std::string& v) { c.user_agent = v; }},
        {"crawl.ai_token", [](Config& c, const std::string& v) { c.ai_token = v; }},
        {"server.address", [](Config& c, const std::string& v) { c.address = v; }},
        {"server.port", [](Config& c, const std::string& v) { c.port = port_of(v); }},
        {"server.web", [](Config& c, const std::string& v) { c.web_directory = v; }},
    };
    return all;
}

std::string text_of(const toml::node& node) {
    if (auto text = node.value<std::string>()) return *text;
    if (auto number = node.value<std::int64_t>(); number && node.is_integer())
        return std::to_string(*number);
    if (auto truth = node.value<bool>(); truth && node.is_boolean())
        return *truth ? "true" : "false";
    throw std::invalid_argument("a string, a number or true/false");
}

void read_table(
    Config& config,
    const toml::table& table,
    const std::string& prefix,
    const std::string& file
) {
    for (const auto& [key, node] : table) {
        auto name = prefix + std::string(key.str());
        if (node.is_table()) {
            read_table(config, *node.as_table(), name + ".", file);
            continue;
        }
        auto place = fmt::format("{}, line {}", file, key.source().begin.line);
        auto setting = settings().find(name);
        if (setting == settings().end())
            throw base::UsageError(
                place, fmt::format("unknown key '{}'", name), "remove it or mend its name"
            );
        try {
            setting->second(config, text_of(node));
        } catch (const std::invalid_argument& wanted) {
            throw base::UsageError(
                place,
                fmt::format("'{}' has a wrong value", name),
                fmt::format("give it {}", wanted.what())
            );
        }
    }
}

}  // namespace

void read_file(Config& config, const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!in) throw base::UsageError(file.string(), "cannot be read", "check --config");
    try {
        read_table(config, toml::parse(in, file.string()), "", file.string());
    } catch (const toml::parse_error& error) {
        throw base::UsageError(
            fmt::format("{}, line {}", file.string(), error.source().begin.line),
            std::string(error.description()),
            "mend the TOML"
        );
    }
}

void read_environment(Config& config, const std::function<const char*(const char*)>& get) {
    for (const auto& [name, set] : settings()) {
        std::string variable = "TILTH_";
        for (char c : name)
            variable +=
                c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        const char* value = get(variable.c_str());
        if (!value || !*value) continue;
        try {
            set(config, value);
        } catch (const std::invalid_argument& wanted) {
            throw base::UsageError(
                variable, "has a wrong value", fmt::format("give it {}", wanted.what())
            );
        }
    }
}

}  // namespace app
