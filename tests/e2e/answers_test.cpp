// Answers of a crowd into one project and out of it into another, with a kill on the way.
#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/e2e/tilth.hpp"

using e2e::Tilth;

namespace {

constexpr int crowd_items = 2'000, crowd_people = 5;

std::string crowd_table() {
    std::string text = "id,text\n";
    for (int i = 0; i < crowd_items; ++i)
        text += std::to_string(i) + ",item number " + std::to_string(i) + "\n";
    return text;
}

std::string crowd() {
    std::string text = "question,worker,answer\n";
    for (int i = 0; i < crowd_items; ++i)
        for (int w = 0; w < crowd_people; ++w)
            text += std::to_string(i) + ",w" + std::to_string(w) + "," +
                    ((i + (w == i % 7 ? 1 : 0)) % 2 == 0 ? "even" : "odd") + "\n";
    return text;
}

void prepare_crowd(const Tilth& tilth) {
    auto rows = tilth.home.write("t.csv", crowd_table());
    auto rules = tilth.home.write("rules.toml", "key = \"id\"\nbody = \"text\"\n");
    tilth.answer({"ingest", rows.string(), "--source", "s", "--map", rules.string()});
    auto project = tilth.home.write(
        "p.toml",
        "name = \"p\"\nsource = \"s\"\noverlap = 5\n[[class]]\nname = \"even\"\n[[class]]\nname = "
        "\"odd\"\n"
    );
    tilth.answer({"label", "project", "create", project.string()});
}

std::string exported_answers(const Tilth& tilth) {
    auto out = tilth.home.path / "out";
    auto told = tilth.answer(
        {"label", "project", "export", "p", "--format", "csv", "--answers", "--out", out.string()}
    );
    std::ifstream in(std::string(told.at("file").as_string()));
    std::string line, all;
    std::vector<std::string> lines;
    while (std::getline(in, line)) lines.push_back(line);
    std::sort(lines.begin(), lines.end());
    for (const auto& each : lines) all += each + "\n";
    return all;
}

}  // namespace

TEST_CASE(
    "a crowd's answers survive a kill, once each, and go from home to home",
    "[e2e][answers]"
) {
    Tilth tilth;
    prepare_crowd(tilth);
    auto file = tilth.home.write("crowd.csv", crowd());
    std::vector<std::string> import{
        "label", "project", "import", file.string(), "--project", "p", "--answers"};
    auto refused = tilth(import);
    CHECK(refused.code == 1);
    CHECK_THAT(refused.err, Catch::Contains("5 annotators of the file are no user"));
    import.insert(import.end(), {"--annotators", "create"});
    {
        test::Program program(tilth.command(import));
        std::this_thread::sleep_for(std::chrono::milliseconds(700));
        program.signal(SIGKILL);
        program.end();
    }
    auto rest = tilth.answer(import);
    CHECK(
        rest.at("added").as_int64() + rest.at("unchanged").as_int64() == crowd_items * crowd_people
    );
    auto again = tilth.answer(import);
    CHECK(again.at("added") == 0);
    CHECK(again.at("unchanged") == crowd_items * crowd_people);
    auto first = exported_answers(tilth);
    CHECK(std::count(first.begin(), first.end(), '\n') == crowd_items * crowd_people + 1);

    Tilth other;
    prepare_crowd(other);
    auto csv = (tilth.home.path / "out" / "labels.csv").string();
    auto moved = other.answer(
        {"label", "project", "import", csv, "--project", "p", "--answers", "--annotators", "create"}
    );
    CHECK(moved.at("added") == crowd_items * crowd_people);
    CHECK(exported_answers(other) == first);

    auto plain = tilth({"truth", "--method", "ds", "--input", file.string()});
    REQUIRE(plain.code == 0);
    auto truth = tilth.answer({"label", "truth", "p", "--method", "ds"});
    CHECK(truth.at("answers") == crowd_items * crowd_people);
}
