// Machines beside people over HTTP: what those who label see of suggestions, and when.
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "schema/blobs/blobs.hpp"
#include "tests/api/support/client.hpp"
#include "tests/api/support/fixture.hpp"
#include "tests/support/test_database.hpp"
#include "training/experiment.hpp"

namespace {

using boost::json::array;
using boost::json::object;

// A project over 40 pages, of all of which a machine says "good".
struct SuggestServer {
    test::TestDatabase database{4};
    std::unique_ptr<test::Running> server;
    test::Client otto{0}, lena{0};
    const std::string path = "/api/v1/projects/taste";

    explicit SuggestServer(object settings) {
        test::make_world(*database, 40);
        server = std::make_unique<test::Running>(*database);
        otto = as("otto", "operator");
        lena = as("lena", "labeler");
        settings["name"] = "taste";
        settings["source"] = "pages";
        settings["class"] = array{object{{"name", "good"}}, object{{"name", "bad"}}};
        REQUIRE(otto.send("POST", "/api/v1/projects", settings).status == 201);
        REQUIRE(otto.send("POST", path + "/queue", {{"add", 40}}).status == 200);
        std::string text = "key,label,score\n";
        for (int i = 0; i < 40; ++i)
            text += "https://pages.test/" + std::to_string(i) + ",good,0.75\n";
        auto taken = otto.send("POST", path + "/suggestions", {{"annotator", "m"}, {"text", text}});
        REQUIRE(taken.status == 200);
        REQUIRE(taken.json().at("added") == 40);
    }
    test::Client as(const std::string& name, const std::string& role) {
        test::Client client(server->port());
        client.bearer = api::bearer_token(*database, name, role);
        return client;
    }
    array claim(int n) {
        return lena.send("POST", path + "/claim", {{"n", n}}).json().at("tasks").as_array();
    }
    boost::json::value answer(const boost::json::value& task, const std::string& name) {
        auto said = lena.send(
            "POST",
            "/api/v1/tasks/" + std::to_string(task.at("id").as_int64()) + "/submit",
            {{"lease", task.at("lease")}, {"class", name}}
        );
        REQUIRE(said.status == 200);
        return said.json();
    }
    std::int64_t tagged(const std::string& how) {
        return database.number("SELECT count(*) FROM annotation WHERE suggestion = '" + how + "'");
    }
    boost::json::value report() {
        return otto.get(path + "/suggestions/report").json().at("items").at(0);
    }
};

}  // namespace

TEST_CASE("suggestions come with the task where the project says before", "[api][suggest]") {
    SuggestServer world({{"suggestions", "before"}});
    auto tasks = world.claim(4);
    for (const auto& task : tasks) {
        CHECK(task.at("suggestion").at("answer") == "good");
        CHECK(task.at("suggestion").at("score") == 0.75);
        CHECK(task.at("suggestion").at("annotator") == "m");
    }
    CHECK(world.answer(tasks[0], "good").at("suggestion").is_null());
    CHECK(world.answer(tasks[1], "bad").at("suggestion").is_null());
    CHECK(world.tagged("before") == 2);
    auto report = world.report();
    CHECK(report.at("suggestions") == 40);
    CHECK(report.at("shown").at("answers") == 2);
    CHECK(report.at("shown").at("same") == 1);
    CHECK(report.at("difference").is_null());
}

TEST_CASE("suggestions come with the reply where the project says after", "[api][suggest]") {
    SuggestServer world({{"suggestions", "after"}});
    auto task = world.claim(1).at(0);
    CHECK(task.at("suggestion").is_null());
    auto told = world.answer(task, "bad").at("suggestion");
    CHECK(told.at("answer") == "good");
    CHECK(told.at("same") == false);
    CHECK(told.at("likeness").to_number<double>() == 0);
    CHECK(world.tagged("after") == 1);
    // Sent again it is told again, and stored once.
    CHECK(world.answer(task, "bad").at("suggestion").at("answer") == "good");
    // Whoever changes their mind now has seen it.
    auto corrected = world.lena.send(
        "POST",
        "/api/v1/tasks/" + std::to_string(task.at("id").as_int64()) + "/correct",
        {{"attempt", 1}, {"class", "good"}}
    );
    REQUIRE(corrected.status == 200);
    CHECK(world.tagged("after") == 1);
    CHECK(world.tagged("before") == 1);
    auto report = world.report();
    CHECK(report.at("unseen").at("answers") == 1);
    CHECK(report.at("unseen").at("same") == 0);
    CHECK(report.at("corrected") == 1);
}

TEST_CASE("a random share sees suggestions, and nobody in between", "[api][suggest]") {
    SuggestServer world({{"suggestions", "random"}, {"suggestions_share", 0.5}});
    std::int64_t shown = 0;
    for (int i = 0; i < 20; ++i) {
        auto task = world.claim(1).at(0);
        bool seen = !task.at("suggestion").is_null();
        CHECK(world.claim(1).at(0).at("suggestion").is_null() == !seen);
        shown += seen ? 1 : 0;
        CHECK(world.answer(task, "good").at("suggestion").is_null());
    }
    CHECK(shown >= 3);
    CHECK(shown <= 17);
    CHECK(world.tagged("before") == shown);
    CHECK(world.tagged("hidden") == 20 - shown);
    CHECK(world.report().at("difference") == 0);
}

TEST_CASE("nothing is shown by default, and labelers do not get at it", "[api][suggest]") {
    SuggestServer world({});
    auto task = world.claim(1).at(0);
    CHECK(task.at("suggestion").is_null());
    CHECK(world.answer(task, "good").at("suggestion").is_null());
    CHECK(
        world.database.number("SELECT count(*) FROM annotation WHERE suggestion IS NOT NULL") == 0
    );
    CHECK(world.lena.get(world.path + "/suggestions?annotator=m").status == 403);
    CHECK(world.lena.get(world.path + "/machines").status == 403);
    CHECK(world.lena.send("POST", world.path + "/suggestions", {{"annotator", "m"}}).status == 403);
    // It is edited like any other setting.
    REQUIRE(
        world.otto.send("PATCH", world.path, {{"suggestions", "before"}}, {"If-Match: \"1\""})
            .status == 200
    );
    CHECK_FALSE(world.claim(1).at(0).at("suggestion").is_null());
    CHECK(
        world.otto.send("PATCH", world.path, {{"suggestions", "sometimes"}}, {"If-Match: \"2\""})
            .status == 422
    );
}

TEST_CASE(
    "suggestions are listed page by page, and machines with why they do not count",
    "[api][suggest]"
) {
    SuggestServer world({{"machines_count", true}});
    auto list = [&](const std::string& query) {
        return world.otto.get(world.path + "/suggestions?annotator=m" + query);
    };
    auto first = list("&limit=25").json();
    CHECK(first.at("items").as_array().size() == 25);
    auto rest = list("&limit=25&after=" + std::string(first.at("next").as_string())).json();
    CHECK(rest.at("items").as_array().size() == 15);
    CHECK(list("&rejects=true").json().at("items").as_array().empty());
    CHECK(list("&version=7").status >= 400);
    auto machine = world.otto.get(world.path + "/machines").json().at("items").at(0);
    CHECK(machine.at("counts") == false);
    CHECK(
        std::string(machine.at("why_not").as_string()).find("was not tested") != std::string::npos
    );
    auto tested = world.otto.send("POST", world.path + "/machines/test", {{"annotator", "m"}});
    CHECK(tested.status >= 400);
    CHECK(tested.body.find("more such answers are wanted") != std::string::npos);
    auto truth = world.otto.send("POST", world.path + "/truth", object{});
    CHECK(truth.status >= 400);
    CHECK(truth.body.find("none may") != std::string::npos);
}

TEST_CASE("a trained model suggests, but not where it learnt from people", "[api][suggest]") {
    test::TestDatabase database;
    test::make_world(*database, 60);
    test::Running server(*database);
    test::Client client(server.port());
    client.bearer = api::bearer_token(*database, "otto", "operator");
    const std::string topics = "/api/v1/projects/topics";
    REQUIRE(client.send("POST", topics + "/truth", object{}).status == 200);
    REQUIRE(
        client.send("POST", "/api/v1/snapshots", {{"name", "t"}, {"project", "topics"}}).status ==
        201
    );
    training::TrainSettings settings;
    settings.snapshot = "t";
    settings.model = "softmax";
    auto run = training::train(*database, schema::Blobs{""}, {}, settings, "test", {}, {}).run.id;
    auto learnt = database.number(
        "SELECT count(*) FROM snapshot_item i JOIN snapshot s ON s.id = i.snapshot_id WHERE s.name "
        "= 't' AND i.split < 2"
    );
    REQUIRE(learnt > 0);
    auto ask = [&](object body) {
        body["run"] = run;
        return client.send("POST", topics + "/suggestions/model", body);
    };
    auto some = ask({{"at_most", 3}}).json();
    CHECK(some.at("added") == 3);
    CHECK(std::string(some.at("version").as_string()) == "run-" + std::to_string(run));
    auto rest = ask({{"all", true}}).json();
    CHECK(rest.at("learnt_from") == learnt);
    CHECK(rest.at("added") == 60 - learnt - 3);
    CHECK(rest.at("rejects") == 0);
    CHECK(
        database.number("SELECT count(*) FROM label_suggestion s JOIN snapshot_item i USING (rk, "
                        "source_id, key) JOIN snapshot n ON n.id = i.snapshot_id WHERE n.name = "
                        "'t' AND i.split < 2") == 0
    );
    CHECK(
        client.send("POST", "/api/v1/projects/clothes/suggestions/model", {{"run", run}}).status >=
        400
    );
}
