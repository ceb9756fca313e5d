// What the command line does with labels and people, over HTTP.
#include <set>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "tests/api/support/client.hpp"
#include "tests/api/support/fixture.hpp"
#include "tests/support/test_database.hpp"

namespace {

using boost::json::array;
using boost::json::object;

struct World {
    test::TestDatabase database;
    std::unique_ptr<test::Running> server;
    explicit World(int records, std::size_t connections = 4) : database(connections) {
        test::make_world(*database, records);
        server = std::make_unique<test::Running>(*database);
    }
    test::Client as(const std::string& name, const std::string& role) {
        test::Client client(server->port());
        client.bearer = api::bearer_token(*database, name, role);
        return client;
    }
};

object project(const std::string& name) {
    return {
        {"name", name},
        {"source", "pages"},
        {"overlap", 2},
        {"class", array{object{{"name", "good"}, {"hotkey", "g"}}, object{{"name", "bad"}}}}};
}

std::string page_key(int i) {
    return "https://pages.test/" + std::to_string(i);
}

}  // namespace

TEST_CASE("a project lives over HTTP from its making to its labels", "[api][labels]") {
    World world(6);
    auto otto = world.as("otto", "operator");
    auto declared = project("taste");
    declared["truth"] = object{{"method", "wawa"}};
    auto made = otto.send("POST", "/api/v1/projects", declared);
    REQUIRE(made.status == 201);
    CHECK(made.json().at("classes").as_array().size() == 2);
    CHECK(otto.send("POST", "/api/v1/projects", project("taste")).status == 409);
    std::string path = "/api/v1/projects/taste";

    auto imported = otto.send(
        "POST",
        path + "/import",
        {{"labels",
          array{
              object{{"key", page_key(0)}, {"label", "good"}},
              object{{"key", page_key(1)}, {"label", "ugly"}},
              object{{"key", "nowhere"}, {"label", "bad"}}}}}
    );
    REQUIRE(imported.status == 200);
    CHECK(imported.json().at("added") == 1);
    CHECK(imported.json().at("no_record") == 1);
    CHECK(imported.json().at("rejected").at("ugly") == 1);
    CHECK(otto.send("POST", path + "/import", object{}).status == 422);

    auto queued = otto.send("POST", path + "/queue", {{"add", 2}});
    CHECK(queued.json().at("added") == 2);
    CHECK(queued.json().at("open") == 2);

    for (std::string name : {"lena", "lars"}) {
        auto labeler = world.as(name, "labeler");
        auto claimed = labeler.send("POST", path + "/claim", {{"n", 2}});
        auto tasks = claimed.json().at("tasks").as_array();
        REQUIRE(tasks.size() == 2);
        for (const auto& task : tasks) {
            auto id = std::to_string(task.at("id").as_int64());
            CHECK(
                labeler
                    .send(
                        "POST",
                        "/api/v1/tasks/" + id + "/submit",
                        {{"lease", task.at("lease")}, {"class", "bad"}}
                    )
                    .status == 200
            );
        }
    }
    auto truth = otto.send("POST", path + "/truth", {{"method", "mv"}});
    REQUIRE(truth.status == 200);
    // They are labels already since they were answered; their probability is of the method.
    CHECK(truth.json().at("records") == 2);
    CHECK(truth.json().at("new") == 0);
    CHECK(truth.json().at("changed") == 2);
    CHECK(truth.json().at("workers") == 2);
    CHECK(truth.json().at("method") == "mv");
    CHECK(otto.send("POST", path + "/truth", {{"method", "auto"}}).json().at("method") == "mv");
    CHECK(otto.send("POST", path + "/truth", object{}).json().at("method") == "wawa");
    CHECK(otto.send("POST", path + "/truth", {{"method", "guess"}}).status == 422);

    auto ann = world.as("ann", "analyst");
    auto file = ann.get(path + "/export?format=csv");
    CHECK(file.status == 200);
    CHECK_THAT(file.headers["content-type"], Catch::StartsWith("text/csv"));
    CHECK_THAT(file.headers["content-disposition"], Catch::Contains("labels.csv"));
    CHECK(std::count(file.body.begin(), file.body.end(), '\n') == 4);
    CHECK(ann.get(path + "/export?format=coco").status == 400);
    CHECK(
        ann.get(path + "/agreement?metric=percent")
            .json()
            .at("metrics")
            .at(0)
            .at("value")
            .to_number<double>() == 1
    );

    world.database->call([](base::Tx& tx) {
        tx.exec("UPDATE label_class SET name = '=1+1' WHERE name = 'good'");
    });
    CHECK_THAT(ann.get(path + "/export?format=csv").body, Catch::Contains(",=1+1,"));
    CHECK_THAT(
        ann.get(path + "/export?format=csv&guard_formulas=true").body,
        Catch::Contains(",'=1+1,") && !Catch::Contains(",=1+1,")
    );
}

TEST_CASE("spans of text are asked for, answered, compared and resolved", "[api][labels]") {
    World world(4);
    auto otto = world.as("otto", "operator");
    object names{
        {"name", "names"},
        {"kind", "spans"},
        {"source", "pages"},
        {"overlap", 2},
        {"class", array{object{{"name", "header"}}, object{{"name", "promise"}}}}};
    REQUIRE(otto.send("POST", "/api/v1/projects", names).status == 201);
    std::string path = "/api/v1/projects/names";
    otto.send("POST", path + "/queue", {{"add", 4}});
    auto span = [](int start, int end, const char* label) {
        return object{{"start", start}, {"end", end}, {"label", label}};
    };
    for (std::string name : {"lena", "lars"}) {
        auto labeler = world.as(name, "labeler");
        auto tasks =
            labeler.send("POST", path + "/claim", {{"n", 4}}).json().at("tasks").as_array();
        REQUIRE(tasks.size() == 4);
        for (const auto& task : tasks) {
            auto submit = "/api/v1/tasks/" + std::to_string(task.at("id").as_int64()) + "/submit";
            auto send = [&](const boost::json::value& value) {
                return labeler.send(
                    "POST", submit, {{"lease", task.at("lease")}, {"value", value}}
                );
            };
            CHECK(send(array{span(0, 100'000, "header")}).status == 422);
            CHECK(send(array{span(0, 7, "footer")}).status == 422);
            CHECK(send("all").status == 422);
            CHECK(
                labeler.send(
                           "POST", submit, {{"lease", task.at("lease")}, {"class", "header"}}
                ).status == 422
            );
            auto spans = array{span(0, 7, "header")};
            if (name == "lena") spans.push_back(span(8, 10, "promise"));
            CHECK(send(spans).status == 200);
            CHECK(send(spans).status == 200);
        }
    }
    CHECK(world.database.number("SELECT count(*) FROM annotation WHERE class_id IS NULL") == 8);

    auto agreement = otto.get(path + "/agreement").json();
    CHECK(agreement.at("ratings") == 8);
    CHECK(agreement.at("metrics").at(0).at("metric") == "span-f1");
    CHECK(agreement.at("metrics").at(0).at("value").to_number<double>() == Approx(2.0 / 3));
    CHECK(otto.get(path + "/agreement?metric=fleiss").status == 400);

    auto truth = otto.send("POST", path + "/truth", {{"method", "mv"}});
    REQUIRE(truth.status == 200);
    CHECK(truth.json().at("records") == 4);
    CHECK(otto.send("POST", path + "/truth", {{"method", "mv"}}).json().at("new") == 0);
    CHECK(otto.send("POST", path + "/truth", {{"method", "mv"}}).json().at("changed") == 0);
    auto tagged = otto.get(path + "/export?format=conll");
    CHECK(tagged.status == 200);
    CHECK_THAT(tagged.body, Catch::Contains("Defined\tB-header\n"));
    auto table = otto.get(path + "/export?format=csv&answers=true");
    CHECK(table.status == 200);
    CHECK_THAT(table.body, Catch::Contains(",lena,") && Catch::Contains("\"\"header\"\""));
    auto refused = otto.get(path + "/export?format=conll&answers=true");
    CHECK(refused.status == 400);
    CHECK_THAT(refused.body, Catch::Contains("jsonl, csv or label-studio"));
    CHECK(otto.get(path + "/export?format=coco").status == 400);
    auto listed = otto.get(path + "/answers?limit=1").json().at("items").at(0);
    CHECK(listed.at("label").is_null());
    CHECK(listed.at("value").at(0).at("label") == "header");

    auto given = [&](object label) {
        label["key"] = page_key(0);
        return otto.send("POST", path + "/import", {{"labels", array{std::move(label)}}}).json();
    };
    CHECK(given({{"label", "header"}}).at("faults").as_object().size() == 1);
    CHECK(given({{"answer", array{span(0, 7, "heading")}}}).at("rejected").at("heading") == 1);
    CHECK(
        given({{"answer", array{span(0, 70'000, "header")}}}).at("faults").as_object().size() == 1
    );
    CHECK(given({{"answer", array{span(0, 7, "header")}}}).at("changed") == 1);
    auto lines = otto.get(path + "/export?format=doccano").body;
    auto back = otto.send("POST", path + "/import", {{"text", lines}, {"file", "d.jsonl"}});
    REQUIRE(back.status == 200);
    CHECK(back.json().at("unchanged").as_int64() + back.json().at("changed").as_int64() == 4);
    auto nowhere = otto.send(
        "POST",
        path + "/import",
        {{"labels", array{object{{"key", "nowhere"}, {"answer", array{}}}}}}
    );
    CHECK(nowhere.status == 409);
    CHECK_THAT(nowhere.body, Catch::Contains("0 of 1 labels matched"));
    for (const auto& unclear :
         {object{{"answer", array{}}},
          object{{"key", page_key(0)}, {"text", "another text"}, {"answer", array{}}}}) {
        auto answered = otto.send("POST", path + "/import", {{"labels", array{unclear}}});
        CHECK(answered.status == 422);
        CHECK_THAT(answered.body, Catch::Contains("give "));
    }
}

TEST_CASE("answers of several people come in over HTTP", "[api][labels]") {
    World world(4);
    auto otto = world.as("otto", "operator");
    REQUIRE(otto.send("POST", "/api/v1/projects", project("crowd")).status == 201);
    std::string path = "/api/v1/projects/crowd";
    object request{
        {"text",
         "item,annotator,label\n" + page_key(0) + ",w1,good\n" + page_key(0) + ",w2,good\n" +
             page_key(1) + ",w1,ugly\n"},
        {"file", "crowd.csv"},
        {"answers", true}};
    auto refused = otto.send("POST", path + "/import", request);
    CHECK(refused.status == 409);
    CHECK_THAT(refused.body, Catch::Contains("'w1', 'w2'"));
    request["annotators"] = "create";
    auto taken = otto.send("POST", path + "/import", request).json();
    CHECK(taken.at("added") == 2);
    CHECK(taken.at("rejected").at("ugly") == 1);
    const auto& told = taken.at("answers");
    CHECK(told.at("annotators") == 2);
    CHECK(told.at("columns").at("answer") == "label");
    CHECK(told.at("rejected_rows").at(0).at("place") == "crowd.csv: line 4");
    auto listed = otto.get(path + "/answers").json().at("items").as_array();
    REQUIRE(listed.size() == 2);
    CHECK(listed[1].at("user") == "w2");
    CHECK(
        world.database.number(
            "SELECT count(*) FROM ground_truth g JOIN label_project p ON p.id = g.project_id WHERE "
            "p.name = 'crowd'"
        ) == 1
    );
    request["answers"] = false;
    CHECK(otto.send("POST", path + "/import", request).status == 422);
}

TEST_CASE("who answered what is listed to the end, a page at a time", "[api][labels]") {
    World world(8);
    auto ann = world.as("ann", "analyst");
    auto answers = static_cast<std::size_t>(world.database.number(
        "SELECT count(*) FROM annotation a JOIN label_project p ON p.id = a.project_id WHERE "
        "p.name = 'topics'"
    ));
    REQUIRE(answers > 3);
    std::set<std::string> seen;
    std::string after;
    for (int pages = 0;; ++pages) {
        REQUIRE(pages < 30);
        auto page = ann.get("/api/v1/projects/topics/answers?limit=3" + after).json();
        for (const auto& item : page.at("items").as_array())
            seen.insert(
                std::string(item.at("key").as_string()) + " " +
                std::string(item.at("user").as_string())
            );
        if (page.at("next").is_null()) break;
        std::string escaped;
        for (char c : page.at("next").as_string())
            escaped += c == ':' ? "%3A" : c == '/' ? "%2F" : std::string(1, c);
        after = "&after=" + escaped;
    }
    CHECK(seen.size() == answers);
    auto mine = ann.get("/api/v1/projects/topics/answers?user=robot-0&limit=200").json();
    CHECK(mine.at("items").as_array().size() == answers / 2);
    CHECK(ann.get("/api/v1/projects/topics/answers?user=nobody").status == 404);
    CHECK(ann.get("/api/v1/projects/topics/answers?after=x").status == 400);
}

TEST_CASE("simulated annotators answer over HTTP and are known as such", "[api][labels]") {
    World world(6);
    auto otto = world.as("otto", "operator");
    auto done = otto.send(
        "POST",
        "/api/v1/projects/sections/simulate",
        {{"field", "section"}, {"annotator", array{"sim:0"}}, {"answers", 4}}
    );
    REQUIRE(done.status == 200);
    CHECK(done.json().at("answers") == 4);
    CHECK(done.json().at("wrong") == 0);
    auto people = otto.get("/api/v1/projects/sections/annotators").json();
    CHECK(people.at("items").at(0).at("name") == "sim");
    CHECK(people.at("items").at(0).at("simulated") == true);
    CHECK(
        otto.send(
                "POST",
                "/api/v1/projects/sections/simulate",
                {{"field", "section"}, {"annotator", array{"sim:2"}}}
        ).status == 422
    );
}

TEST_CASE("a request never waits for a second connection", "[api][labels]") {
    World world(6, 1);
    auto otto = world.as("otto", "operator");
    auto queued = otto.send(
        "POST", "/api/v1/projects/sections/queue", {{"add", 6}, {"where", "section != 'none'"}}
    );
    CHECK(queued.status == 200);
    auto done = otto.send(
        "POST",
        "/api/v1/projects/sections/simulate",
        {{"field", "section"}, {"annotator", array{"sim:0"}}, {"answers", 4}}
    );
    REQUIRE(done.status == 200);
    CHECK(done.json().at("answers") == 4);
}

TEST_CASE("nobody labels in another's name but an administrator", "[api][labels]") {
    World world(4);
    auto lena = world.as("lena", "labeler");
    auto lars = world.as("lars", "labeler");
    std::string path = "/api/v1/projects/clothes/claim";
    CHECK(lars.send("POST", path, {{"user", "lena"}}).status == 403);
    auto admin = world.as("root", "admin");
    auto given = admin.send("POST", path, {{"user", "lena"}});
    REQUIRE(given.status == 200);
    CHECK(
        lena.send("POST", path, object{}).json().at("tasks").at(0).at("id") ==
        given.json().at("tasks").at(0).at("id")
    );
    CHECK(admin.send("POST", path, {{"user", "nobody"}}).status == 404);
}

TEST_CASE("the audit tells what was asked, but not what may be long", "[api][labels]") {
    World world(4);
    auto admin = world.as("root", "admin");
    admin.send("POST", "/api/v1/users", {{"name", "nina"}, {"role", "analyst"}});
    admin.send("POST", "/api/v1/projects", project("taste"));
    auto events = admin.get("/api/v1/audit?limit=2").json().at("items").as_array();
    REQUIRE(events.size() == 2);
    CHECK(events[0].at("action") == "label project create");
    CHECK(events[0].at("detail").at("name") == "taste");
    CHECK_FALSE(events[0].at("detail").as_object().contains("class"));
    CHECK(events[1].at("action") == "user add");
    CHECK(events[1].at("subject") == "/api/v1/users");
    CHECK(events[1].at("actor") == "root");
    CHECK(events[1].at("detail").at("role") == "analyst");
}

TEST_CASE("what is named and is not there is answered 404, whoever asks for it", "[api][labels]") {
    World world(6);
    auto boss = world.as("boss", "admin");
    REQUIRE(boss.send("POST", "/api/v1/projects", project("taste")).status == 201);
    auto homeless = project("other");
    homeless["source"] = "nowhere";
    const std::string at = "/api/v1/", machine = at + "projects/taste/machines/test";
    const std::pair<std::string, object> asked[] = {
        {at + "projects", homeless},
        {at + "projects/taste/schema/rename", {{"from", "nope"}, {"to", "fine"}}},
        {machine, {{"annotator", "nobody"}}},
        {at + "snapshots", {{"name", "n"}, {"project", "nope"}}},
        {at + "snapshots", {{"name", "n"}, {"source", "nope"}}},
        {at + "runs", {{"snapshot", "nope"}}},
        {at + "sources/pages/preparation/preview", {{"snapshot", "nope"}}}};
    for (const auto& [path, body] : asked) {
        auto answered = boss.send("POST", path, body);
        INFO(path << ": " << answered.body);
        CHECK(answered.status == 404);
        CHECK(answered.text("title") == "Not found");
    }
    CHECK(boss.get(at + "runs/7/compare/8").status == 404);
    // What is there and stands against it is no such thing.
    CHECK(boss.send("POST", at + "projects", project("taste")).status == 409);
    CHECK(boss.send("POST", at + "snapshots", {{"name", "n"}, {"project", "taste"}}).status == 409);
}
