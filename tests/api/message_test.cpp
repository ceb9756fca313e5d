#include "api/server/message.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "api/ids.hpp"
#include "api/time.hpp"
#include "schema/records/record_view_store.hpp"

TEST_CASE("query parameters are decoded and broken ones refused", "[api][message]") {
    api::Request request;
    request.query = "a=1&b=x%20y+z&c&d=%C3%A9&a=2&bad=%zz&nul=%00";
    CHECK(*request.parameter("a") == "1");
    CHECK(*request.parameter("b") == "x y z");
    CHECK(*request.parameter("c") == "");
    CHECK(*request.parameter("d") == "\xC3\xA9");
    CHECK_FALSE(request.parameter("e"));
    CHECK_THROWS_AS(request.parameter("bad"), api::Problem);
    CHECK_THROWS_AS(request.parameter("nul"), api::Problem);
}

TEST_CASE("a problem is what RFC 9457 says", "[api][message]") {
    api::Problem what(404, "Not found", "there is no \"x\"");
    what.headers.emplace_back("Retry-After", "1");
    auto response = api::problem(what, "17");
    auto body = boost::json::parse(response.body).as_object();
    CHECK(response.media_type == "application/problem+json");
    CHECK(response.status == 404);
    CHECK(response.has("retry-after"));
    CHECK(body.at("type") == "about:blank");
    CHECK(body.at("status") == 404);
    CHECK(body.at("detail") == "there is no \"x\"");
    CHECK(body.at("instance") == "urn:tilth:request:17");
}

TEST_CASE("record ids lead back to the record's key", "[api][message]") {
    for (std::int64_t rk :
         {std::int64_t{0}, std::int64_t{-1}, INT64_MIN, INT64_MAX, std::int64_t{4711}}) {
        auto number = api::record_number(schema::record_id_text(12, rk));
        CHECK(number.source_id == 12);
        CHECK(number.rk == rk);
    }
    for (auto wrong :
         {"",
          "12",
          "12.",
          ".00ff00ff00ff00ff",
          "12.xx",
          "12.00ff00ff00ff00f",
          "12.00ff00ff00ff00ff0",
          "a.00ff00ff00ff00ff"})
        CHECK_THROWS_AS(api::record_number(wrong), api::Problem);
}

TEST_CASE("times are RFC 3339 in UTC and lead back", "[api][message]") {
    auto time = api::Time{} + std::chrono::microseconds(1'767'323'045'678'901);
    CHECK(api::rfc3339(time) == "2026-01-02T03:04:05.678901Z");
    CHECK(api::time_of(api::rfc3339(time)) == time);
    CHECK(
        api::later("2026-12-31T23:59:59.000001Z", std::chrono::seconds(2)) ==
        "2027-01-01T00:00:01.000001Z"
    );
}
