// Labels come from a file, a sample of them is asked again, and the report says how many are wrong:
// on the command line.
#include <catch2/catch.hpp>

#include "tests/e2e/tilth.hpp"

using Catch::Contains;
using e2e::Tilth;

TEST_CASE("an audit estimates how many labels are wrong", "[e2e][audit]") {
    Tilth tilth;
    auto done = [&](const std::vector<std::string>& words) {
        auto ended = tilth(words);
        INFO(ended.err);
        REQUIRE(ended.code == 0);
        return ended.out;
    };
    std::string records = "id,word,kind\n";
    for (int i = 0; i < 60; ++i) {
        bool cat = i % 3 != 0;
        records += "r" + std::to_string(i) + "," + (cat ? "tom" : "rex") + "," +
                   (cat || i == 0 || i == 3 ? "cat" : "dog") + "\n";  // r0 and r3 are wrong
    }
    auto file = tilth.home.write("r.csv", records);
    done({"ingest", file.string(), "--source", "s", "--key", "id"});
    auto project = tilth.home.write(
        "p.toml",
        "name = \"p\"\nsource = \"s\"\n[[class]]\nname = \"cat\"\n[[class]]\nname = \"dog\"\n"
    );
    done({"label", "project", "create", project.string()});
    auto failed = [&](const std::vector<std::string>& words, const std::string& why) {
        auto ended = tilth(words);
        CHECK(ended.code != 0);
        CHECK_THAT(ended.err, Contains(why));
    };
    failed({"label", "audit", "p"}, "was never audited");
    failed({"label", "audit", "p", "start", "--sample", "5"}, "has no labels to audit");
    failed({"label", "audit", "nope", "start", "--sample", "5"}, "no such project");
    done({"label", "project", "import", "--project", "p", "--field", "kind"});
    done({"user", "add", "eve", "--role", "operator"});
    done({"user", "add", "ann", "--role", "labeler"});
    failed({"label", "audit", "p", "start", "--sample", "0"}, "sample");
    failed({"label", "audit", "p", "start"}, "sample");
    done({"label", "audit", "p", "start", "--sample", "40", "--by", "class", "--seed", "5"});
    failed({"label", "audit", "p", "start", "--sample", "40"}, "is being audited");
    failed({"label", "claim", "p", "--audit", "--user", "ann"}, "does not review");
    failed({"label", "schema", "rename", "p", "cat", "kitten"}, "being audited");

    std::int64_t wrong = 0, answers = 0;
    for (bool more = true; more;) {
        auto tasks = tilth.answer({"label", "claim", "p", "--audit", "--user", "eve", "--n", "20"})
                         .at("tasks");
        more = !tasks.as_array().empty();
        for (const auto& task : tasks.as_array()) {
            CHECK(task.at("audit").as_bool());
            CHECK(boost::json::serialize(task).find("\"label\"") == std::string::npos);
            auto key = std::string(task.at("item").at("key").as_string());
            bool cat = std::stoi(key.substr(1)) % 3 != 0;
            wrong += key == "r0" || key == "r3" ? 1 : 0;
            ++answers;
            done(
                {"label",
                 "submit",
                 std::to_string(task.at("id").as_int64()),
                 "--lease",
                 std::string(task.at("lease").as_string()),
                 "--class",
                 cat ? "cat" : "dog",
                 "--user",
                 "eve"}
            );
        }
    }
    CHECK(answers == 40);
    auto at = tilth.answer({"label", "audit", "p"});
    CHECK(at.at("progress").at("answered") == 40);
    auto report = tilth.answer({"label", "audit", "p", "report"});
    CHECK(report.at("wrong") == wrong);
    CHECK(report.at("differences").as_array().size() == static_cast<std::size_t>(wrong));
    CHECK(report.at("labels") == 60);
    CHECK(report.at("low").to_number<double>() <= 2.0 / 60);
    CHECK(report.at("high").to_number<double>() >= 2.0 / 60);
    CHECK_THAT(done({"label", "audit", "p", "report"}), Contains("cat") && Contains("dog"));
    auto stopped = tilth.answer({"label", "audit", "p", "stop", "--review"});
    CHECK(stopped.at("flagged") == wrong);
    failed({"label", "audit", "p", "stop"}, "has no audit that runs");
    CHECK(
        tilth.lines({"label", "review", "p", "--flagged"}).size() == static_cast<std::size_t>(wrong)
    );
    CHECK(tilth.answer({"label", "audit", "p", "report"}).at("wrong") == wrong);
    CHECK(tilth.answer({"label", "project", "show", "p"}).at("open") == 0);
}
