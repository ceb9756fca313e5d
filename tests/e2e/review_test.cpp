// Two people disagree, a reviewer decides, and one of them is taken out: on the command line.
#include <catch2/catch.hpp>

#include "tests/e2e/tilth.hpp"

using Catch::Contains;
using e2e::Tilth;

TEST_CASE("a reviewer decides where people disagree", "[e2e][review]") {
    Tilth tilth;
    auto done = [&](const std::vector<std::string>& words) {
        auto ended = tilth(words);
        INFO(ended.err);
        REQUIRE(ended.code == 0);
        return ended.out;
    };
    done(
        {"ingest",
         tilth.home.write("r.csv", "id,word\na,tom\nb,rex\n").string(),
         "--source",
         "s",
         "--key",
         "id"}
    );
    auto file = tilth.home.write(
        "p.toml",
        "name = \"p\"\nsource = \"s\"\noverlap = 2\n[[class]]\nname = \"cat\"\n[[class]]\nname = "
        "\"dog\"\n"
    );
    done({"label", "project", "create", file.string()});
    done({"label", "queue", "p", "--add", "2"});
    for (std::string user : {"ann", "bob"}) {
        done({"user", "add", user, "--role", "labeler"});
        auto tasks = tilth.answer({"label", "claim", "p", "--user", user, "--n", "2"}).at("tasks");
        for (const auto& task : tasks.as_array())
            done(
                {"label",
                 "submit",
                 std::to_string(task.at("id").as_int64()),
                 "--lease",
                 std::string(task.at("lease").as_string()),
                 "--class",
                 user == "ann" ? "cat" : "dog",
                 "--user",
                 user}
            );
    }
    CHECK_THAT(done({"label", "review", "p"}), Contains("ann") && Contains("bob"));
    auto accepted = tilth.answer({"label", "review", "p", "accept", "--key", "a", "--user", "ann"});
    CHECK(accepted.at("label") == "cat");
    CHECK(accepted.at("method") == "adjudicated");
    auto fixed = tilth.answer({"label", "review", "p", "fix", "--key", "b", "--class", "dog"});
    CHECK(fixed.at("label") == "dog");
    CHECK(tilth.lines({"label", "review", "p"}).empty());
    // Gold, by both orders of words, and alone.
    CHECK(tilth.answer({"label", "gold", "p", "add", "--key", "a"}).at("added") == 1);
    CHECK(tilth.answer({"label", "gold", "add", "p", "--key", "b"}).at("added") == 1);
    CHECK(tilth.lines({"label", "gold", "p"}).size() == 2);
    CHECK(tilth.lines({"label", "gold", "p", "list"}).size() == 2);
    CHECK(tilth.lines({"label", "gold", "list", "p"}).size() == 2);
    CHECK(tilth.answer({"label", "gold", "p", "remove", "--all"}).at("removed") == 2);
    CHECK(tilth({"label", "gold", "p", "list", "q"}).code == 2);
    CHECK(tilth({"label", "gold"}).code == 2);
    CHECK(tilth({"label", "gold", "q"}).code == 1);
    CHECK(tilth.lines({"label", "agreement", "p", "--by", "pair"}).size() == 1);
    CHECK_THAT(done({"label", "dashboard", "p", "--csv"}), Contains(",ann,answers,2"));
    auto gone =
        tilth.answer({"label", "annotators", "p", "invalidate", "bob", "--reason", "a trial"});
    CHECK(gone.at("answers") == 2);
    done({"label", "annotators", "p", "restore", "bob"});
    auto wrong = tilth({"label", "review", "p", "fix", "--key", "b", "--class", "cow"});
    CHECK(wrong.code == 2);
    CHECK_THAT(wrong.err, Contains("cow"));
}
