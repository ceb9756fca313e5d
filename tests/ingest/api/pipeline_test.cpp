#include <set>

#include <fmt/format.h>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "ingest/sources/api/connector.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/ingest/api/scripted_api.hpp"
#include "tests/ingest/files.hpp"
#include "tests/support/test_database.hpp"

namespace {

namespace json = boost::json;
using ingest::api::Request;
using ingest::api::Response;
using test::ScriptedApi;

const char* spec_text = R"({"base_url":"https://api.test/v1","stream":[{"name":"items",
    "path":"/items","records":"/data","key":"/id",
    "query":{"since":"{since}","page":"{page}","limit":"{limit}"},
    "paginator":{"kind":"page","size":10,"total":"/total"},
    "incremental":{"cursor":"/updated_at","start":"2000-01-01T00:00:00Z"}}]})";

// A source over the scripted server, in a database of its own.
struct World {
    test::TestDatabase database;
    test::DataFolder folder;
    schema::Blobs blobs{folder.path("blobs")};
    ScriptedApi api;

    World() {
        database->call([&](base::Tx& tx) {
            schema::add_source(
                tx, {0, "t", "api", "{}", "", "active"}, std::chrono::system_clock::now()
            );
        });
    }

    ingest::RunRequest request() {
        auto settings = json::parse(spec_text).as_object();
        auto spec = ingest::api::Spec::settings.read(base::Document::of(settings));
        ingest::RunRequest request;
        request.source = "t";
        request.inputs = {"api"};
        request.reading =
            ingest::Reading{[this, spec](std::string_view cursor, std::string_view bookmark) {
                return ingest::api::open_api(spec, api.world(), cursor, bookmark);
            }};
        return request;
    }

    ingest::RunResult run() { return ingest::run(*database, blobs, request()); }

    std::int64_t records() { return database.number("SELECT count(*) FROM record"); }
    std::int64_t versions() { return database.number("SELECT count(*) FROM record_version"); }
};

}  // namespace

TEST_CASE("an API that fails in every way is stored without loss or double", "[ingest][api]") {
    World world;
    world.api.fill(400);
    auto& api = world.api;
    api.script = [](int number, const Request&, Response truth) {
        switch (number % 9) {
            case 1:
                return Response{429, {{"Retry-After", "30"}}, "", ""};
            case 2:
                return Response{503, {}, "", ""};
            case 4:
                truth.body.resize(truth.body.size() - 3);
                return truth;
            case 5:
                return Response{0, {}, "", "connection reset"};
            case 7:
                return Response{200, {}, R"({"data":[],"total":400})", ""};
            default:
                return truth;
        }
    };
    auto result = world.run();
    CHECK(result.state == "done");
    CHECK(result.counts.read == 400);
    CHECK(result.counts.added == 400);
    CHECK(world.records() == 400);
    CHECK(world.versions() == 400);

    SECTION("and the next run asks only for what is new") {
        api.script = nullptr;
        api.requests.clear();
        api.items[10].updated = "2099-01-01T00:00:00Z";
        api.items.push_back({401, api.items[399].updated, ""});  // a tie
        api.items.push_back({402, "2098-01-01T00:00:00Z", ""});
        auto second = world.run();
        CHECK(second.counts.read == 3 + 1);  // the newest one of before is seen again
        CHECK(second.counts.added == 2);
        CHECK(second.counts.changed == 1);
        CHECK(second.counts.unchanged == 1);
        CHECK(api.requests.size() <= 3);
    }
}

TEST_CASE("a run parks on a rate limit as often as it takes, and ends complete", "[ingest][api]") {
    World world;
    world.api.fill(250);
    int left = 0;
    world.api.script = [&](int, const Request&, Response truth) {
        if (left-- > 0) return truth;
        return Response{429, {{"Retry-After", "7200"}}, "", ""};
    };
    int runs = 0;
    std::uint64_t read = 0;
    for (bool done = false; !done; ++runs) {
        REQUIRE(runs < 30);
        left = 7;
        auto result = world.run();
        read += result.counts.read;
        CHECK((result.state == "done") == !result.parked.has_value());
        done = result.state == "done";
    }
    CHECK(runs > 3);
    CHECK(read == 250);
    CHECK(world.records() == 250);
    CHECK(world.database.number("SELECT count(*) FROM source_run WHERE state = 'failed'") == 0);
    CHECK(world.database.number("SELECT sum(added) FROM source_run_count") == 250);
}

TEST_CASE("a run that failed goes on behind what it stored", "[ingest][api]") {
    World world;
    world.api.fill(200);
    world.api.script = [](int number, const Request&, Response truth) {
        return number > 12 ? Response{500, {}, "", ""} : truth;
    };
    CHECK_THROWS_AS(world.run(), base::Error);
    auto stored = world.records();
    CHECK(stored >= 60);
    world.api.script = nullptr;
    auto rest = world.run();
    CHECK(rest.resumed);
    CHECK(rest.counts.added == static_cast<std::uint64_t>(200 - stored));
    CHECK(world.records() == 200);
    CHECK(world.versions() == 200);
}

TEST_CASE("a changed answer loses nothing: its records wait as rejects", "[ingest][api]") {
    World world;
    world.api.fill(30);
    world.run();
    world.api.script = [](int, const Request&, Response truth) {
        auto body = json::parse(truth.body).as_object();
        for (auto& item : body["data"].as_array()) {
            auto& object = item.as_object();
            object["id"] = json::object{{"value", object["id"]}};
        }
        truth.body = json::serialize(body);
        return truth;
    };
    world.api.items.push_back({31, "2098-01-01T00:00:00Z", ""});
    auto second = world.run();
    CHECK(second.counts.rejected == second.counts.read);
    CHECK(second.counts.rejected == 2);
    CHECK(world.records() == 30);
    world.api.script = [](int, const Request&, Response) {
        return Response{200, {}, R"({"items":[]})", ""};
    };
    CHECK_THROWS_WITH(world.run(), Catch::Contains("no records at '/data'"));
}

TEST_CASE("a queue that hands out its records once loses none of them", "[ingest][api]") {
    World world;
    int given = 0;
    world.api.script = [&](int, const Request&, Response) {
        if (given == 6) return Response{200, {}, R"({"data":[],"total":0})", ""};
        given += 2;
        return Response{
            200,
            {},
            "{\"data\":[{\"id\":" + std::to_string(given - 1) +
                "},{\"id\":" + std::to_string(given) + "}]}",
            ""};
    };
    for (int run = 0; run < 4; ++run) world.run();
    CHECK(given == 6);
    CHECK(world.records() == 6);
}
