#include "base/settings/settings.hpp"

#include <filesystem>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/run/files.hpp"
#include "tests/base/settings/made_settings.hpp"

namespace json = boost::json;
using base::Document;
using base::Fault;
using namespace std::chrono_literals;
using Catch::Contains;
using Catch::Equals;
using Catch::StartsWith;
using namespace made_settings;

TEST_CASE("settings are read from TOML into their struct", "[base][settings]") {
    auto made = read(everything);
    CHECK(made.common.key == std::vector<std::string>{"a", "b"});
    CHECK(made.common.limit == 5U);
    CHECK(made.delay == 2s);
    CHECK(made.scope == Reach::domain);
    CHECK(made.port == 80);
    CHECK(made.share == 0.5);
    CHECK_FALSE(made.robots);
    CHECK(made.token == "env:TOKEN");
    CHECK(made.columns == std::vector<std::string>{"x", "y"});
    CHECK(made.params == std::map<std::string, double>{{"l2", 0.1}, {"depth", 3}});
    CHECK(made.rate == Rate{10});
    CHECK(std::get<Paginator>(made.pages) == Paginator{.kind = "page"});
    CHECK(made.first.size == 7);
    REQUIRE(made.streams.size() == 1);
    CHECK(made.streams[0].query.at(1) == std::pair<std::string, std::string>("page", "2"));
    CHECK(made.streams[0].paginator == Paginator{.size = 9});
    CHECK(made.streams[0].children.at(0).name == "c");
    CHECK(made.body.at("on") == "2024-05-01");
}

TEST_CASE("what is absent keeps its default", "[base][settings]") {
    auto made = read("");
    CHECK(made.delay == 1s);
    CHECK(made.scope == Reach::host);
    CHECK(std::get<bool>(made.pages));
    CHECK_FALSE(made.rate);
}

TEST_CASE("a fault in TOML is told of with its line", "[base][settings]") {
    CHECK_THAT(
        failure("delay = 1\n\ndealy = 2\n"),
        Contains("t.toml, line 3: unknown key 'dealy'; did you mean 'delay'? known: key, limit,")
    );
    CHECK_THAT(
        failure("port = 70000"),
        Equals("t.toml, line 1: 'port' must be a whole number from 0 to 65535")
    );
    CHECK_THAT(
        failure("[first]\nsize = 0\n"),
        Equals("t.toml, line 2: 'size' must be a whole number from 1 to 1000")
    );
    CHECK_THAT(
        failure("scope = \"hots\""),
        Equals("t.toml, line 1: scope 'hots' is unknown; did you mean 'host'? known: host, domain, "
               "any")
    );
    CHECK_THAT(
        failure("[first]\nkind = \"pages\""),
        Contains("line 2: kind 'pages' is unknown; did you mean 'page'? known: single, page, offset"
        )
    );
    CHECK_THAT(failure("share = 2"), Contains("'share' must be a number from 0 to 1"));
    CHECK_THAT(failure("share = nan"), Contains("'share' must be a number from 0 to 1"));
    CHECK_THAT(failure("delay = \"2 weeks\""), Contains("'delay' must be a span of time such as"));
    CHECK_THAT(failure("delay = \"0.5ms\""), Contains("'delay' is finer than 1ms"));
    CHECK_THAT(failure("rate = \"10/h\""), Contains("rate '10/h' is unknown; give it a rate such"));
    CHECK_THAT(failure("stream = 3"), Contains("'stream' must be a list of tables"));
    CHECK_THAT(failure("first = 3"), Contains("'first' must be a table"));
    CHECK_THAT(failure("columns = [1]"), Contains("'columns[0]' must be a text"));
    CHECK_THAT(failure("a = [\n"), StartsWith("t.toml, line "));
}

TEST_CASE("a fault in JSON is told of with its path", "[base][settings]") {
    CHECK_THAT(
        json_failure(R"({"stream": [{"name": "a"}, {"name": "b", "sart": 1}]})"),
        Contains("setting 'stream[1].sart': is unknown; did you mean 'start'?")
    );
    CHECK_THAT(
        json_failure(R"({"first": {"size": "7"}})"),
        Equals("setting 'first.size': must be a whole number from 1 to 1000")
    );
    CHECK_THAT(json_failure("{"), StartsWith("settings: are no JSON"));
}

TEST_CASE("what is required must be there and filled", "[base][settings]") {
    CHECK_THAT(
        failure("\n[[stream]]\nstart = 1\n"),
        Equals("t.toml, line 2: 'name' is missing; give it a text: what it is called")
    );
    CHECK_THAT(failure("[[stream]]\nname = \"\"\n"), Contains("'name' is missing"));
    CHECK_THAT(
        json_failure(R"({"stream": [{}]})"), Contains("setting 'stream[0].name': is missing")
    );
}

TEST_CASE("an older spelling is read, but not beside the newer one", "[base][settings]") {
    CHECK(read("delay_ms = 250").delay == 250ms);
    CHECK(read("delay = 250").delay == 250ms);
    CHECK(read("column = \"x\"").columns == std::vector<std::string>{"x"});
    CHECK_THAT(
        failure("column = \"x\"\ncolumns = [\"y\"]"),
        Contains("line 1: 'column' stands beside 'columns', which is the same")
    );
}

TEST_CASE("checks of a value and of a struct name their place", "[base][settings]") {
    CHECK_THAT(
        failure("columns = [\n'a',\n'abcdefghijk']"),
        Equals("t.toml, line 3: 'columns[1]' is longer than 9 letters; shorten it")
    );
    CHECK_THAT(failure("column = '/a'"), Contains("line 1: 'column' columns: begin with no /"));
    CHECK_THAT(
        failure("[[stream]]\nname = 'all'\n[stream.paginator]\nsize = 3"),
        Equals("t.toml, line 4: 'size' does not suit 'all'")
    );
}

TEST_CASE("a secret is a reference, never written out", "[base][settings]") {
    CHECK(read("token = 'file:/run/token'").token == "file:/run/token");
    CHECK_THAT(failure("token = 'abc'"), Contains("is written out instead of referred to"));
}

TEST_CASE("settings are set by their names from text", "[base][settings]") {
    Tilth made;
    auto set = [&](const std::string& name, const std::string& text) {
        Tilth::settings.set(made, name, text, "--set " + name);
    };
    set("delay", "500");
    CHECK(made.delay == 500ms);
    set("delay_ms", "3s");
    CHECK(made.delay == 3s);
    set("limit", "12");
    CHECK(made.common.limit == 12U);
    set("key", R"(["x","y"])");
    CHECK(made.common.key == std::vector<std::string>{"x", "y"});
    set("key", "z");
    CHECK(made.common.key == std::vector<std::string>{"z"});
    set("robots", "0");
    CHECK_FALSE(made.robots);
    set("first.size", "3");
    CHECK(made.first.size == 3);
    set("params.l2.x", "0.5");
    set("params", "depth=2");
    CHECK(made.params == std::map<std::string, double>{{"depth", 2}});
    set("pages", "false");
    CHECK_FALSE(std::get<bool>(made.pages));
    set("pages", R"({"size": 5})");
    CHECK(std::get<Paginator>(made.pages).size == 5);
    set("token", "\"env:A\"");
    CHECK(made.token == "env:A");
    set("reaches", "host,any");  // no comma is part of a word, as it may be of a text
    CHECK(made.reaches == std::vector{Reach::host, Reach::any});
    CHECK_THROWS_WITH(set("reaches", "host,hots"), Contains("'hots' is unknown"));
    CHECK_THROWS_WITH(set("port", "x"), "--set port: must be a whole number from 0 to 65535");
    CHECK_THROWS_WITH(
        set("prt", "1"), Contains("--set prt: unknown key 'prt'; did you mean 'port'")
    );
    CHECK_THROWS_WITH(set("port.x", "1"), Contains("'port' has no parts"));
    CHECK_THROWS_WITH(set("params", "depth=x"), "--set params depth: must be a number");
    CHECK_THROWS_WITH(set("params", "depth"), Contains("--set params: must be NAME=VALUE"));
    CHECK_THROWS_WITH(set("params", "=3"), Contains("must be NAME=VALUE"));
}

TEST_CASE("layers are read one over the other and checked at the end", "[base][settings]") {
    auto document = Document::toml("start = 4", "s.toml");
    Stream made;
    Stream::settings.read(document, made);
    CHECK_THROWS_WITH(
        Stream::settings.finish(made, document), Contains("s.toml: 'name' is missing")
    );
    Stream::settings.set(made, "name", "n", "--name");
    CHECK_NOTHROW(Stream::settings.finish(made, document));
    CHECK(made.start == 4);
}

TEST_CASE("what is stored is what differs from the defaults, and reads back", "[base][settings]") {
    CHECK(Tilth::settings.text(Tilth{}) == "{}");
    Tilth made;
    made.first.size = 7;
    made.streams.push_back({.name = "s", .paginator = Paginator{}});
    CHECK(
        Tilth::settings.write(made) ==
        json::parse(R"({"first": {"size": 7}, "stream": [{"name": "s", "paginator": {}}]})")
    );
    auto all = read(everything);
    auto again = Tilth::settings.read(Document::of(Tilth::settings.write(all)));
    CHECK(
        Tilth::settings.text(again, base::Written::all) ==
        Tilth::settings.text(all, base::Written::all)
    );
}

TEST_CASE("a part of a document keeps its lines", "[base][settings]") {
    auto document = Document::toml("kind = 'x'\n[first]\nsize = 0\n", "t.toml");
    CHECK(document.has("kind"));
    CHECK_FALSE(document.without({"kind"}).has("kind"));
    CHECK_THROWS_WITH(
        Paginator::settings.read(document.part("first")), StartsWith("t.toml, line 3: 'size' must")
    );
    CHECK_THROWS_WITH(
        Paginator::settings.read(document.without({"kind"})),
        StartsWith("t.toml, line 2: unknown key 'first'")
    );
}

TEST_CASE("a declaration tells people about its settings", "[base][settings]") {
    auto list = Tilth::settings.list();
    auto info = [&](const std::string& path) {
        for (const auto& one : list)
            if (one.path == path) return one;
        return base::SettingInfo{};
    };
    CHECK(info("limit").type == "a whole number of at least 1");
    CHECK(info("delay").usual == "1s");
    CHECK(info("share").usual == "1");
    CHECK(info("scope").choices.at(0).second == "the hosts of the first addresses");
    CHECK(info("robots").is_truth);
    CHECK(info("columns").many);
    CHECK_FALSE(info("stream").plain);
    auto markdown = Tilth::settings.markdown();
    CHECK_THAT(
        markdown,
        Contains("| `stream[].name` | a text, required |  | what it is called |") &&
            Contains("| `first.size` | a whole number from 1 to 1000 | `100` | records a page |") &&
            Contains("| `pages.kind` | single, page or offset | `single` | how pages follow |")
    );
}

TEST_CASE("the schema of settings allows no other names", "[base][settings]") {
    auto schema = base::schema_of<Stream>();
    CHECK(schema.at("additionalProperties") == false);
    CHECK(schema.at("required") == json::array{"name"});
    CHECK(schema.at("properties").at("child").at("items") == json::value{{"type", "object"}});
    CHECK(schema.at("properties").at("start").at("description") == "where it begins");
}

TEST_CASE("what is no key of TOML is a fault with its line", "[base][settings]") {
    for (const char* toml :
         {"[<a<b",
          "[[<",
          "port = 1\n[a.<b]\n",
          "<",
          "[",
          "= 1",
          "[\x01]",
          "-\u036a-=1",
          "port \u00e4 = 1"})
        CHECK_THAT(failure(toml), Contains("t.toml, line ") && Contains("mend the TOML"));
}

TEST_CASE("a folder is no file to read", "[base][settings]") {
    const auto folder = std::filesystem::temp_directory_path();
    CHECK_THROWS_WITH(
        base::Document::toml_file(folder),
        folder.string() + ": cannot be read; check its path and rights"
    );
    CHECK_THROWS_WITH(
        base::read_whole_file(folder.string()), Catch::Contains("cannot be read; check the path")
    );
}
