// People on the command line: who is there, how they sign in, what they may do in a project.
#include <catch2/catch.hpp>

#include "tests/e2e/tilth.hpp"

using e2e::Tilth;

namespace {

std::string text_of(const boost::json::object& answer, const char* name) {
    return std::string(answer.at(name).as_string());
}

}  // namespace

TEST_CASE("users come, change their role, are kept out and let in again", "[e2e][people]") {
    Tilth tilth;
    CHECK(text_of(tilth.answer({"user", "add", "ada", "--role", "admin"}), "role") == "admin");
    auto again = tilth({"user", "add", "ada", "--role", "labeler"});
    CHECK(again.code == 1);
    CHECK_THAT(again.err, Catch::Contains("is there already, as admin"));
    CHECK(tilth({"user", "disable", "ada"}).code == 1);
    CHECK(tilth({"user", "role", "ada", "labeler"}).code == 1);
    tilth.answer({"user", "add", "bo", "--role", "admin"});
    CHECK(text_of(tilth.answer({"user", "role", "ada", "labeler"}), "role") == "labeler");
    CHECK_FALSE(tilth.answer({"user", "disable", "ada"}).at("disabled_at").is_null());
    auto link = tilth({"user", "link", "ada"});
    CHECK(link.code == 1);
    CHECK_THAT(link.err, Catch::Contains("is disabled"));
    CHECK(tilth.answer({"user", "enable", "ada"}).at("disabled_at").is_null());
    CHECK(tilth({"user", "link", "nobody"}).code == 1);
    CHECK(tilth({"user", "role", "ada", "king"}).code == 2);
    CHECK(tilth.lines({"user", "list"}).size() == 2);
}

TEST_CASE("a password is read from the input, and never from the arguments", "[e2e][people]") {
    Tilth tilth;
    tilth.answer({"user", "add", "ada"});
    CHECK(tilth({"user", "password", "ada"}, "three blind mice\n").code == 0);
    CHECK(tilth({"user", "password", "ada"}, "short\n").code == 2);
    CHECK(tilth({"user", "password", "ada"}, "").code == 2);
    CHECK(tilth({"user", "password", "nobody"}, "three blind mice\n").code == 1);
    CHECK(tilth({"user", "password"}, "three blind mice\n").code == 2);
    CHECK(tilth({"user", "password", "ada", "--password", "three blind mice"}).code == 2);
    CHECK(tilth({"user", "password", "ada", "--remove"}).code == 0);
    auto noted = tilth.lines({"audit"});
    CHECK(noted.size() == 2);
    for (const auto& line : noted) CHECK(line.find("blind") == line.npos);
}

TEST_CASE("links lead where the service is, or is said to be", "[e2e][people]") {
    Tilth tilth;
    auto link = [&](const std::vector<std::string>& environment = {}) {
        auto ended = test::run(tilth.command({"user", "link", "ada"}), "", environment);
        REQUIRE(ended.code == 0);
        return text_of(boost::json::parse(ended.out).as_object(), "url");
    };
    CHECK_THAT(
        text_of(tilth.answer({"user", "add", "ada"}), "url"),
        Catch::StartsWith("http://127.0.0.1:8080/sign-in#tilth_")
    );
    test::Program up(tilth.command({"serve", "--port", "0", "--sign-in"}));
    std::string told;
    while (told.find('\n') == told.npos && up.runs()) told = up.out_so_far();
    auto started = boost::json::parse(told).as_object();
    auto url = text_of(started, "url");
    CHECK_FALSE(url.ends_with(":8080"));
    CHECK_THAT(text_of(started, "sign_in"), Catch::StartsWith(url + "/sign-in#tilth_"));
    CHECK_THAT(link(), Catch::StartsWith(url + "/sign-in#tilth_"));
    CHECK_THAT(
        link({"TILTH_SERVER_PUBLIC_URL=https://label.test"}),
        Catch::StartsWith("https://label.test/sign-in#tilth_")
    );
}

TEST_CASE("members of a project are said on the command line", "[e2e][people]") {
    Tilth tilth;
    auto data = tilth.home.write("data.csv", "key,text\n1,one\n2,two\n").string();
    REQUIRE(tilth({"ingest", data, "--source", "s", "--key", "key"}).code == 0);
    auto file = tilth.home
                    .write(
                        "p.toml",
                        "name = \"p\"\nsource = \"s\"\n[members]\nrequired = [\"de\"]\n"
                        "[[class]]\nname = \"a\"\n[[class]]\nname = \"b\"\n"
                    )
                    .string();
    REQUIRE(tilth({"label", "project", "create", file}).code == 0);
    tilth.answer({"label", "queue", "p", "--add", "2"});
    for (auto name : {"ada", "bo"}) tilth.answer({"user", "add", name});
    CHECK(tilth({"label", "claim", "p", "--user", "ada"}).code == 1);
    auto added =
        tilth.answer({"label", "members", "add", "p", "ada", "--role", "owner", "--language", "de"}
        );
    CHECK(added.at("members") == 1);
    CHECK(
        tilth.answer({"label", "claim", "p", "--user", "ada"}).at("tasks").as_array().size() == 1
    );
    auto refused = tilth({"label", "claim", "p", "--user", "bo"});
    CHECK(refused.code == 1);
    CHECK_THAT(refused.err, Catch::Contains("no such project"));
    CHECK(tilth.lines({"label", "members", "list", "p"}).size() == 1);
    CHECK(tilth({"label", "members", "add", "p", "ada", "--role", "king"}).code == 2);
    CHECK(tilth({"label", "members", "remove", "p", "bo"}).code == 1);
    CHECK(tilth.answer({"label", "members", "remove", "p", "ada"}).at("members") == 0);
}
