// The cells of a confusion over HTTP, and the records that stand in each.
#include <set>

#include <fmt/format.h>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/bytes/percent.hpp"
#include "tests/api/support/client.hpp"
#include "tests/api/support/fixture.hpp"
#include "tests/support/test_database.hpp"

TEST_CASE("each cell of a confusion opens its records, page by page", "[api][confusion]") {
    test::TestDatabase database;
    test::make_world(*database, 60);
    test::Running server(*database);
    test::Client client(server.port());
    client.bearer = api::bearer_token(*database, "ann", "analyst");
    auto cells = client.get("/api/v1/runs/2/confusion").json().at("cells").as_array();
    REQUIRE(cells.size() > 4);
    std::set<std::string> met;
    std::int64_t all = 0;
    for (const auto& cell : cells) {
        auto query = "/api/v1/runs/2/confusion/records?limit=5&truth=" +
                     base::percent_encoded(cell.at("truth").as_string()) +
                     "&predicted=" + base::percent_encoded(cell.at("predicted").as_string());
        std::int64_t found = 0;
        for (std::string after;;) {
            auto page = client.get(query + (after.empty() ? "" : "&after=" + after));
            INFO(page.body);
            REQUIRE(page.status == 200);
            auto told = page.json();
            for (const auto& one : told.at("items").as_array()) {
                ++found;
                CHECK(met.emplace(one.at("record").as_string()).second);
                CHECK(one.at("probability") == 0.8);
            }
            if (told.at("next").is_null()) break;
            after = base::percent_encoded(page.text("next"));
        }
        CHECK(found == cell.at("count").as_int64());
        all += found;
    }
    CHECK(all == 60);
    auto unknown = client.get("/api/v1/runs/2/confusion/records?truth=strings&predicted=stings");
    CHECK(unknown.status == 400);
    CHECK_THAT(unknown.text("detail"), Catch::Contains("'strings'"));
}
