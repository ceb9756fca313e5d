#include <set>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/api/support/client.hpp"
#include "tests/api/support/fixture.hpp"
#include "tests/support/test_database.hpp"

namespace {

struct World {
    test::TestDatabase database;
    std::unique_ptr<test::Running> server;
    explicit World(int records) {
        test::make_world(*database, records);
        server = std::make_unique<test::Running>(*database);
    }
    test::Client labeler(const std::string& name) {
        test::Client client(server->port());
        client.bearer = api::bearer_token(*database, name, "labeler");
        return client;
    }
};

boost::json::array claim(const test::Client& client, const std::string& project, int n) {
    auto reply = client.send("POST", "/api/v1/projects/" + project + "/claim", {{"n", n}});
    REQUIRE(reply.status == 200);
    return reply.json().at("tasks").as_array();
}

std::string path(const boost::json::value& task, const std::string& verb) {
    return "/api/v1/tasks/" + std::to_string(task.at("id").as_int64()) + "/" + verb;
}

}  // namespace

TEST_CASE("claimed tasks show the item and come again to the same person only", "[api][tasks]") {
    World world(8);
    auto lena = world.labeler("lena");
    auto tasks = claim(lena, "clothes", 3);
    REQUIRE(tasks.size() == 3);
    CHECK(claim(lena, "clothes", 3) == tasks);

    auto otto = world.labeler("otto");
    std::set<std::int64_t> mine;
    for (const auto& task : tasks) mine.insert(task.at("id").as_int64());
    for (const auto& task : claim(otto, "clothes", 20))
        CHECK_FALSE(mine.contains(task.at("id").as_int64()));

    std::string url(tasks[0].at("item").at("image").at("url").as_string());
    auto picture = lena.get(url);
    CHECK(picture.status == 200);
    CHECK(picture.headers["content-type"] == "image/png");
    CHECK(picture.body.substr(0, 4) == "\x89PNG");
    CHECK(otto.get(url).status == 404);  // not his task
    CHECK(lena.get(url.substr(0, url.rfind('/'))).status == 403);
}

TEST_CASE("only fields that the project shows are shown", "[api][tasks]") {
    World world(4);
    auto lena = world.labeler("lena");
    auto item = claim(lena, "sections", 1).at(0).at("item");
    std::vector<std::string> names;
    for (const auto& field : item.at("fields").as_array())
        names.emplace_back(field.at("name").as_string());
    CHECK(names == std::vector<std::string>{"description", "size", "dependencies", "essential"});
    CHECK(item.at("fields").at(1).at("unit") == "B");
    CHECK(item.at("text") == "");

    auto page = claim(lena, "topics", 1).at(0).at("item");
    CHECK(page.at("fields").as_array().empty());
    CHECK_THAT(std::string(page.at("text").as_string()), Catch::Contains("<script>"));

    // Where nothing is named, and there is neither text nor picture, the fields are what there is.
    test::Client otto(world.server->port());
    otto.bearer = api::bearer_token(*world.database, "otto", "operator");
    boost::json::object plain{
        {"name", "plain"},
        {"source", "packages"},
        {"class", boost::json::array{boost::json::object{{"name", "good"}}}}};
    REQUIRE(otto.send("POST", "/api/v1/projects", plain).status == 201);
    REQUIRE(otto.send("POST", "/api/v1/projects/plain/queue", {{"add", 1}}).status == 200);
    CHECK(claim(lena, "plain", 1).at(0).at("item").at("fields").as_array().size() >= 4);
}

TEST_CASE("an answer is stored once however often it is sent", "[api][tasks]") {
    World world(4);
    auto lena = world.labeler("lena");
    auto task = claim(lena, "clothes", 1).at(0);
    boost::json::value body{
        {"lease", task.at("lease")}, {"class", "dress"}, {"milliseconds", 1200}};
    CHECK(lena.send("POST", path(task, "submit"), body, {"Idempotency-Key: one"}).status == 200);
    auto again = lena.send("POST", path(task, "submit"), body, {"Idempotency-Key: one"});
    CHECK(again.status == 200);
    CHECK(again.headers["idempotent-replayed"] == "true");
    CHECK(lena.send("POST", path(task, "submit"), body).status == 200);
    CHECK(world.database.number("SELECT count(*) FROM annotation WHERE milliseconds = 1200") == 1);

    body.as_object()["class"] = "coat";
    auto other = lena.send("POST", path(task, "submit"), body);
    CHECK(other.status == 409);
    CHECK_THAT(other.body, Catch::Contains("dress"));
    CHECK(lena.send("POST", path(task, "submit"), body, {"Idempotency-Key: one"}).status == 422);
    CHECK(
        world.database.number("SELECT count(*) FROM annotation a JOIN app_user u ON u.id = "
                              "a.user_id WHERE u.name = 'lena'") == 1
    );
}

TEST_CASE("one key sent from many connections at once takes effect once", "[api][tasks]") {
    World world(4);
    auto admin = world.labeler("root");
    admin.bearer = api::bearer_token(*world.database, "admin", "admin");
    std::vector<std::thread> threads;
    std::vector<int> statuses(8);
    for (auto& status : statuses)
        threads.emplace_back([&] {
            status = admin
                         .send(
                             "POST",
                             "/api/v1/users",
                             {{"name", "nina"}, {"role", "analyst"}},
                             {"Idempotency-Key: k"}
                         )
                         .status;
        });
    for (auto& thread : threads) thread.join();
    CHECK(statuses == std::vector<int>(8, 201));
    CHECK(world.database.number("SELECT count(*) FROM audit_event WHERE action = 'user add'") == 1);
}

TEST_CASE("an answer under a lease that is over, or of no class, stores nothing", "[api][tasks]") {
    World world(4);
    auto lena = world.labeler("lena");
    auto task = claim(lena, "clothes", 1).at(0);
    CHECK(
        lena.send(
                "POST", path(task, "submit"), {{"lease", task.at("lease")}, {"class", "hat"}}
        ).status == 422
    );
    CHECK(
        lena.send("POST", path(task, "submit"), {{"lease", "99.1"}, {"class", "dress"}}).status ==
        409
    );
    CHECK(
        lena.send("POST", path(task, "submit"), {{"lease", "x"}, {"class", "dress"}}).status == 422
    );
    CHECK(
        lena.send(
                "POST", "/api/v1/tasks/999999/submit", {{"lease", "1.1"}, {"class", "dress"}}
        ).status != 200
    );
    auto otto = world.labeler("otto");
    CHECK(
        otto.send(
                "POST", path(task, "submit"), {{"lease", task.at("lease")}, {"class", "dress"}}
        ).status == 409
    );
    CHECK(otto.send("POST", path(task, "renew"), {{"lease", task.at("lease")}}).status == 409);
    CHECK(lena.send("POST", path(task, "renew"), {{"lease", task.at("lease")}}).status == 200);
    CHECK(
        world.database.number("SELECT count(*) FROM annotation a JOIN app_user u ON u.id = "
                              "a.user_id WHERE NOT u.simulated") == 0
    );
}

TEST_CASE("undo brings the task back and the new answer counts", "[api][tasks]") {
    World world(4);
    auto lena = world.labeler("lena");
    CHECK(lena.send("POST", "/api/v1/projects/clothes/undo", boost::json::object{}).status == 404);
    auto task = claim(lena, "clothes", 1).at(0);
    lena.send("POST", path(task, "submit"), {{"lease", task.at("lease")}, {"class", "dress"}});
    auto back = lena.send("POST", "/api/v1/projects/clothes/undo", boost::json::object{});
    REQUIRE(back.status == 200);
    auto undone = back.json();
    CHECK(undone.at("id") == task.at("id"));
    CHECK(undone.at("item") == task.at("item"));
    CHECK(
        lena.send(
                "POST", path(task, "submit"), {{"lease", task.at("lease")}, {"class", "coat"}}
        ).status == 409
    );
    CHECK(
        lena.send(
                "POST", path(task, "submit"), {{"lease", undone.at("lease")}, {"class", "boot"}}
        ).status == 200
    );
    CHECK(
        world.database.number("SELECT count(*) FROM annotation WHERE withdrawn_at IS NOT NULL") == 1
    );

    auto next = claim(lena, "clothes", 1).at(0);
    CHECK(
        lena.send(
                "POST", path(next, "skip"), {{"lease", next.at("lease")}, {"reason", "broken"}}
        ).status == 200
    );
    for (const auto& each : claim(lena, "clothes", 20)) CHECK(each.at("id") != next.at("id"));
    CHECK(
        lena.send("POST", "/api/v1/projects/clothes/undo", boost::json::object{}).json().at("id") ==
        next.at("id")
    );
}
