#include "crawler/scrape/fixture.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include <catch2/catch.hpp>

#include <boost/json.hpp>

#include "crawler/inspect.hpp"

using namespace crawler;
namespace fs = std::filesystem;

namespace {

struct Folder {
    fs::path path = fs::temp_directory_path() / ("fixture-test-" + std::to_string(::getpid()));
    ~Folder() { fs::remove_all(path); }
    std::string name() const { return path.string(); }
};

const std::string url = "https://e.org/shop?id=7";
const std::string html = "<p class=n>caf\xe9</p><p class=price>12,50</p><i>a</i><i>b</i>";

Rules rules_with(const std::string& price) {
    return Rules::parse(
        "[fields.name]\ncss = '.n'\n[fields.price]\ncss = '" + price +
            "'\ntype = 'number'\n[fields.all]\ncss = 'i'\nmany = true\n",
        "r.toml"
    );
}

void record(const Folder& folder, const Rules& rules) {
    Response response;
    response.status = 200;
    response.headers = {{"content-type", "text/html; charset=iso-8859-1"}, {"set-cookie", "s=1"}};
    response.body = html;
    auto document =
        Document::parse("<p class=n>caf\u00e9</p><p class=price>12,50</p><i>a</i><i>b</i>");
    write_fixture(folder.name(), url, response, *rules.scrape(document, url, *parse_url(url)));
}

}  // namespace

TEST_CASE(
    "fixtures agree with the rules that made them, and tell what others change",
    "[crawler][fixture]"
) {
    Folder folder;
    auto rules = rules_with(".price");
    record(folder, rules);
    record(folder, rules);  // the same page again is the same fixture
    auto same = check_fixtures(rules, folder.name(), false);
    CHECK(same.fixtures == 1);
    CHECK(same.changed == 0);

    auto others = rules_with(".cost");
    auto differ = check_fixtures(others, folder.name(), false);
    REQUIRE(differ.differences.size() == 1);
    CHECK(differ.changed == 1);
    CHECK(differ.differences[0].path == "fields.price");
    CHECK(differ.differences[0].expected == "1.25E1");
    CHECK(differ.differences[0].now == "null");
    CHECK(differ.differences[0].url == url);

    CHECK(check_fixtures(others, folder.name(), true).changed == 1);
    CHECK(check_fixtures(others, folder.name(), false).changed == 0);
    for (const auto& file : fs::directory_iterator(folder.path)) {
        std::ifstream stream(file.path());
        std::stringstream bytes;
        bytes << stream.rdbuf();
        CHECK(bytes.str().find("s=1") == std::string::npos);
    }
}

TEST_CASE("lists that grow or shrink are told entry by entry", "[crawler][fixture]") {
    Folder folder;
    record(folder, rules_with(".price"));
    auto fewer = Rules::parse(
        "[fields.name]\ncss = '.n'\n[fields.price]\ncss = '.price'\ntype = "
        "'number'\n[fields.all]\ncss = "
        "'i:first-of-type'\nmany = true\n[fields.new]\ncss = 'p'\n",
        "r.toml"
    );
    auto report = check_fixtures(fewer, folder.name(), false);
    REQUIRE(report.differences.size() == 2);
    CHECK(report.differences[0].path == "fields.all[1]");
    CHECK(report.differences[0].now.empty());
    CHECK(report.differences[1].path == "fields.new");
    CHECK(report.differences[1].expected.empty());
    auto none = Rules::parse("pages = '/other'\n[fields.x]\ncss = 'p'\n", "r.toml");
    CHECK(check_fixtures(none, folder.name(), false).changed == 1);
}

TEST_CASE("a folder without fixtures is an error, and so are broken ones", "[crawler][fixture]") {
    Folder folder;
    CHECK_THROWS(check_fixtures(rules_with("p"), folder.name(), false));
    fs::create_directories(folder.path);
    CHECK_THROWS_WITH(
        check_fixtures(rules_with("p"), folder.name(), false), Catch::Contains("holds no fixtures")
    );
    record(folder, rules_with("p"));
    for (const auto& file : fs::directory_iterator(folder.path))
        if (file.path().extension() == ".json") std::ofstream(file.path()) << "{";
    CHECK_THROWS_WITH(
        check_fixtures(rules_with("p"), folder.name(), false), Catch::Contains("record it again")
    );
}

TEST_CASE("a scraping question is answered line by line", "[crawler][inspect]") {
    CHECK(
        inspect(
            "scrape", R"({"rules":"[fields.a]\ncss='p'","html":"<p>x","url":"http://e.org/"})"
        ) == R"({"fields":{"a":"x"}})"
    );
    auto rules = Rules::parse("pages = '/b'\n[fields.a]\ncss='p'", "r.toml");
    CHECK(
        inspect_scrape(rules, R"({"html":"<p>x","url":"http://e.org/b"})") ==
        R"({"fields":{"a":"x"}})"
    );
    CHECK(
        inspect_scrape(rules, R"({"html":"<p>x","url":"http://e.org/c"})") == R"({"rules":false})"
    );
    CHECK(inspect_scrape(rules, "[1]") == R"({"error":"not a JSON object"})");
    CHECK(inspect("scrape", R"({"rules":"x","html":"<p>x"})").find("error") != std::string::npos);
}
