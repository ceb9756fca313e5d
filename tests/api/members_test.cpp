// Projects with members: who sees them, and what the members' roles allow.
#include <set>

#include <catch2/catch.hpp>

#include "tests/api/support/stage.hpp"

namespace {

using boost::json::object;

struct Crew : test::Stage {
    test::Client boss, lena, otto;

    Crew()
        : test::Stage({}, 8),
          boss(bearer("opal", "operator")),
          lena(bearer("lena", "labeler")),
          otto(bearer("otto", "labeler")) {}

    test::Reply
    add(const std::string& user, const object& body = {}, const std::string& project = "clothes") {
        return boss.send("PUT", "/api/v1/projects/" + project + "/members/" + user, body);
    }
};

boost::json::array claim(const test::Client& client, int n = 1) {
    auto reply = client.send("POST", "/api/v1/projects/clothes/claim", {{"n", n}});
    REQUIRE(reply.status == 200);
    return reply.json().at("tasks").as_array();
}

std::set<std::string> projects_of(const test::Client& client) {
    std::set<std::string> names;
    auto listed = client.get("/api/v1/projects").json();
    for (const auto& one : listed.at("items").as_array()) names.emplace(one.at("name").as_string());
    return names;
}

std::string task_path(const boost::json::value& task, const std::string& verb) {
    return "/api/v1/tasks/" + std::to_string(task.at("id").as_int64()) + "/" + verb;
}

}  // namespace

TEST_CASE("a project with members is not there for other labelers", "[api][members]") {
    Crew crew;
    auto held = claim(crew.otto).at(0);
    std::string image(held.at("item").at("image").at("url").as_string());
    object lease{{"lease", held.at("lease")}};
    CHECK(crew.otto.get(image).status == 200);
    auto added = crew.add("lena", {{"skill", {"fashion"}}, {"language", {"de", "pt-BR"}}});
    REQUIRE(added.status == 200);
    CHECK(added.json().at("members") == 1);

    for (auto path : {"", "/progress", "/mine"}) {
        INFO(path);
        CHECK(crew.otto.get("/api/v1/projects/clothes" + std::string(path)).status == 404);
        CHECK(crew.lena.get("/api/v1/projects/clothes" + std::string(path)).status == 200);
    }
    for (auto verb : {"claim", "undo"})
        CHECK(
            crew.otto.send("POST", "/api/v1/projects/clothes/" + std::string(verb), object{})
                .status == 404
        );
    CHECK(crew.otto.send("POST", task_path(held, "renew"), lease).status == 404);
    CHECK(crew.otto.send("POST", task_path(held, "comment"), {{"text", "x"}}).status == 404);
    lease["reason"] = "x";
    CHECK(crew.otto.send("POST", task_path(held, "skip"), lease).status == 404);
    lease.erase("reason");
    lease["value"] = "top";
    CHECK(crew.otto.send("PUT", task_path(held, "draft"), lease).status == 404);
    lease.erase("value");
    lease["class"] = "top";
    CHECK(crew.otto.send("POST", task_path(held, "submit"), lease).status == 404);
    CHECK(
        crew.otto.send(
                     "POST", task_path(held, "correct"), {{"attempt", 1}, {"class", "top"}}
        ).status == 404
    );
    CHECK(crew.otto.get(image).status == 404);
    CHECK(projects_of(crew.otto) == std::set<std::string>{"sections", "topics"});
    CHECK(projects_of(crew.lena) == std::set<std::string>{"clothes", "sections", "topics"});
    // What does not exist is answered the same.
    auto hidden = crew.otto.get("/api/v1/projects/clothes").json().at("title");
    CHECK(hidden == crew.otto.get("/api/v1/projects/nothing").json().at("title"));

    // Nor by way of an administrator who acts for him, nor on the command line.
    auto admin = crew.bearer("root", "admin");
    CHECK(admin.send("POST", "/api/v1/projects/clothes/claim", {{"user", "otto"}}).status == 404);
    CHECK(admin.send("POST", "/api/v1/projects/clothes/claim", object{}).status == 200);
    CHECK(projects_of(crew.boss).contains("clothes"));
    CHECK(projects_of(crew.bearer("anna", "analyst")).contains("clothes"));
}

TEST_CASE("who leaves a project leaves the tasks in hand to the others", "[api][members]") {
    Crew crew;
    crew.add("lena");
    crew.add("otto");
    CHECK(claim(crew.otto, 20).size() == 8);
    CHECK(claim(crew.lena, 20).empty());
    auto path = "/api/v1/projects/clothes/members/otto";
    auto left = crew.boss.send("DELETE", path, nullptr);
    REQUIRE(left.status == 200);
    CHECK(left.json().at("members") == 1);
    claim(crew.lena, 20);  // finds what is over
    CHECK(claim(crew.lena, 20).size() == 8);
    CHECK(crew.boss.send("DELETE", path, nullptr).status == 404);
    // The last one to leave opens it again.
    CHECK(crew.boss.send("DELETE", "/api/v1/projects/clothes/members/lena", nullptr).status == 200);
    CHECK(projects_of(crew.otto).contains("clothes"));
}

TEST_CASE("tasks are assigned to those who see the project alone", "[api][members]") {
    Crew crew;
    crew.add("lena");
    auto assign = [&](const std::string& user) {
        object body{{"where", "key = 'shirt-00001'"}, {"assign", user}};
        return crew.boss.send("POST", "/api/v1/projects/clothes/queue", body).status;
    };
    CHECK(assign("otto") == 409);
    CHECK(assign("lena") == 200);
    CHECK(assign("opal") == 200);
}

TEST_CASE("members list with what they are and know, which is changed in part", "[api][members]") {
    Crew crew;
    CHECK(crew.add("nobody").status == 404);
    CHECK(crew.add("lena", {}, "nothing").status == 404);
    CHECK(crew.add("lena", {{"role", "king"}}).status == 422);
    CHECK(crew.add("lena", {{"skill", {"two words"}}}).status == 422);
    CHECK(crew.add("lena", {{"skil", {"x"}}}).status == 422);
    crew.add("lena", {{"skill", {"fashion", "\"quoted\""}}, {"language", {"de"}}});
    crew.add("otto", {{"role", "reviewer"}});
    crew.add("lena", {{"role", "owner"}});
    auto items = crew.boss.get("/api/v1/projects/clothes/members").json().at("items").as_array();
    REQUIRE(items.size() == 2);
    CHECK(items[0].at("user") == "lena");
    CHECK(items[0].at("role") == "owner");
    CHECK(items[0].at("skills") == boost::json::array{"fashion", "\"quoted\""});
    CHECK(items[0].at("languages") == boost::json::array{"de"});
    CHECK(items[1].at("role") == "reviewer");
    auto first = crew.boss.get("/api/v1/projects/clothes/members?limit=1").json();
    CHECK(first.at("next") == "lena");
}

TEST_CASE("owners run their project, reviewers see who answered what", "[api][members]") {
    Crew crew;
    crew.add("lena", {{"role", "owner"}});
    crew.add("otto", {{"role", "reviewer"}});
    auto mia = crew.bearer("mia", "labeler");
    crew.add("mia");
    auto base = std::string("/api/v1/projects/clothes");
    for (auto path :
         {"/answers", "/annotators", "/comments", "/schema", "/members", "/agreement"}) {
        INFO(path);
        CHECK(crew.lena.get(base + path).status == 200);
        CHECK(crew.otto.get(base + path).status == 200);
        CHECK(mia.get(base + path).status == 403);
        CHECK(crew.otto.get("/api/v1/projects/topics" + std::string(path)).status == 403);
    }
    // The page need not ask what would be refused.
    auto may = [&](const test::Client& who) {
        auto shown = who.get(base).json();
        return std::pair(shown.at("owns").as_bool(), shown.at("reviews").as_bool());
    };
    CHECK(may(crew.lena) == std::pair(true, true));
    CHECK(may(crew.otto) == std::pair(false, true));
    CHECK(may(mia) == std::pair(false, false));
    CHECK(may(crew.boss) == std::pair(true, true));
    auto queue = [&](const test::Client& client, const std::string& project) {
        return client.send("POST", "/api/v1/projects/" + project + "/queue", object{}).status;
    };
    CHECK(queue(crew.lena, "clothes") == 200);
    CHECK(queue(crew.otto, "clothes") == 403);
    CHECK(queue(crew.lena, "topics") == 403);
    CHECK(crew.lena.send("PUT", base + "/members/mia", {{"role", "reviewer"}}).status == 200);
    CHECK(crew.otto.send("PUT", base + "/members/otto", {{"role", "owner"}}).status == 403);
    CHECK(crew.lena.send("PUT", "/api/v1/projects/topics/members/lena", object{}).status == 403);
    CHECK(mia.get(base + "/answers").status == 200);
    CHECK(crew.lena.get("/api/v1/sources").status == 403);
    // A token that only reads does so as an owner too.
    auto made = crew.lena.send("POST", "/api/v1/tokens", {{"scope", "read"}});
    auto reader = crew.nobody();
    reader.bearer = made.text("token");
    CHECK(reader.get(base + "/answers").status == 200);
    CHECK(queue(reader, "clothes") == 403);
    // Reviewers see the pictures of the project that they review.
    auto task = claim(mia).at(0);
    std::string image(task.at("item").at("image").at("url").as_string());
    CHECK(crew.otto.get(image).status == 200);
    CHECK(crew.bearer("zoe", "labeler").get(image).status == 404);
}

TEST_CASE("a project that wants skills is for those who have them", "[api][members]") {
    Crew crew;
    auto shown = crew.boss.get("/api/v1/projects/clothes");
    auto edited = crew.boss.send(
        "PATCH",
        "/api/v1/projects/clothes",
        {{"members", {{"required", {"fashion", "pt"}}}}},
        {"If-Match: " + shown.headers.at("etag")}
    );
    REQUIRE(edited.status == 200);
    auto status = [](const test::Client& client) {
        return client.send("POST", "/api/v1/projects/clothes/claim", {{"n", 1}}).status;
    };
    CHECK(status(crew.lena) == 403);
    crew.add("lena", {{"skill", {"fashion"}}});
    auto refused = crew.lena.send("POST", "/api/v1/projects/clothes/claim", {{"n", 1}});
    CHECK(refused.status == 403);
    CHECK_THAT(refused.text("detail"), Catch::Contains("'pt'"));
    crew.add("lena", {{"language", {"ptx", "de"}}});
    CHECK(status(crew.lena) == 403);
    crew.add("lena", {{"language", {"pt-BR"}}});
    CHECK(status(crew.lena) == 200);
    CHECK(status(crew.boss) == 200);  // operators stand above
    CHECK(status(crew.otto) == 404);
}
