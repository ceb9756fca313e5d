#include "api/route.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "api/server/service.hpp"

using api::Method;

TEST_CASE("a path finds its route and names its segments", "[api][route]") {
    auto found = api::match(api::routes(), Method::get, "/api/v1/sources/a%20b/records");
    REQUIRE(found.route);
    CHECK(found.route->operation == "listRecords");
    REQUIRE(found.segments.size() == 1);
    CHECK(found.segments[0].first == "source");
    CHECK(found.segments[0].second == "a b");

    CHECK(api::match(api::routes(), Method::head, "/api/v1/projects").route);
    CHECK(
        api::match(api::routes(), Method::post, "/api/v1/tasks/7/submit").route->operation ==
        "submitTask"
    );
}

TEST_CASE("what is not a path of the table is 404, another method 405 with Allow", "[api][route]") {
    for (auto path :
         {"",
          "/",
          "/api/v1",
          "/api/v1/",
          "/api/v1/sources/",
          "/api/v1/sources//runs",
          "/api/v1/sources/a/b/c",
          "/api/v1/sources/%",
          "/api/v1/sources/%00",
          "api/v1/sources",
          "/api/v1/Sources"}) {
        INFO(path);
        auto found = api::match(api::routes(), Method::get, path);
        CHECK_FALSE(found.route);
        CHECK(found.allowed.empty());
        api::Request request;
        request.path = path;
        CHECK(api::Service::refused(found, request)->status == 404);
    }
    auto found = api::match(api::routes(), Method::del, "/api/v1/projects/p");
    CHECK_FALSE(found.route);
    CHECK(found.allowed == "GET, HEAD, PATCH");
    api::Request request;
    auto response = *api::Service::refused(found, request);
    CHECK(response.status == 405);
    CHECK(response.has("Allow"));
}

TEST_CASE(
    "only signing in, the description and signed webhooks are open to anyone",
    "[api][route]"
) {
    std::vector<std::string> open;
    for (const auto& route : api::routes())
        if (route.roles == api::anyone) open.emplace_back(route.operation);
    CHECK(
        open ==
        std::vector<std::string>{
            "describe",
            "openSession",
            "openPasswordSession",
            "beginOidc",
            "endOidc",
            "leaveOidc",
            "showSignIn",
            "push"}
    );
}

TEST_CASE(
    "labelers reach their session, tokens, projects and tasks, nothing else",
    "[api][route]"
) {
    for (const auto& route : api::routes()) {
        if (!api::may(api::Role::label, route.roles)) continue;
        INFO(route.pattern);
        bool theirs =
            route.pattern.starts_with("/api/v1/session") ||
            route.pattern.starts_with("/api/v1/tokens") || route.pattern == "/api/v1/password" ||
            route.pattern.starts_with("/api/v1/projects") ||
            route.pattern.starts_with("/api/v1/tasks") ||
            route.pattern == "/api/v1/records/{id}/image" ||
            route.pattern == "/api/v1/records/{id}/media" || route.pattern == "/api/v1/events";
        CHECK(theirs);
        CHECK(route.operation != "editProject");
        CHECK(route.operation != "listAnnotators");
    }
}

TEST_CASE("a full page names its successor, the last one none", "[api][route]") {
    auto items = [](int n) {
        boost::json::array out;
        for (int i = 1; i <= n; ++i)
            out.push_back({{"id", i}, {"cursor", "c" + std::to_string(i)}});
        return out;
    };
    auto full = boost::json::parse(api::page(items(3), 3, "cursor", true).body).as_object();
    CHECK(full.at("next") == "c3");
    CHECK(full.at("items").as_array().size() == 3);
    CHECK_FALSE(full.at("items").as_array()[0].as_object().contains("cursor"));
    CHECK(boost::json::parse(api::page(items(3), 3, "id").body).at("next") == "3");
    CHECK(boost::json::parse(api::page(items(2), 3, "id").body).at("next").is_null());
    CHECK(boost::json::parse(api::page({}, 3, "id").body).at("next").is_null());
}

TEST_CASE("members of a wrong type are named", "[api][route]") {
    boost::json::object body{
        {"text", "a"},
        {"empty", ""},
        {"number", 7},
        {"half", 7.5},
        {"flag", true},
        {"none", nullptr}};
    CHECK(api::required_text(body, "text") == "a");
    CHECK(api::optional_number(body, "number") == 7);
    CHECK(api::optional_flag(body, "flag") == true);
    CHECK_FALSE(api::optional_text(body, "none"));
    CHECK_FALSE(api::optional_number(body, "missing"));
    CHECK_THROWS_AS(api::required_text(body, "empty"), api::Problem);
    CHECK_THROWS_AS(api::required_text(body, "missing"), api::Problem);
    CHECK_THROWS_AS(api::optional_number(body, "half"), api::Problem);
    CHECK_THROWS_WITH(api::optional_text(body, "number"), Catch::Contains("'number'"));
}
