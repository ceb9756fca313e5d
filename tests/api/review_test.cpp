// Review, invalidation and blind answers over HTTP.
#include <catch2/catch.hpp>

#include "tests/api/support/client.hpp"
#include "tests/api/support/fixture.hpp"
#include "tests/support/test_database.hpp"

namespace {

using boost::json::array;
using boost::json::object;

// A project of five pages and two answers each.
struct ReviewServer {
    test::TestDatabase database{4};
    std::unique_ptr<test::Running> server;
    ReviewServer() {
        test::make_world(*database, 5);
        server = std::make_unique<test::Running>(*database);
        object project{
            {"name", "taste"},
            {"source", "pages"},
            {"overlap", 2},
            {"class", array{object{{"name", "good"}}, object{{"name", "bad"}}}}};
        auto otto = as("otto", "operator");
        REQUIRE(otto.send("POST", "/api/v1/projects", project).status == 201);
        REQUIRE(otto.send("POST", path + "/queue", {{"add", 5}}).status == 200);
    }
    test::Client as(const std::string& name, const std::string& role) {
        test::Client client(server->port());
        client.bearer = api::bearer_token(*database, name, role);
        return client;
    }
    array claimed(test::Client& client) {
        return client.send("POST", path + "/claim", {{"n", 20}}).json().at("tasks").as_array();
    }
    void answer_all(test::Client& client, const char* name) {
        for (const auto& task : claimed(client)) {
            auto id = std::to_string(task.at("id").as_int64());
            auto said = client.send(
                "POST",
                "/api/v1/tasks/" + id + "/submit",
                {{"lease", task.at("lease")}, {"class", name}}
            );
            REQUIRE(said.status == 200);
        }
    }
    const std::string path = "/api/v1/projects/taste";
};

}  // namespace

TEST_CASE("a reviewer sees disagreements, decides and asks again", "[api][review]") {
    ReviewServer world;
    auto otto = world.as("otto", "operator"), lena = world.as("lena", "labeler");
    auto leo = world.as("leo", "labeler"), anna = world.as("anna", "analyst");
    world.answer_all(lena, "good");
    world.answer_all(leo, "bad");
    auto list = anna.get(world.path + "/review").json().at("items").as_array();
    REQUIRE(list.size() == 5);
    CHECK(list[0].at("answers").as_array().size() == 2);
    auto key = [&](std::size_t i) { return std::string(list[i].at("key").as_string()); };

    auto step = [&](const char* what, object body) {
        return otto.send("POST", world.path + "/review/" + what, body);
    };
    auto accepted = step("accept", {{"key", key(0)}, {"user", "leo"}, {"comment", "sure"}});
    REQUIRE(accepted.status == 200);
    CHECK(accepted.json().at("label") == "bad");
    CHECK(accepted.json().at("method") == "adjudicated");
    CHECK(accepted.json().at("decided_by") == "otto");
    CHECK(step("fix", {{"key", key(1)}, {"class", "good"}}).json().at("label") == "good");
    CHECK(step("fix", {{"key", key(1)}, {"class", "ugly"}}).status == 422);
    CHECK(step("fix", {{"key", key(1)}}).status == 422);
    CHECK(step("fix", {{"key", "nowhere"}, {"class", "good"}}).status == 404);
    CHECK(step("accept", {{"key", key(2)}, {"user", "otto"}}).status == 409);
    CHECK(step("send-back", {{"key", key(0)}, {"user", "leo"}, {"comment", "?"}}).status == 409);
    CHECK(step("send-back", {{"key", key(2)}, {"user", "leo"}}).status == 422);
    CHECK(step("send-back", {{"key", key(2)}, {"user", "leo"}, {"comment", "look"}}).status == 200);
    auto task = world.claimed(leo).at(0);
    CHECK(task.at("item").at("key").as_string() == key(2).c_str());
    CHECK(task.at("sent_back").at("comment") == "look");
    CHECK(task.at("draft") == "bad");
    CHECK(step("undo", {{"key", key(0)}}).status == 200);
    CHECK(step("undo", {{"key", key(0)}}).status == 409);
    CHECK(otto.get(world.path + "/review?decided=true").json().at("items").as_array().size() == 1);
    CHECK(otto.get(world.path + "/review?decided=true&flagged=true").status == 400);
    CHECK(otto.get(world.path + "/review?after=nonsense").status == 400);
    auto part = otto.get(world.path + "/review?limit=2").json();
    CHECK(part.at("items").as_array().size() == 2);
    auto next = std::string(part.at("next").as_string());
    CHECK(
        otto.get(world.path + "/review?limit=2&after=" + next)
            .json()
            .at("items")
            .as_array()
            .size() == 1
    );
}

TEST_CASE("who labels sees nothing of the answers of others", "[api][review]") {
    ReviewServer world;
    auto lena = world.as("lena", "labeler"), leo = world.as("leo", "labeler");
    world.answer_all(lena, "bad");
    auto tasks = leo.send("POST", world.path + "/claim", {{"n", 20}});
    CHECK(tasks.body.find("bad") == std::string::npos);
    CHECK(tasks.body.find("lena") == std::string::npos);
    for (const char* part :
         {"/review",
          "/answers",
          "/annotators",
          "/agreement",
          "/export",
          "/comments",
          "/annotators/invalidated",
          "/gold"}) {
        INFO(part);
        CHECK(leo.get(world.path + part).status == 403);
    }
    for (const char* part : {"/mine", "/progress"}) {
        auto seen = leo.get(world.path + part);
        INFO(part);
        CHECK(seen.body.find("bad") == std::string::npos);
        CHECK(seen.body.find("lena") == std::string::npos);
    }
    CHECK(leo.get(world.path + "/mine?user=lena").status == 403);
    auto record = std::string(tasks.json().at("tasks").at(0).at("item").at("id").as_string());
    auto shown = leo.get("/api/v1/records/" + record);
    CHECK(shown.body.find("\"bad\"") == std::string::npos);
    for (const char* what : {"accept", "fix", "send-back", "undo"}) {
        INFO(what);
        CHECK(leo.send("POST", world.path + "/review/" + what, object{}).status == 403);
    }
}

TEST_CASE("answers of a person are invalidated and restored", "[api][review]") {
    ReviewServer world;
    auto otto = world.as("otto", "operator"), lena = world.as("lena", "labeler");
    world.answer_all(lena, "bad");
    auto step = [&](const char* what, object body) {
        return otto.send("POST", world.path + "/annotators/" + what, body);
    };
    CHECK(step("invalidate", {{"user", "lena"}}).status == 422);
    CHECK(step("invalidate", {{"user", "lena"}, {"reason", "x"}, {"from", "soon"}}).status == 422);
    CHECK(step("invalidate", {{"user", "nobody"}, {"reason", "x"}}).status == 404);
    CHECK(step("restore", {{"user", "lena"}}).status == 409);
    auto gone = step("invalidate", {{"user", "lena"}, {"reason", "random clicks"}});
    REQUIRE(gone.status == 200);
    CHECK(gone.json().at("answers") == 5);
    CHECK(step("invalidate", {{"user", "lena"}, {"reason", "again"}}).status == 409);
    auto list = otto.get(world.path + "/annotators/invalidated").json().at("items").as_array();
    REQUIRE(list.size() == 1);
    CHECK(list[0].at("reason") == "random clicks");
    CHECK(list[0].at("made_by") == "otto");
    CHECK(otto.get(world.path + "/annotators").json().at("items").as_array().empty());
    CHECK(step("restore", {{"user", "lena"}}).json().at("answers") == 5);
    CHECK(otto.get(world.path + "/annotators").json().at("items").as_array().size() == 1);
}
