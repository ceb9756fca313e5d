// Labeling rules on the command line, from a file to labels in an export.
#include <catch2/catch.hpp>

#include "tests/e2e/tilth.hpp"

using Catch::Contains;
using e2e::Tilth;

TEST_CASE("rules label what their words say", "[e2e][rules]") {
    Tilth tilth;
    auto done = [&](const std::vector<std::string>& words) {
        auto ended = tilth(words);
        INFO(ended.err);
        REQUIRE(ended.code == 0);
        return ended.out;
    };
    done(
        {"ingest",
         tilth.home
             .write(
                 "r.csv",
                 "id,text\na,you win cash\nb,win a prize today\nc,see you at home\nd,home now\n"
                 "e,nothing at all\n"
             )
             .string(),
         "--source",
         "s",
         "--key",
         "id"}
    );
    auto file = tilth.home.write(
        "p.toml",
        "name = \"p\"\nsource = \"s\"\n[[class]]\nname = \"spam\"\n[[class]]\nname = \"ham\"\n"
    );
    done({"label", "project", "create", file.string()});
    auto rules = tilth.home.write(
        "rules.toml",
        "[[rule]]\nname = \"win\"\nclass = \"spam\"\nwords = [\"win\"]\n"
        "[[rule]]\nname = \"home\"\nkind = \"regex\"\nclass = \"ham\"\npattern = 'home'\n"
    );
    CHECK_THAT(done({"label", "rules", "set", "p", rules.string()}), Contains("\"votes_of\":null"));
    CHECK_THAT(done({"label", "rules", "list", "p"}), Contains("win") && Contains("regex"));
    CHECK(tilth.answer({"label", "rules", "run", "p"}).at("voted") == 4);
    CHECK_THAT(
        done({"label", "rules", "report", "p"}),
        Contains("\"rule\":\"home\"") && Contains("\"voted\":4")
    );
    CHECK(
        tilth.answer({"label", "rules", "apply", "p", "--min-confidence", "0.6"}).at("added") == 4
    );
    CHECK_THAT(done({"label", "rules", "show", "p"}), Contains("\"labels\":4"));
    auto out = (tilth.home.path / "out").string();
    done({"label", "project", "export", "p", "--format", "jsonl", "--out", out});
    auto made = tilth.answer({"snapshot", "create", "n", "--project", "p", "--split", "1,0,0"});
    CHECK(made.at("counts").at("methods").at("rules").at(0) == 4);
    CHECK(tilth.answer({"label", "queue", "p", "--add", "9"}).at("added") == 5);

    auto bad =
        tilth.home.write("bad.toml", "[[rule]]\nname = \"x\"\nclass = \"spma\"\nwords = [\"x\"]\n");
    auto refused = tilth({"label", "rules", "set", "p", bad.string()});
    CHECK(refused.code == 2);
    CHECK_THAT(refused.err, Contains("rule 'x'") && Contains("spma"));
    auto empty = tilth({"label", "rules", "set", "p", tilth.home.write("e.toml", "").string()});
    CHECK(empty.code == 2);
    CHECK_THAT(empty.err, Contains("rule"));
    CHECK(tilth({"label", "rules", "run", "q"}).code == 1);

    CHECK(tilth.answer({"label", "rules", "remove", "p", "win"}).at("outdated") == true);
    auto cleared = tilth.answer({"label", "rules", "clear", "p"});
    CHECK(cleared.at("votes") == 4);
    CHECK(cleared.at("labels") == 4);
}
