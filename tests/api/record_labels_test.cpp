// What is known of one record over HTTP: found by its key, its labels, who answered and who did
// not.
#include <catch2/catch.hpp>

#include "tests/api/support/client.hpp"
#include "tests/api/support/stage.hpp"

namespace {

using boost::json::object;

}  // namespace

TEST_CASE("a record tells its labels, answers and skips with their reasons", "[api][records]") {
    test::Stage at({}, 8);
    auto lena = at.bearer("lena", "labeler"), anna = at.bearer("anna", "analyst");
    auto claimed = lena.send("POST", "/api/v1/projects/topics/claim", {{"n", 2}});
    REQUIRE(claimed.status == 200);
    const auto tasks = claimed.json().at("tasks").as_array();
    REQUIRE(tasks.size() == 2);
    auto path = [](const auto& task) {
        return "/api/v1/tasks/" + std::to_string(task.at("id").as_int64());
    };
    object skip{{"lease", tasks[0].at("lease")}, {"reason", "the page is empty"}};
    REQUIRE(lena.send("POST", path(tasks[0]) + "/skip", skip).status == 200);
    auto named = lena.get("/api/v1/projects/topics").json().at("classes").at(0).at("name");
    object said{{"lease", tasks[1].at("lease")}, {"class", named}};
    REQUIRE(lena.send("POST", path(tasks[1]) + "/submit", said).status == 200);

    auto record = [](const auto& task) {
        return "/api/v1/records/" + std::string(task.at("item").at("id").as_string()) + "/labels";
    };
    auto skipped = anna.get(record(tasks[0]));
    REQUIRE(skipped.status == 200);
    const auto skips = skipped.json().at("skips").as_array();
    REQUIRE(skips.size() == 1);
    CHECK(skips[0].at("user") == "lena");
    CHECK(skips[0].at("project") == "topics");
    CHECK(skips[0].at("reason") == "the page is empty");
    auto answered = anna.get(record(tasks[1])).json();
    CHECK(answered.at("skips").as_array().empty());
    bool found = false;
    for (const auto& answer : answered.at("answers").as_array())
        found = found || (answer.at("user") == "lena" && answer.at("label") == named &&
                          answer.at("withdrawn_at").is_null());
    CHECK(found);
    CHECK(anna.get("/api/v1/records/1.00000000000000ff/labels").status == 404);
}

TEST_CASE("a record is found by source and key, and by its key alone", "[api][records]") {
    test::Stage at({}, 5);
    auto anna = at.bearer("anna", "analyst");
    auto first = anna.get("/api/v1/sources/pages/records?limit=1").json().at("items").at(0);
    std::string key(first.at("key").as_string());
    auto shown = anna.get("/api/v1/sources/pages/record?key=" + key);
    REQUIRE(shown.status == 200);
    CHECK(shown.json().at("id") == first.at("id"));
    CHECK(anna.get("/api/v1/sources/pages/record?key=nothing").status == 404);
    CHECK(anna.get("/api/v1/sources/nothing/record?key=" + key).status == 404);
    auto found = anna.get("/api/v1/records?key=" + key).json().at("items").as_array();
    REQUIRE(found.size() == 1);
    CHECK(found[0].at("id") == first.at("id"));
    CHECK(found[0].at("source") == "pages");
    CHECK(anna.get("/api/v1/records?key=nothing").json().at("items").as_array().empty());
}
