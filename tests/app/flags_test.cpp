#include "app/flags.hpp"

#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>

#include "base/error.hpp"

using namespace std::chrono_literals;
using Catch::Contains;

namespace {

enum class Reach { host, any };

constexpr auto words_of(Reach) {
    return std::to_array<base::Word<Reach>>({{Reach::host, "host"}, {Reach::any, "any"}});
}

struct Files {
    std::vector<std::string> types;
    int size = 0;
    static const base::Settings<Files> settings;
};

struct Walk {
    std::vector<std::string> urls;
    std::chrono::milliseconds delay{1000};
    Reach scope = Reach::host;
    std::optional<std::uint64_t> max_pages;
    bool feeds = true;
    bool obey = true;
    bool images = false;
    std::variant<bool, std::vector<std::string>> reach = false;
    std::vector<std::string> include;
    std::vector<int> widths;
    std::map<std::string, double> params;
    std::optional<Files> files;
    std::string rules;
    static const base::Settings<Walk> settings;
};

const base::Settings<Files> Files::settings{
    {"types", &Files::types, "of files", {.flag = "files"}},
    {"size", &Files::size, "at most"},
};

const base::Settings<Walk> Walk::settings{
    {"urls", &Walk::urls, "where to begin", {.required = true}},
    {"delay", &Walk::delay, "between two requests", {.unit = 1ms}},
    {"scope", &Walk::scope, "which links belong"},
    {"max_pages", &Walk::max_pages, "stop after so many", {.low = 1}},
    {"feeds", &Walk::feeds, "read feeds"},
    {"obey", &Walk::obey, "ask robots.txt", {.flag = "!ignore"}},
    {"images", &Walk::images, "keep images"},
    {"reach", &Walk::reach, "private addresses"},
    {"include", &Walk::include, "expressions"},
    {"widths", &Walk::widths, "of columns"},
    {"params", &Walk::params, "of the model"},
    {"files", &Walk::files, "keep files"},
    {"rules", &Walk::rules, "a text"},
};

struct Command {
    CLI::App cli{"walks", "walk"};
    app::Flags<Walk> flags{cli, {.positionals = {{"urls", "URL"}}, .without = {"rules"}}};

    Walk parse(std::vector<std::string> words, const std::string& toml = {}) {
        std::reverse(words.begin(), words.end());
        cli.parse(words);
        return flags.read(base::Document::toml(toml, "walk.toml"));
    }
};

}  // namespace

TEST_CASE("each declared setting is a flag", "[app][flags]") {
    Command command;
    auto made = command.parse({"http://a",
                               "http://b",
                               "--delay",
                               "250",
                               "--scope",
                               "any",
                               "--max-pages=7",
                               "--no-feeds",
                               "--ignore",
                               "--images",
                               "--reach",
                               "--include",
                               "x",
                               "--include",
                               "y",
                               "--widths",
                               "10,8,20",
                               "--params",
                               "l2=0.5",
                               "--files",
                               "application/pdf"});
    CHECK(made.urls == std::vector<std::string>{"http://a", "http://b"});
    CHECK(made.delay == 250ms);
    CHECK(made.scope == Reach::any);
    CHECK(made.max_pages == 7U);
    CHECK_FALSE(made.feeds);
    CHECK_FALSE(made.obey);
    CHECK(made.images);
    CHECK(std::get<bool>(made.reach));
    CHECK(made.include == std::vector<std::string>{"x", "y"});
    CHECK(made.widths == std::vector<int>{10, 8, 20});
    CHECK(made.params == std::map<std::string, double>{{"l2", 0.5}});
    REQUIRE(made.files);
    CHECK(made.files->types == std::vector<std::string>{"application/pdf"});
    CHECK(command.flags.given("delay"));
    CHECK_FALSE(command.flags.given("rules"));
}

TEST_CASE("a flag goes before the file, and what neither says keeps its default", "[app][flags]") {
    Command command;
    auto made = command.parse(
        {"http://a", "--delay", "2s", "--no-images"}, "delay = 5\nimages = true\nmax_pages = 3\n"
    );
    CHECK(made.delay == 2s);
    CHECK_FALSE(made.images);
    CHECK(made.max_pages == 3U);
    CHECK(made.feeds);
}

TEST_CASE("a flag that may be true or more takes the more behind '='", "[app][flags]") {
    auto made = Command().parse({"http://a", "--reach=10.0.0.0/8"});
    CHECK(std::get<1>(made.reach) == std::vector<std::string>{"10.0.0.0/8"});
}

TEST_CASE("a wrong value is told of with its flag", "[app][flags]") {
    CHECK_THROWS_WITH(
        Command().parse({"http://a", "--max-pages", "0"}),
        "--max-pages: must be a whole number of at least 1"
    );
    CHECK_THROWS_WITH(
        Command().parse({"http://a", "--scope", "hots"}),
        "--scope: 'hots' is unknown; did you mean 'host'? known: host, any"
    );
    CHECK_THROWS_WITH(Command().parse({}), Contains("URL is required"));
    CHECK_THROWS_AS(Command().parse({"http://a", "--rules", "x"}), CLI::ParseError);
    CHECK_THROWS_AS(Command().parse({"http://a", "--size", "1"}), CLI::ParseError);
}

TEST_CASE("help names the choices and the default of a flag", "[app][flags]") {
    auto help = Command().cli.help();
    CHECK_THAT(help, Contains("--scope host|any") && Contains("Which links belong (host)"));
    CHECK_THAT(help, Contains("--delay TIME") && Contains("(1s)"));
    CHECK_THAT(help, Contains("--no-feeds"));
}

TEST_CASE("an argument leaves the next one to whom it belongs", "[app][flags]") {
    CLI::App cli;
    app::Flags<Files> flags{cli, {.positionals = {{"size", "SIZE,--of"}}, .without = {"types"}}};
    std::string file;
    cli.add_option("FILE", file)->required();
    cli.parse("5 recipe.toml", false);
    CHECK(flags.read().size == 5);
    CHECK(file == "recipe.toml");
}

TEST_CASE("a flag of one value leaves the argument behind it alone", "[app][flags]") {
    CLI::App cli;
    app::Flags<Files> flags{cli, {.without = {"types"}}};
    std::string file;
    cli.add_option("FILE", file)->required();
    cli.parse("--size 5 recipe.toml", false);
    CHECK(flags.read().size == 5);
    CHECK(file == "recipe.toml");
}
