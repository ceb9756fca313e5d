// Tasks of a project looked through over HTTP: who sees which, what is found, bookmarks.
#include <set>

#include <catch2/catch.hpp>

#include "tests/api/support/stage.hpp"

namespace {

using boost::json::array;
using boost::json::object;

// Eight records of clothes. lena answered four of them and skipped one; rae reviews.
struct Shelf : test::Stage {
    test::Client opal, lena, leo, rae;
    array answered;
    std::int64_t skipped = 0;
    const std::string path = "/api/v1/projects/clothes";

    Shelf()
        : test::Stage({}, 8),
          opal(bearer("opal", "operator")),
          lena(bearer("lena", "labeler")),
          leo(bearer("leo", "labeler")),
          rae(bearer("rae", "labeler")) {
        for (const char* who : {"lena", "leo"}) member(who, "labeler");
        member("rae", "reviewer");
        auto tasks = claim(lena, {{"n", 5}});
        REQUIRE(tasks.size() == 5);
        for (std::size_t i = 0; i < 4; ++i) {
            const char* said = i == 0 ? "sandal" : "top";
            REQUIRE(submit(lena, tasks[i], said) == 200);
            answered.push_back(tasks[i]);
        }
        skipped = tasks[4].at("id").as_int64();
        REQUIRE(
            lena.send(
                    "POST",
                    task_path(skipped, "skip"),
                    {{"lease", tasks[4].at("lease")}, {"reason", "blurred"}}
            ).status == 200
        );
    }

    void member(const std::string& user, const std::string& role) {
        REQUIRE(opal.send("PUT", path + "/members/" + user, {{"role", role}}).status == 200);
    }
    static std::string task_path(std::int64_t task, const std::string& verb) {
        return "/api/v1/tasks/" + std::to_string(task) + "/" + verb;
    }
    array claim(const test::Client& client, const object& body) {
        auto reply = client.send("POST", path + "/claim", body);
        INFO(reply.body);
        REQUIRE(reply.status == 200);
        return reply.json().at("tasks").as_array();
    }
    static int
    submit(const test::Client& client, const boost::json::value& task, const char* said) {
        return client
            .send(
                "POST",
                task_path(task.at("id").as_int64(), "submit"),
                {{"lease", task.at("lease")}, {"class", said}}
            )
            .status;
    }
    // The keys of what a list holds, page by page.
    std::set<std::string>
    keys(const test::Client& client, const std::string& asked, const std::string& list = "/tasks") {
        std::set<std::string> found;
        for (std::string after;;) {
            auto reply = client.get(path + list + "?limit=3&" + asked + after);
            INFO(reply.body);
            REQUIRE(reply.status == 200);
            auto page = reply.json();
            for (const auto& item : page.at("items").as_array())
                CHECK(found.emplace(item.at("key").as_string()).second);
            if (page.at("next").is_null()) return found;
            after = "&after=" + std::string(page.at("next").as_string());
        }
    }
    static std::string key_of(const boost::json::value& task) {
        return std::string(task.at("item").at("key").as_string());
    }
};

}  // namespace

TEST_CASE("who reviews finds tasks by what they are and hold", "[api][browse]") {
    Shelf shelf;
    const auto& rae = shelf.rae;
    CHECK(shelf.keys(rae, "").size() == 8);
    CHECK(shelf.keys(rae, "state=done").size() + shelf.keys(rae, "state=open").size() == 8);
    CHECK(shelf.keys(rae, "user=lena").size() == 4);
    CHECK(shelf.keys(rae, "user=leo").empty());
    auto first = Shelf::key_of(shelf.answered[0]);
    CHECK(shelf.keys(rae, "class=sandal") == std::set<std::string>{first});
    CHECK(shelf.keys(rae, "find=" + first) == std::set<std::string>{first});
    CHECK(shelf.keys(rae, "find=nowhere-at-all").empty());
    CHECK(shelf.keys(rae, "flagged=true").empty());
    auto task = shelf.answered[0].at("id").as_int64();
    object flag{{"text", "look"}, {"flag", true}};
    REQUIRE(shelf.lena.send("POST", Shelf::task_path(task, "comment"), flag).status == 204);
    CHECK(shelf.keys(rae, "flagged=true") == std::set<std::string>{first});
    CHECK(rae.get(shelf.path + "/tasks?state=lost").status == 400);
    CHECK(rae.get(shelf.path + "/tasks?user=nobody").status == 404);
    CHECK(shelf.leo.get(shelf.path + "/tasks").status == 403);
}

TEST_CASE("one task is seen by who reviews and by whom it was given to", "[api][browse]") {
    Shelf shelf;
    auto task = shelf.path + "/tasks/" + std::to_string(shelf.answered[0].at("id").as_int64());
    auto whole = shelf.rae.get(task).json();
    CHECK(whole.at("item") == shelf.answered[0].at("item"));
    CHECK(whole.at("part") == "");
    CHECK(whole.at("review").at("answers").at(0).at("user") == "lena");
    auto own = shelf.lena.get(task).json();
    CHECK(own.at("item") == shelf.answered[0].at("item"));
    CHECK(own.at("part") == "answered");
    CHECK(own.at("review").is_null());
    CHECK(shelf.leo.get(task).status == 404);
    CHECK(shelf.leo.get(shelf.path + "/tasks/0").status == 404);
}

TEST_CASE("gold looks open to who reviews, and is told to who owns", "[api][browse]") {
    Shelf shelf;
    auto key = Shelf::key_of(shelf.answered[0]);
    auto task = shelf.path + "/tasks/" + std::to_string(shelf.answered[0].at("id").as_int64());
    object label{{"key", key}, {"class", "coat"}};
    REQUIRE(shelf.opal.send("POST", shelf.path + "/review/fix", label).status == 200);
    auto made = shelf.opal.send("POST", shelf.path + "/gold", {{"key", array{key}}});
    INFO(made.body);
    REQUIRE(made.status == 200);
    CHECK(shelf.opal.get(task).json().at("review").at("state") == "gold");
    CHECK(shelf.rae.get(task).json().at("review").at("state") == "open");
    CHECK(shelf.keys(shelf.opal, "state=gold") == std::set<std::string>{key});
    CHECK(shelf.keys(shelf.rae, "state=gold").empty());
    CHECK(shelf.keys(shelf.rae, "state=open").contains(key));
}

TEST_CASE("a bookmark is one's own, and of what one was given", "[api][browse]") {
    Shelf shelf;
    auto mark = [&](const test::Client& client, std::int64_t task, bool remove = false) {
        auto path = Shelf::task_path(task, "bookmark");
        return client.send("PUT", path, object{{"remove", remove}}).status;
    };
    auto first = shelf.answered[0].at("id").as_int64();
    CHECK(mark(shelf.lena, first) == 204);
    CHECK(mark(shelf.lena, first) == 204);
    CHECK(mark(shelf.lena, shelf.skipped) == 204);
    CHECK(mark(shelf.leo, first) == 404);
    CHECK(mark(shelf.rae, first) == 204);
    CHECK(shelf.keys(shelf.lena, "bookmarked=true", "/mine").size() == 2);
    auto key = Shelf::key_of(shelf.answered[0]);
    CHECK(shelf.keys(shelf.rae, "bookmarked=true") == std::set<std::string>{key});
    CHECK(shelf.keys(shelf.lena, "find=blurred", "/mine").size() == 1);
    CHECK(shelf.keys(shelf.lena, "find=" + key, "/mine") == std::set<std::string>{key});
    CHECK(mark(shelf.lena, first, true) == 204);
    CHECK(shelf.keys(shelf.lena, "bookmarked=true", "/mine").size() == 1);
    CHECK(shelf.keys(shelf.rae, "bookmarked=true").size() == 1);
}

TEST_CASE("a task out of turn is had by who skipped it or reviews", "[api][browse]") {
    Shelf shelf;
    object named{{"n", 2}, {"task", shelf.skipped}};
    auto told = shelf.leo.send("POST", shelf.path + "/claim", named);
    CHECK(told.status == 409);
    auto back = shelf.claim(shelf.lena, named);
    REQUIRE(back.size() == 2);
    CHECK(back[0].at("id") == shelf.skipped);
    CHECK(shelf.claim(shelf.lena, named)[0].at("lease") == back[0].at("lease"));
    // Nobody else has it meanwhile; answered, it is over.
    CHECK(shelf.rae.send("POST", shelf.path + "/claim", named).status == 409);
    CHECK(Shelf::submit(shelf.lena, back[0], "top") == 200);
    CHECK(shelf.lena.send("POST", shelf.path + "/claim", named).status == 409);
    auto open = shelf.rae.get(shelf.path + "/tasks?state=open").json().at("items").as_array();
    auto any = shelf.claim(shelf.rae, {{"n", 1}, {"task", open.back().at("task")}});
    CHECK(any.at(0).at("id") == open.back().at("task"));
}

TEST_CASE("a reviewer of a project decides in it, and in no other", "[api][browse][review]") {
    Shelf shelf;
    const auto& rae = shelf.rae;
    auto key = Shelf::key_of(shelf.answered[0]);
    auto step = [&](const test::Client& client, const std::string& project, const char* what) {
        object body{{"key", key}};
        if (std::string(what) == "fix") body["class"] = "coat";
        return client.send("POST", "/api/v1/projects/" + project + "/review/" + what, body);
    };
    CHECK(rae.get(shelf.path + "/review?key=" + key).status == 200);
    auto fixed = step(rae, "clothes", "fix");
    INFO(fixed.body);
    REQUIRE(fixed.status == 200);
    CHECK(fixed.json().at("decided_by") == "rae");
    CHECK(step(rae, "clothes", "undo").status == 200);
    object again{{"key", key}, {"user", "lena"}, {"comment", "look again"}};
    CHECK(rae.send("POST", shelf.path + "/review/send-back", again).status == 200);
    CHECK(step(rae, "topics", "fix").status == 403);
    CHECK(step(shelf.lena, "clothes", "fix").status == 403);
}

TEST_CASE("who reviews as a labeler reads of records what the project shows", "[api][browse]") {
    test::Stage stage({}, 8);
    auto opal = stage.bearer("opal", "operator"), rae = stage.bearer("rae", "labeler");
    auto show = [&](const std::string& project, const char* parts, const char* fields) {
        auto path = "/api/v1/projects/" + project;
        REQUIRE(opal.send("PUT", path + "/members/rae", {{"role", "reviewer"}}).status == 200);
        auto version = opal.get(path).json().at("version");
        object edit{{"show", boost::json::parse(parts)}, {"fields", boost::json::parse(fields)}};
        auto edited = opal.send(
            "PATCH", path, edit, {"If-Match: \"" + std::to_string(version.as_int64()) + "\""}
        );
        INFO(edited.body);
        REQUIRE(edited.status == 200);
    };
    auto lines = [](const test::Client& client, const char* project, const std::string& find) {
        auto path = "/api/v1/projects/" + std::string(project) + "/tasks?find=" + find;
        auto reply = client.get(path);
        INFO(reply.body);
        REQUIRE(reply.status == 200);
        return reply.json().at("items").as_array();
    };
    auto preview = [&](const test::Client& client, const char* project) {
        return std::string(lines(client, project, "").at(0).at("preview").as_string());
    };
    using Catch::Contains;
    // Where a project says nothing, as a task shows it: the fields of what has nothing else.
    for (const char* project : {"sections", "topics", "clothes"}) show(project, "[]", "[]");
    CHECK_THAT(preview(rae, "sections"), Contains("description") && Contains("section"));
    CHECK(preview(rae, "topics").starts_with("std::"));
    CHECK(preview(rae, "clothes").empty());
    show("sections", R"(["fields"])", R"(["description"])");
    CHECK_THAT(preview(rae, "sections"), Contains("Library") && !Contains("section"));
    CHECK_THAT(preview(opal, "sections"), Contains("section"));
    CHECK(lines(rae, "sections", "admin").empty());
    CHECK(lines(rae, "sections", "reading").size() == 8);
    CHECK(lines(opal, "sections", "admin").size() == 1);
    show("topics", R"(["fields"])", R"(["number"])");
    CHECK_THAT(preview(rae, "topics"), Contains("number") && !Contains("std::"));
    CHECK(lines(rae, "topics", "Complexity").empty());
    CHECK(lines(opal, "topics", "Complexity").size() == 8);
    show("topics", R"(["image"])", "[]");
    CHECK(preview(rae, "topics").empty());
    auto url = [&] {
        auto task = lines(rae, "topics", "").at(0).at("task").as_int64();
        auto seen = rae.get("/api/v1/projects/topics/tasks/" + std::to_string(task)).json();
        return std::string(seen.at("item").at("url").as_string());
    };
    CHECK(url().empty());
    show("topics", R"(["image", "link"])", "[]");
    CHECK(url().starts_with("https://pages.test/"));
    // Nor does who labels find what he answered by what he was not shown.
    auto path = "/api/v1/projects/topics";
    REQUIRE(rae.send("POST", path + std::string("/claim"), {{"n", 1}}).status == 200);
    auto task = rae.send("POST", path + std::string("/claim"), {{"n", 1}}).json().at("tasks").at(0);
    auto skip = Shelf::task_path(task.at("id").as_int64(), "skip");
    REQUIRE(
        rae.send("POST", skip, {{"lease", task.at("lease")}, {"reason", "blurred"}}).status == 200
    );
    auto mine = [&](const std::string& find) {
        return rae.get(path + ("/mine?find=" + find)).json().at("items").as_array().size();
    };
    CHECK(mine("blurred") == 1);
    CHECK(mine("Complexity") == 0);
    show("topics", R"(["text"])", "[]");
    CHECK(mine("Complexity") == 1);
}

TEST_CASE(
    "a project tells as many classes as are asked for, and finds the others",
    "[api][browse]"
) {
    test::Stage stage({}, 2);
    auto lena = stage.bearer("lena", "labeler");
    const std::string path = "/api/v1/projects/sections";
    auto whole = lena.get(path).json(), few = lena.get(path + "?classes=3").json();
    CHECK(whole.at("classes").as_array().size() == 20);
    CHECK(whole.at("definition").at("class").as_array().size() == 20);
    CHECK(few.at("classes").as_array().size() == 3);
    CHECK(few.at("definition").at("class").as_array().size() == 3);
    for (const auto* each : {&whole, &few}) CHECK(each->at("class_count") == 20);
    auto names = [&](const std::string& asked) {
        std::string found;
        auto reply = lena.get(path + "/classes?" + asked);
        INFO(reply.body);
        REQUIRE(reply.status == 200);
        const auto page = reply.json();
        for (const auto& one : page.at("items").as_array())
            found += std::string(one.at("name").as_string()) + " ";
        return found + (page.at("next").is_null() ? "" : page.at("next").as_string().c_str());
    };
    CHECK(names("limit=2") == "admin database 1");
    CHECK(names("limit=2&after=1") == "devel doc 3");
    CHECK(names("find=DA") == "database ");
    CHECK(names("find=a%25").empty());
    CHECK(names("after=4000000000").empty());
    CHECK(lena.get(path + "/classes?after=x").status == 400);
    CHECK(lena.get(path + "?classes=-1").status == 400);
}
