#include <algorithm>
#include <sstream>

#include <catch2/catch.hpp>

#include "tests/crawler/site/test_site.hpp"
#include "tests/e2e/tilth.hpp"

using e2e::Tilth;

std::vector<std::string> e2e::Tilth::lines(std::vector<std::string> words) const {
    auto ended = (*this)(std::move(words));
    if (ended.code != 0)
        throw std::runtime_error("exit " + std::to_string(ended.code) + ": " + ended.err);
    std::vector<std::string> all;
    std::istringstream in(ended.out);
    for (std::string line; std::getline(in, line);) all.push_back(line);
    std::sort(all.begin(), all.end());
    return all;
}

namespace {

std::size_t count_lines(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("what a program says can be read from its first moment", "[e2e]") {
    for (int i = 0; i < 50; ++i) {
        test::Program program({"echo", "said"});
        CHECK(std::string_view("said\n").starts_with(program.out_so_far()));
        CHECK(program.end().out == "said\n");
    }
}

TEST_CASE("wrong usage is one line and exit code 2", "[e2e]") {
    Tilth tilth;
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"nonsense"},
             {"crawl"},
             {"ingest", "x.csv"},
             {"train", "s", "--no-such-flag"},
             {"--log", "loud", "db", "status"},
             {"label", "project", "export", "p", "--format", "papyrus"},
             {"completion", "powershell"},
             {"worker", "--kinds", "dance"},
             {"--config", "/no/such.toml", "db", "status"},
             {"source", "add", "--kind", "carrier-pigeon", "--name", "x"}}) {
        auto ended = tilth(words);
        INFO(words[0] << ": " << ended.err);
        CHECK(ended.code == 2);
        CHECK(count_lines(ended.err) == 1);
        CHECK(ended.err.starts_with("tilth: "));
    }
}

TEST_CASE("what cannot be done is one line and exit code 1", "[e2e]") {
    Tilth tilth;
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"ingest", "/no/such/file.csv", "--source", "s"},
             {"source", "show", "nobody"},
             {"records", "show", "--source", "nobody", "k"},
             {"train", "nothing"},
             {"errors", "7"},
             {"report", "7"},
             {"model", "predict", "m", "-"},
             {"snapshot", "create", "s", "--project", "nobody"},
             {"label", "queue", "nobody"},
             {"--db", "host=/no/such/place dbname=x", "db", "status"}}) {
        auto ended = tilth(words);
        INFO(words[0] << ": " << ended.err);
        CHECK(ended.code == 1);
        CHECK(count_lines(ended.err) == 1);
        CHECK(ended.err.starts_with("tilth: "));
    }
}

TEST_CASE("an unknown key in the settings is named with its line", "[e2e]") {
    Tilth tilth;
    auto file = tilth.home.write("t.toml", "[database]\nurl = \"x\"\ncolour = \"red\"\n");
    auto ended = tilth({"--config", file.string(), "db", "status"});
    CHECK(ended.code == 2);
    CHECK_THAT(ended.err, Catch::Contains("line 3") && Catch::Contains("database.colour"));
}

TEST_CASE("help, version and completion need no database", "[e2e]") {
    Tilth tilth;
    CHECK(tilth({"--help"}).code == 0);
    CHECK(tilth({"crawl", "--help"}).code == 0);
    CHECK_THAT(tilth({"--version"}).out, Catch::StartsWith("tilth 0."));
    for (const char* shell : {"bash", "zsh", "fish"})
        CHECK_THAT(tilth({"completion", shell}).out, Catch::Contains("snapshot"));
    CHECK(test::run({"bash", "-n"}, tilth({"completion", "bash"}).out).code == 0);
    CHECK_THAT(
        tilth({"completion", "bash"}).out,
        Catch::Contains("--log\") words=\"debug info warning error off\"")
    );
    CHECK_FALSE(std::filesystem::exists(tilth.home.path / "postgres"));
}

TEST_CASE("every command documents itself", "[e2e]") {
    Tilth tilth;
    for (const char* name :
         {"up",      "serve",   "worker", "db",     "source",  "crawl",    "ingest",
          "rejects", "records", "label",  "user",   "token",   "snapshot", "train",
          "runs",    "model",   "errors", "report", "inspect", "truth",    "agreement"}) {
        INFO(name);
        auto ended = tilth({name, "--help"});
        CHECK(ended.code == 0);
        CHECK(ended.out.size() > 100);
    }
}

TEST_CASE(
    "a table with bad rows keeps the good ones and the bad ones, and can replay these",
    "[e2e]"
) {
    Tilth tilth;
    auto file = tilth.home.write(
        "t.csv",
        "id,size,text\n1,10,first one here\n2,20\n3,30,third one here\n4,x,fourth one here\n"
    );
    auto rules = tilth.home.write(
        "rules.toml",
        "key = \"id\"\nbody = \"text\"\n[[column]]\nname = \"size\"\nfield = \"size\"\nop = "
        "\"number\"\n"
    );
    auto first = tilth.answer({"ingest", file.string(), "--source", "t", "--map", rules.string()});
    CHECK(first.at("read").as_int64() == 4);
    CHECK(first.at("new").as_int64() == 2);
    CHECK(first.at("rejected").as_int64() == 2);
    auto again = tilth.answer({"ingest", file.string(), "--source", "t", "--map", rules.string()});
    CHECK(again.at("new").as_int64() == 0);
    CHECK(again.at("unchanged").as_int64() == 2);
    CHECK(tilth.lines({"rejects", "list", "--source", "t"}).size() == 2);
    auto lenient = tilth.home.write(
        "lenient.toml",
        "key = \"id\"\nbody = \"text\"\n[[column]]\nname = \"size\"\nfield = \"size\"\nop = "
        "\"number\"\nmissing = [\"x\"]\n"
    );
    auto replayed = tilth.answer({"rejects", "replay", "--source", "t", "--map", lenient.string()});
    CHECK(replayed.at("new").as_int64() == 1);
    CHECK(replayed.at("rejected").as_int64() == 1);
    CHECK(tilth.lines({"records", "list", "--source", "t"}).size() == 3);
}

TEST_CASE(
    "a table on the web is fetched and read, and not fetched from inside unless allowed",
    "[e2e]"
) {
    test::TestSite site;
    site.on("/t.csv", [](const test::SiteRequest&) {
        return test::SiteReply{302, {"Location: /real/t.csv"}, "", {}, false, false};
    });
    site.on("/real/t.csv", [](const test::SiteRequest&) {
        return test::SiteReply{
            200, {"Content-Type: text/csv"}, "id,x\n1,a\n2,b\n", {}, false, false};
    });
    Tilth tilth;
    auto refused = tilth({"ingest", site.url("/t.csv"), "--source", "web", "--key", "id"});
    CHECK(refused.code == 1);
    CHECK_THAT(refused.err, Catch::Contains("--allow-private"));
    CHECK(
        tilth
            .answer(
                {"ingest", site.url("/t.csv"), "--source", "web", "--key", "id", "--allow-private"}
            )
            .at("new")
            .as_int64() == 2
    );
    auto missing = tilth({"ingest", site.url("/none.csv"), "--source", "web", "--allow-private"});
    CHECK(missing.code == 1);
    CHECK_THAT(missing.err, Catch::Contains("404"));
}

TEST_CASE("decisions can be asked for by lines, and a bad line does not end it", "[e2e]") {
    Tilth tilth;
    auto ended = tilth(
        {"inspect", "url"},
        "{\"input\":\"HTTP://EXAMPLE.org:80/a/../b\"}\nnonsense\n{\"input\":\"x\"}\n"
    );
    CHECK(ended.code == 0);
    CHECK_THAT(
        ended.out,
        Catch::Contains("http://example.org/b") && Catch::Contains("error") &&
            Catch::Contains("failure")
    );
    CHECK(count_lines(ended.out) == 3);
}

TEST_CASE("a user who is there stays as he is, and that is said", "[e2e]") {
    Tilth tilth;
    CHECK(tilth.answer({"user", "add", "ada", "--role", "labeler"}).at("role") == "labeler");
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"user", "add", "ada", "--role", "operator"},
             {"user", "add", "ada"},
             {"token", "create", "--user", "ada", "--role", "admin"}}) {
        auto ended = tilth(words);
        INFO(ended.err);
        CHECK(ended.code == 1);
        CHECK(ended.out.empty());
        CHECK_THAT(ended.err, Catch::Contains("user 'ada': is there already, as labeler"));
    }
    auto users = tilth.lines({"user", "list"});
    REQUIRE(users.size() == 1);
    CHECK_THAT(users[0], Catch::Contains("\"role\":\"labeler\""));
    CHECK(tilth.lines({"token", "list"}).size() == 1);  // the link of the first time
    CHECK(tilth.answer({"user", "link", "ada"}).at("role") == "labeler");
    CHECK(tilth.answer({"token", "create", "--user", "ada"}).at("user") == "ada");
    auto mistyped = tilth({"token", "create", "--user", "aad"});
    CHECK(mistyped.code == 1);
    CHECK_THAT(mistyped.err, Catch::Contains("user 'aad': no such user"));
    CHECK(tilth.lines({"user", "list"}).size() == 1);
    CHECK(
        tilth.answer({"token", "create", "--user", "eve", "--role", "analyst"}).at("user") == "eve"
    );
    CHECK(tilth.lines({"user", "list"}).size() == 2);
}
