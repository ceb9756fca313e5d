// Sources over HTTP: described, changed, checked, queued and scheduled; their rejects.
#include <catch2/catch.hpp>

#include "api/server/auth.hpp"
#include "base/run/files.hpp"
#include "tests/api/support/client.hpp"
#include "tests/api/support/fixture.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"

namespace {

using boost::json::object;

const std::string sources = "/api/v1/sources";

api::Options at_home(const test::Folder& home) {
    api::Options options;
    options.config.home = home.path / "home";
    return options;
}

struct Operated {
    test::TestDatabase database;
    test::Folder home;
    test::Running server{*database, at_home(home)};
    test::Client client{server.port()};

    Operated() { client.bearer = api::bearer_token(*database, "op", "operator"); }
};

object crawl_of(const std::string& name) {
    return {
        {"name", name},
        {"kind", "crawl"},
        {"spec", object{{"urls", boost::json::array{"https://example.org/"}}, {"depth", 2}}}};
}

}  // namespace

TEST_CASE("a source is described, changed and shown over HTTP", "[api][sources]") {
    Operated at;
    REQUIRE(at.client.send("POST", sources, crawl_of("site")).status == 201);
    CHECK(at.client.send("POST", sources, crawl_of("site")).status == 409);
    auto other = at.client.send("POST", sources, crawl_of("no name"));
    CHECK(other.status == 422);
    auto pigeon = crawl_of("x");
    pigeon["kind"] = "carrier-pigeon";
    auto refused = at.client.send("POST", sources, pigeon);
    CHECK(refused.status == 422);
    CHECK(refused.body.find("crawl, files, folder") != std::string::npos);
    auto wrong = crawl_of("x");
    wrong["spec"].as_object()["depht"] = 3;
    CHECK(at.client.send("POST", sources, wrong).body.find("depht") != std::string::npos);

    auto site = sources + "/site";
    auto changed = at.client.send("PATCH", site, object{{"key", "depth"}, {"value", 5}});
    REQUIRE(changed.status == 200);
    CHECK(changed.json().at("spec").at("depth") == 5);
    CHECK(at.client.send("PATCH", site, object{{"key", "depth"}, {"value", "deep"}}).status == 422);
    auto without = at.client.send("PATCH", site, object{{"key", "depth"}, {"value", "null"}});
    CHECK_FALSE(without.json().at("spec").as_object().contains("depth"));
    auto shown = at.client.get(site).json();
    CHECK(shown.at("name") == "site");
    CHECK(shown.at("kind") == "crawl");
    CHECK(shown.at("records") == 0);
    CHECK(at.client.send("POST", site + "/check", object{}).json().at("ok") == true);
}

TEST_CASE("a source is queued once and scheduled over HTTP", "[api][sources]") {
    Operated at;
    at.client.send("POST", sources, crawl_of("site"));
    auto site = sources + "/site";
    auto first = at.client.send("POST", site + "/run", object{});
    CHECK(first.status == 202);
    CHECK(first.json().at("queued") == true);
    CHECK(at.client.send("POST", site + "/run", object{}).json().at("queued") == false);
    auto jobs = at.client.get("/api/v1/jobs").json().at("items").as_array();
    REQUIRE(jobs.size() == 1);
    CHECK(jobs[0].at("kind") == "crawl");

    auto daily = at.client.send("POST", site + "/schedule", object{{"cron", "@daily"}});
    CHECK(daily.json().at("next").is_string());
    CHECK(at.client.get(site).json().at("schedule") == "@daily");
    CHECK(at.client.send("POST", site + "/schedule", object{{"cron", "soon"}}).status == 422);
    CHECK(at.client.send("POST", site + "/schedule", object{}).status == 422);
    auto never = at.client.send("POST", site + "/schedule", object{{"cron", ""}});
    CHECK(never.json().at("next").is_null());
    CHECK(at.client.get(site).json().at("schedule").is_null());
}

TEST_CASE("a source that is pushed to is not run", "[api][sources]") {
    Operated at;
    auto made = at.client.send(
        "POST",
        sources,
        object{
            {"name", "hook"},
            {"kind", "push"},
            {"spec", object{{"secrets", boost::json::array{"env:HOOK"}}}}}
    );
    REQUIRE(made.status == 201);
    auto refused = at.client.send("POST", sources + "/hook/run", object{});
    CHECK(refused.status == 422);
    CHECK(refused.body.find("pushed to") != std::string::npos);
}

TEST_CASE("a reject is shown whole and forgotten over HTTP", "[api][sources]") {
    Operated at;
    test::make_world(*at.database, 12);
    auto rejects = sources + "/packages/rejects";
    auto listed = at.client.get(rejects).json().at("items").at(0);
    auto id = std::string(listed.at("id").as_string());
    CHECK(id.size() == 64);
    auto shown = at.client.get(rejects + "/" + id.substr(0, 12)).json();
    CHECK(shown.at("id") == listed.at("id"));
    CHECK(shown.at("reason") == listed.at("reason"));
    CHECK(at.client.get(rejects + "/ffffffffffff").status == 404);
    auto expired = at.client.send("POST", rejects + "/expire", object{{"days", 0}}).json();
    CHECK(expired.at("expired").as_int64() >= 1);
    CHECK(at.client.get(rejects + "?state=open").json().at("items").as_array().empty());
    CHECK(at.client.get(rejects + "?state=opened").status == 400);
    CHECK(at.client.get(sources + "/packages/urls?state=bogus").status == 400);
    CHECK(at.client.get(sources + "/packages/urls?reason=bogus").status == 400);
    CHECK(at.client.get(sources + "/packages/urls?reason=gone").status == 200);
}

TEST_CASE("a crawl and an ingest are made and queued over HTTP", "[api][sources]") {
    Operated at;
    auto crawl = at.client.send(
        "POST",
        "/api/v1/crawl",
        object{
            {"source", "site"},
            {"urls", boost::json::array{"https://example.org/"}},
            {"max_pages", 5},
            {"delay", "2s"}}
    );
    REQUIRE(crawl.status == 202);
    CHECK(crawl.json().at("queued") == true);
    auto spec = at.client.get(sources + "/site").json().at("spec");
    CHECK(spec.at("max_pages") == 5);
    CHECK_FALSE(spec.as_object().contains("depth"));
    auto other = at.client.send(
        "POST",
        "/api/v1/ingest",
        object{{"source", "site"}, {"inputs", boost::json::array{"/data/a.csv"}}}
    );
    CHECK(other.status == 409);  // it is a crawl
    auto ingest = at.client.send(
        "POST",
        "/api/v1/ingest",
        object{{"source", "table"}, {"inputs", boost::json::array{"/data/a.csv"}}, {"key", "id"}}
    );
    CHECK(ingest.status == 202);
    auto relative = at.client.send(
        "POST",
        "/api/v1/ingest",
        object{{"source", "table"}, {"inputs", boost::json::array{"a.csv"}}}
    );
    CHECK(relative.status == 422);
    for (const char* name : {"../up", "a b", "", "-x"}) {
        INFO(name);
        auto unnamed = at.client.send(
            "POST",
            "/api/v1/ingest",
            object{{"source", name}, {"inputs", boost::json::array{"/data/a.csv"}}}
        );
        CHECK(unnamed.status == 422);
        CHECK(unnamed.text("detail").find("constraint") == std::string::npos);
    }
    auto jobs = at.client.get("/api/v1/jobs").json().at("items").as_array();
    REQUIRE(jobs.size() == 2);
    CHECK(jobs[0].at("kind") == "ingest");
    CHECK(jobs[1].at("kind") == "crawl");
}

TEST_CASE("a file that is uploaded is kept and its source queued", "[api][sources]") {
    Operated at;
    auto upload = [&](const std::string& source, object body) {
        body["name"] = "a.csv";
        return at.client.send("POST", sources + "/" + source + "/upload", body);
    };
    REQUIRE(upload("table", {{"content", "id,n\n1,2\n"}, {"format", "csv"}}).status == 202);
    auto spec = at.client.get(sources + "/table").json().at("spec");
    CHECK(spec.at("upload_format") == "csv");
    auto file = std::string(spec.at("inputs").at(0).as_string());
    CHECK(base::read_whole_file(file) == "id,n\n1,2\n");
    REQUIRE(upload("table", {{"base64", "aWQsbgozLDQK"}}).status == 202);
    auto next = at.client.get(sources + "/table").json().at("spec");
    CHECK_FALSE(next.as_object().contains("upload_format"));
    CHECK(base::read_whole_file(std::string(next.at("inputs").at(0).as_string())) == "id,n\n3,4\n");
    // Each is read by a job of its own, also while others wait; the same file waits once.
    CHECK(upload("table", {{"base64", "aWQsbgozLDQK"}}).json().at("queued") == false);
    const auto jobs = at.client.get("/api/v1/jobs").json().at("items").as_array();
    REQUIRE(jobs.size() == 2);
    CHECK(jobs[1].at("spec").at("spec").at("inputs").at(0).as_string() == file);
    CHECK(jobs[0].at("spec").at("spec").at("inputs") == next.at("inputs"));
    CHECK(upload("table", {{"base64", "!"}}).status == 422);
    CHECK(upload("table", {}).status == 422);
    CHECK(upload("other", {{"content", "x"}, {"format", "nix"}}).status == 422);
    CHECK(at.client.get(sources + "/other").status == 404);
    CHECK(upload("..%2F..%2Fout", {{"content", "x"}}).status == 422);
    CHECK(
        at.client
            .send("POST", sources + "/table/upload", object{{"name", "../a.csv"}, {"content", "x"}})
            .status == 422
    );
    at.client.send(
        "POST",
        "/api/v1/ingest",
        object{{"source", "mine"}, {"inputs", boost::json::array{"/data/a.csv"}}}
    );
    CHECK(upload("mine", {{"content", "x"}}).status == 409);
}

TEST_CASE("a replay over HTTP is a job that knows its rules", "[api][sources]") {
    Operated at;
    test::make_world(*at.database, 12);
    auto replay = at.client.send(
        "POST", sources + "/packages/rejects/replay", object{{"rules", "key = \"id\""}}
    );
    REQUIRE(replay.status == 202);
    CHECK(replay.json().at("queued") == true);
    auto jobs = at.client.get("/api/v1/jobs").json().at("items").as_array();
    REQUIRE(jobs.size() == 1);
    CHECK(jobs[0].at("spec").at("replay").at("rules") == "key = \"id\"");
}
