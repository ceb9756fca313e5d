// Hidden gold over HTTP: what those who run a project see of it, and that those who label see none.
#include <set>

#include <catch2/catch.hpp>

#include "tests/api/support/client.hpp"
#include "tests/api/support/fixture.hpp"
#include "tests/support/test_database.hpp"

namespace {

using boost::json::array;
using boost::json::object;

// A project over 40 pages with ten labels and half of the tasks gold.
struct GoldServer {
    test::TestDatabase database{4};
    std::unique_ptr<test::Running> server;
    explicit GoldServer(bool feedback) {
        test::make_world(*database, 40);
        server = std::make_unique<test::Running>(*database);
        auto otto = as("otto", "operator");
        object project{
            {"name", "taste"},
            {"source", "pages"},
            {"hidden_gold", 0.5},
            {"gold_feedback", feedback},
            {"class", array{object{{"name", "good"}}, object{{"name", "bad"}}}}};
        REQUIRE(otto.send("POST", "/api/v1/projects", project).status == 201);
        array labels;
        for (int i = 0; i < 10; ++i)
            labels.push_back(object{
                {"key", "https://pages.test/" + std::to_string(i)}, {"label", "good"}});
        REQUIRE(otto.send("POST", path + "/import", {{"labels", labels}}).status == 200);
        REQUIRE(otto.send("POST", path + "/queue", {{"add", 30}}).status == 200);
    }
    test::Client as(const std::string& name, const std::string& role) {
        test::Client client(server->port());
        client.bearer = api::bearer_token(*database, name, role);
        return client;
    }
    const std::string path = "/api/v1/projects/taste";
};

}  // namespace

TEST_CASE("gold is mixed in unseen and told of to its annotators' judges only", "[api][gold]") {
    GoldServer world(false);
    auto otto = world.as("otto", "operator"), lena = world.as("lena", "labeler");
    auto added = otto.send("POST", world.path + "/gold", {{"n", 8}, {"explanation", "clear"}});
    REQUIRE(added.status == 200);
    CHECK(added.json().at("added") == 8);
    CHECK(otto.get(world.path + "/gold").json().at("items").as_array().size() == 8);
    CHECK(lena.get(world.path + "/gold").status == 403);
    CHECK(lena.send("POST", world.path + "/gold", {{"n", 1}}).status == 403);
    CHECK(otto.send("POST", world.path + "/gold", object{}).status == 422);

    auto tasks =
        lena.send("POST", world.path + "/claim", {{"n", 20}}).json().at("tasks").as_array();
    REQUIRE(tasks.size() == 20);
    std::set<std::set<std::string>> members;
    for (const auto& task : tasks) {
        std::set<std::string> found;
        for (const auto& member : task.as_object()) found.emplace(member.key());
        members.insert(found);
        auto said = lena.send(
            "POST",
            "/api/v1/tasks/" + std::to_string(task.at("id").as_int64()) + "/submit",
            {{"lease", task.at("lease")}, {"class", "good"}}
        );
        REQUIRE(said.status == 200);
        CHECK(said.json().at("gold").is_null());
    }
    CHECK(members.size() == 1);
    auto people = otto.get(world.path + "/annotators").json().at("items").as_array();
    REQUIRE(people.size() == 1);
    const auto& gold = people[0].at("gold");
    CHECK(gold.at("answers").as_int64() >= 4);
    CHECK(gold.at("answers").as_int64() <= 8);
    CHECK(gold.at("right").to_number<double>() == 1);
    CHECK(
        otto.send("POST", world.path + "/gold/remove", {{"all", true}}).json().at("removed") == 8
    );
}

TEST_CASE("with feedback, who answered gold is told the truth and why", "[api][gold]") {
    GoldServer world(true);
    auto otto = world.as("otto", "operator"), lena = world.as("lena", "labeler");
    otto.send("POST", world.path + "/gold", {{"n", 8}, {"explanation", "it is clear"}});
    int told = 0;
    auto claimed = lena.send("POST", world.path + "/claim", {{"n", 20}}).json();
    for (const auto& task : claimed.at("tasks").as_array()) {
        auto said = lena.send(
                            "POST",
                            "/api/v1/tasks/" + std::to_string(task.at("id").as_int64()) + "/submit",
                            {{"lease", task.at("lease")}, {"class", "bad"}}
        ).json();
        const auto& gold = said.at("gold");
        if (gold.is_null()) continue;
        ++told;
        CHECK(gold.at("right") == false);
        CHECK(gold.at("truth") == "good");
        CHECK(gold.at("explanation") == "it is clear");
    }
    CHECK(told >= 4);
}
