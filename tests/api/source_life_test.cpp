// How a source changes, is put away, and ends, over HTTP.
#include <catch2/catch.hpp>

#include <boost/json/serialize.hpp>

#include "api/server/auth.hpp"
#include "tests/api/support/client.hpp"
#include "tests/api/support/fixture.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"

namespace {

using boost::json::object;

const std::string sources = "/api/v1/sources";

struct Stage {
    test::TestDatabase database;
    test::Folder home;
    test::Running server{*database, options(home)};
    test::Client client{server.port()};

    Stage() { client.bearer = api::bearer_token(*database, "ann", "admin"); }

    static api::Options options(const test::Folder& home) {
        api::Options made;
        made.config.home = home.path / "home";
        return made;
    }
    test::Reply post(const std::string& path, const object& body = {}) const {
        return client.send("POST", path, body);
    }
    void add_crawl(const std::string& name) const {
        object spec{{"urls", boost::json::array{"https://example.org/"}}, {"depth", 2}};
        REQUIRE(post(sources, {{"name", name}, {"kind", "crawl"}, {"spec", spec}}).status == 201);
    }
    std::vector<std::string> listed(const std::string& query = "") const {
        std::vector<std::string> names;
        auto page = client.get(sources + query).json();
        for (const auto& one : page.at("items").as_array())
            names.emplace_back(one.at("name").as_string());
        return names;
    }
    // Rows of all tables that name the source.
    std::int64_t rows_of(std::int64_t source) {
        std::int64_t rows = 0;
        for (const auto& table : tables_of_sources())
            rows += database.number(
                "SELECT count(*) FROM " + table + " WHERE source_id = " + std::to_string(source)
            );
        return rows;
    }
    std::vector<std::string> tables_of_sources() {
        return database->call([](base::Tx& tx) {
            std::vector<std::string> names;
            for (const auto& row : tx.exec(
                     "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
                     "WHERE a.attname = 'source_id' AND c.relkind IN ('r', 'p') AND NOT "
                     "c.relispartition AND c.relnamespace = 'public'::regnamespace"
                 ))
                names.push_back(row[0].as<std::string>());
            return names;
        });
    }
};

}  // namespace

TEST_CASE("a source's settings are edited, and each edit can be undone", "[api][sources]") {
    Stage at;
    at.add_crawl("site");
    auto site = sources + "/site";
    auto shown = at.client.get(site);
    CHECK(shown.json().at("version") == 1);
    object edit{{"spec", {{"urls", boost::json::array{"https://example.com/"}}, {"depth", 7}}}};
    CHECK(at.client.send("PUT", site, edit).status == 428);
    auto edited = at.client.send("PUT", site, edit, {"If-Match: " + shown.headers.at("etag")});
    REQUIRE(edited.status == 200);
    CHECK(edited.json().at("version") == 2);
    CHECK(edited.json().at("spec").at("depth") == 7);
    auto late = at.client.send("PUT", site, edit, {"If-Match: " + shown.headers.at("etag")});
    CHECK(late.status == 412);
    object wrong{{"spec", {{"urls", boost::json::array{"https://a.test/"}}, {"depht", 7}}}};
    auto refused = at.client.send("PUT", site, wrong, {"If-Match: " + edited.headers.at("etag")});
    CHECK(refused.status == 422);
    CHECK(refused.body.find("depht") != std::string::npos);

    auto versions = at.client.get(site + "/settings").json().at("items").as_array();
    REQUIRE(versions.size() == 2);
    CHECK(versions[0].at("version") == 2);
    CHECK(versions[0].at("made_by") == "ann");
    CHECK(versions[1].at("spec").at("depth") == 2);
    CHECK(versions[1].at("made_by") == "ann");
    auto reverted = at.post(site + "/revert", {{"version", 1}});
    CHECK(reverted.json().at("spec").at("depth") == 2);
    CHECK(reverted.json().at("version") == 3);
    CHECK(at.post(site + "/revert", {{"version", 9}}).status == 404);
    // The same again is no other version.
    CHECK(at.post(site + "/revert", {{"version", 1}}).json().at("version") == 3);
    CHECK(at.client.send("PATCH", site, {{"key", "politeness.x"}, {"value", 1}}).status == 422);
}

TEST_CASE("a crawl by other settings leaves a source's own, unless told", "[api][sources]") {
    Stage at;
    at.add_crawl("site");
    auto crawl = [&](const object& more) {
        object body{{"source", "site"}, {"urls", boost::json::array{"https://other.test/"}}};
        for (const auto& [key, value] : more) body[key] = value;
        auto reply = at.post("/api/v1/crawl", body);
        REQUIRE(reply.status == 202);
        return reply.json();
    };
    auto url = [&] { return at.client.get(sources + "/site").json().at("spec").at("urls").at(0); };
    CHECK(crawl({}).at("keeps_other") == true);
    CHECK(url() == "https://example.org/");
    auto job = at.client.get("/api/v1/jobs").json().at("items").at(0);
    CHECK(boost::json::serialize(job).find("other.test") != std::string::npos);
    CHECK(crawl({{"save", true}}).at("keeps_other") == false);
    CHECK(url() == "https://other.test/");
    CHECK(at.client.get(sources + "/site").json().at("version") == 2);
}

TEST_CASE("a source in the archive rests, and comes back as it was", "[api][sources]") {
    Stage at;
    test::make_world(*at.database, 6);
    auto packages = sources + "/packages";
    REQUIRE(at.post(packages + "/pause").status == 200);
    REQUIRE(at.post(packages + "/archive").json().at("state") == "archived");
    CHECK(at.listed() == std::vector<std::string>{"pages", "shirts"});
    CHECK(at.listed("?archived=true") == std::vector<std::string>{"packages", "pages", "shirts"});
    // What it holds can be asked for as before.
    CHECK(at.client.get(packages).json().at("state") == "archived");
    CHECK(at.client.get(packages + "/records").json().at("items").as_array().size() == 6);
    CHECK(at.client.get(packages + "/quality/profile").status == 200);
    CHECK(at.client.get("/api/v1/projects/sections").status == 200);
    CHECK(at.post(packages + "/run").status == 409);
    CHECK(at.post(packages + "/resume").status == 409);
    auto taken = at.post(
        sources,
        {{"name", "packages"},
         {"kind", "crawl"},
         {"spec", {{"urls", boost::json::array{"https://a.test/"}}}}}
    );
    CHECK(taken.status == 409);
    CHECK(taken.body.find("archive") != std::string::npos);
    CHECK(at.post(packages + "/restore").json().at("state") == "paused");
    CHECK(at.listed().size() == 3);
    CHECK(at.post(packages + "/remove").json().at("state") == "archived");  // by its older name
}

TEST_CASE("a source is deleted with all that was made of it, and nothing else", "[api][sources]") {
    Stage at;
    test::make_world(*at.database, 6);
    auto pages = sources + "/pages";
    auto id = at.client.get(pages).json().at("id").as_int64();
    auto other = at.client.get(sources + "/packages").json().at("id").as_int64();
    auto others_rows = at.rows_of(other);
    REQUIRE(at.rows_of(id) > 6);

    test::Client op(at.server.port());
    op.bearer = api::bearer_token(*at.database, "op", "operator");
    CHECK(op.send("DELETE", pages + "?yes=true", nullptr).status == 403);

    auto told = at.client.send("DELETE", pages, nullptr).json();
    CHECK(told.at("deleted") == false);
    CHECK(told.at("records") == 6);
    CHECK(told.at("projects").at(0) == "topics");
    CHECK(told.at("snapshots").at(0) == "topics-1");
    CHECK(at.client.get(pages).status == 200);

    at.post(pages + "/run");  // a job that waits goes with it
    auto deleted = at.client.send("DELETE", pages + "?yes=true", nullptr);
    REQUIRE(deleted.status == 200);
    CHECK(deleted.json().at("deleted") == true);
    CHECK(deleted.json().at("records") == told.at("records"));
    CHECK(at.client.get(pages).status == 404);
    CHECK(at.client.get("/api/v1/projects/topics").status == 404);
    CHECK(at.client.get("/api/v1/snapshots/topics-1").status == 404);
    CHECK(at.rows_of(id) == 0);
    CHECK(at.rows_of(other) == others_rows);
    CHECK(at.database.number("SELECT count(*) FROM job") == 0);
    CHECK(
        at.database.number("SELECT count(*) FROM audit_event WHERE action = 'source.delete'") == 1
    );
    at.add_crawl("pages");  // the name is free
}
