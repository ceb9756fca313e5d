// A look at a source before anything of it is stored, against real files and servers.
#include "service/gather/preview/preview.hpp"

#include <chrono>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "schema/sources/source_store.hpp"
#include "service/context.hpp"
#include "service/gather/gather.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/refusal.hpp"
#include "tests/crawler/site/test_site.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"

namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

struct PreviewWorld {
    test::TestDatabase db{4};
    test::Folder home;
    base::StopOnSignal stop;
    service::Context context{stop};

    PreviewWorld() {
        context.config.database.url = db.url();
        context.config.home = home.path;
    }
    service::SourcePreview look(const service::PreviewSource& request) {
        service::SourcePreview seen;
        service::run_locally(context.environment(), [&](service::Work& work) {
            seen = service::preview_source(work, request);
        });
        return seen;
    }
    service::SourcePreview
    look(const std::string& kind, const json::object& spec, int records = 10, int seconds = 20) {
        return look(
            {.source = {},
             .kind = kind,
             .spec = {json::serialize(spec)},
             .records = records,
             .seconds = seconds}
        );
    }
    bool is_untouched() {
        return db.number(
                   "SELECT (SELECT count(*) FROM record) + (SELECT count(*) FROM source_run) + "
                   "(SELECT count(*) FROM reject) + (SELECT count(*) FROM frontier_url)"
               ) == 0 &&
               (!std::filesystem::exists(home.path / "downloads") ||
                std::filesystem::is_empty(home.path / "downloads"));
    }
};

const std::string table =
    "id,price,title\n1,2.5,Red apple\n2,3.5,Green pear\n3,only two\n4,1,Plum\n";

test::SiteReply reply(std::string body, const std::string& type) {
    test::SiteReply made;
    made.headers = {"Content-Type: " + type};
    made.body = std::move(body);
    return made;
}

}  // namespace

TEST_CASE("each kind tells what it takes, and its example is sound", "[service][preview]") {
    PreviewWorld world;
    service::run_locally(world.context.environment(), [&](service::Work& work) {
        auto kinds = service::list_kinds(work, {}).items;
        REQUIRE(kinds.size() == service::source_kinds().size());
        for (const auto& kind : kinds) {
            INFO(kind.kind);
            CHECK_NOTHROW(service::check_spec(kind.kind, base::Document::json(kind.example.text)));
            auto schema = json::parse(kind.schema.text).as_object();
            const auto& members = schema.at("properties").as_object();
            const auto example = json::parse(kind.example.text).as_object();
            for (const auto& [name, value] : example) CHECK(members.contains(name));
            for (const auto& setting : kind.settings) CHECK_FALSE(setting.words.empty());
            CHECK(kind.settings.size() >= members.size());
        }
    });
}

TEST_CASE("the first records of a file are seen, and nothing is stored", "[service][preview]") {
    PreviewWorld world;
    auto file = world.home.write("fruit.csv", table).string();
    json::object spec{{"inputs", json::array{file}}, {"key", "id"}};
    auto seen = world.look("files", spec);
    REQUIRE(seen.records.size() == 3);
    CHECK(seen.records[0].key == "1");
    CHECK(json::parse(seen.records[0].columns.text).at("price") == 2.5);
    CHECK(json::parse(seen.records[0].payload.text).at("title") == "Red apple");
    CHECK(seen.records[0].line == 2);
    REQUIRE(seen.rejects.size() == 1);
    CHECK(seen.rejects[0].code == "csv.too_few_fields");
    CHECK(seen.rejects[0].raw.find("only two") != std::string::npos);
    CHECK(seen.ended);
    CHECK(seen.rules.find("price") != std::string::npos);
    CHECK_FALSE(seen.notes.empty());
    CHECK(world.is_untouched());

    auto two = world.look("files", spec, 2);
    CHECK(two.records.size() == 2);
    CHECK_FALSE(two.ended);
    auto none = world.look("files", spec, 0);
    CHECK(none.records.empty());
}

TEST_CASE("a stored source is looked at, also with other settings", "[service][preview]") {
    PreviewWorld world;
    auto file = world.home.write("fruit.csv", table).string();
    auto other = world.home.write("more.jsonl", "{\"id\": \"z\", \"n\": 1}\n").string();
    world.context.environment().database.call([&](base::Tx& tx) {
        auto spec = json::serialize(json::object{{"inputs", json::array{file}}, {"key", "id"}});
        schema::add_source(
            tx, {0, "fruit", "files", spec, "", "active"}, std::chrono::system_clock::now()
        );
    });
    service::PreviewSource request{.source = "fruit", .kind = {}, .spec = {}};
    CHECK(world.look(request).records.size() == 3);
    request.spec.text = json::serialize(json::object{{"inputs", json::array{other}}});
    CHECK(world.look(request).records.size() == 1);
    request.kind = "feed";
    CHECK_THROWS_AS(world.look(request), base::UsageError);
    request = {.source = "nuts", .kind = {}, .spec = {}};
    CHECK_THROWS_AS(world.look(request), service::Refusal);
    CHECK(world.is_untouched());
}

TEST_CASE("settings that are not sound are refused with their place", "[service][preview]") {
    PreviewWorld world;
    CHECK_THROWS_WITH(
        world.look("files", {{"inputz", "x"}}, 0), Catch::Contains("setting 'inputz'")
    );
    CHECK_THROWS_WITH(world.look("nothing", {}), Catch::Contains("use crawl"));
    CHECK_THROWS_AS(world.look({.source = {}, .kind = {}, .spec = {}}), base::UsageError);
    CHECK_THROWS_WITH(
        world.look("files", {{"inputs", json::array{"-"}}}), Catch::Contains("look at a file")
    );
    CHECK_THROWS_AS(
        world.look("files", {{"inputs", json::array{"/nowhere/at/all.csv"}}}), base::Error
    );
    auto pushed = world.look("push", {{"secrets", json::array{"env:X"}}});
    CHECK(pushed.records.empty());
    CHECK_FALSE(pushed.notes.empty());
}

TEST_CASE("of a download the first bytes are read, within bounds", "[service][preview]") {
    PreviewWorld world;
    test::TestSite site;
    std::string rows = "id,n\n";
    for (int i = 0; i < 3000; ++i) rows += std::to_string(i) + ",7\n";
    std::string range;
    site.on("/rows.csv", [&](const test::SiteRequest& request) {
        if (request.headers.contains("range")) range = request.headers.at("range");
        return reply(rows, "text/csv");
    });
    json::object spec{{"inputs", json::array{site.url("/rows.csv")}}, {"key", "id"}};
    CHECK_THROWS_AS(world.look("files", spec), base::Error);  // private, and not allowed
    CHECK(site.count("/rows.csv") == 0);
    spec["allow_private"] = true;
    auto seen = world.look("files", spec, 5);
    CHECK(seen.records.size() == 5);
    CHECK(range == "bytes=0-16777215");
    CHECK(world.is_untouched());
}

TEST_CASE("a server that is slow ends the look after its seconds", "[service][preview]") {
    PreviewWorld world;
    test::TestSite site;
    site.on("/items", [&](const test::SiteRequest&) {
        auto made = reply(R"([{"id": 1}])", "application/json");
        made.delay = 8s;
        return made;
    });
    json::object spec{
        {"base_url", site.url("")},
        {"allow_private", true},
        {"stream", json::array{json::object{{"name", "items"}, {"path", "/items"}}}}};
    auto began = std::chrono::steady_clock::now();
    auto seen = world.look("api", spec, 10, 1);
    CHECK(std::chrono::steady_clock::now() - began < 6s);
    CHECK(seen.records.empty());
    CHECK_FALSE(seen.ended);
    REQUIRE_FALSE(seen.notes.empty());
    CHECK(seen.notes.back().find("ended after 1 s") == 0);
    CHECK_FALSE(seen.plan.empty());
}

TEST_CASE("a crawl shows its first pages and where it would go", "[service][preview]") {
    PreviewWorld world;
    test::TestSite site;
    std::string words;
    for (int i = 0; i < 40; ++i) words += "<p>A garden has many sorts of apples and pears.</p>";
    site.page(
        "/",
        "<html lang=en><title>Garden</title><main><h1>Garden</h1>" + words +
            "</main><a href=/a>a</a><a href=/b>b</a><a href=/c>c</a>"
    );
    for (const char* path : {"/a", "/b", "/c"})
        site.page(path, "<html lang=en><title>Page</title><main>" + words + path + "</main>");
    json::object spec{
        {"urls", json::array{site.url("/")}}, {"allow_private", true}, {"delay", "10ms"}};
    auto seen = world.look("crawl", spec, 2);
    REQUIRE(seen.records.size() == 2);
    CHECK(seen.records[0].title == "Garden");
    CHECK(seen.records[0].text.find("apples and pears") != std::string::npos);
    CHECK(seen.records[0].url == site.url("/"));
    CHECK(seen.urls.size() >= 4);
    CHECK(seen.urls[0].fetch);
    CHECK(site.count("/a") + site.count("/b") + site.count("/c") == 1);
    CHECK(world.is_untouched());

    spec["allow_private"] = false;
    auto closed = world.look("crawl", spec, 2);
    CHECK(closed.records.empty());
    REQUIRE(closed.urls.size() == 1);
    CHECK(closed.urls[0].reason == "address");
}
