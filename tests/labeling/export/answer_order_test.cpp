// Which of the answers of one person to a record a file tells of: by their times, numbers or order.
#include <catch2/catch.hpp>

#include <string>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "tests/labeling/export/answer_steps.hpp"

using Catch::Contains;

TEST_CASE("of one person's answers to a record the last counts", "[labeling][answers]") {
    LabelingWorld world;
    world.add_records(4, {"x"});
    world.add_project();
    auto untimed = "key,user,answer\nr0,ann,a\nr0,ann,b\nr0,ann,a\nr1,ann,a\nr1,ann,a\n";
    auto first = take_answers(world, "a.csv", untimed).done;
    CHECK(first.added == 2);
    CHECK(first.corrected == 2);
    CHECK(first.unchanged == 1);
    CHECK(standing(world, "ann", "r0") == 0);
    CHECK(take_answers(world, "a.csv", untimed).done.unchanged == 5);
    CHECK(
        take_answers(world, "a.csv", "key,user,answer\nr0,ann,b\nr0,ann,c\n").done.corrected == 1
    );
    CHECK(standing(world, "ann", "r0") == 2);

    auto late =
        "item,worker,label,time\nr2,ann,c,2022-05-01T10:00:00Z\n"
        "r2,ann,b,2022-05-01T09:00:00Z\n";
    auto timed = take_answers(world, "t.csv", late).done;
    CHECK(timed.added + timed.corrected == 2);
    CHECK(standing(world, "ann", "r2") == 2);
    auto older = take_answers(
        world, "t.csv", "item,worker,label,time\nr2,ann,a,2022-05-01T08:00:00Z\nr3,ann,a,\n"
    );
    CHECK(older.done.added == 1);
    REQUIRE(older.reasons.size() == 1);
    CHECK_THAT(older.reasons[0], Contains("older than what this person answered"));
    CHECK(standing(world, "ann", "r2") == 2);
    world.check_sums();
}

TEST_CASE("answers without a time are told apart by their order", "[labeling][answers]") {
    LabelingWorld world;
    world.add_records(5'000, {"x"});
    world.add_project();
    // What one person said of a record stands far apart, so that it comes in batches of its own.
    std::string text = "key,user,answer\n", half;
    auto others = [&](int from) {
        for (int i = from; i < from + 2'400; ++i) text += fmt::format("r{},ann,c\n", i);
    };
    text += "r0,ann,a\nr0,ann,a\nr1,ann,a\n";
    others(2);
    text += "r0,ann,b\nr1,ann,b\n";
    half = text + "r1,ann,a\n";
    others(2'402);
    text += "r0,ann,a\nr1,ann,a\n";
    auto first = take_answers(world, "a.csv", half).done;
    CHECK(first.added == 2'402);
    CHECK(first.corrected == 3);
    CHECK(standing(world, "ann", "r0") == 1);
    auto rest = take_answers(world, "a.csv", text).done;
    CHECK(rest.added == 2'400);
    CHECK(rest.corrected == 1);
    CHECK(standing(world, "ann", "r0") == 0);
    for (int i = 0; i < 2; ++i) {
        auto again = take_answers(world, "a.csv", text).done;
        CHECK(again.added + again.corrected + again.taken_back == 0);
        CHECK(again.unchanged == 4'807);
    }
    CHECK(world.check("SELECT count(*) FROM annotation") == 4'806);
    world.check_sums();
}

TEST_CASE(
    "when an answer was taken back, and its classes' version, come with it",
    "[labeling][answers]"
) {
    LabelingWorld world;
    world.add_records(4, {"x"});
    world.add_project();
    world.db->call([](base::Tx& tx) { tx.exec("UPDATE label_project SET schema_version = 3"); });
    auto at = [&](int attempt) {
        return world.check(fmt::format(
            "SELECT extract(epoch FROM withdrawn_at - '2022-05-01T00:00Z')::bigint FROM annotation "
            "WHERE key = 'r0' AND attempt = {}",
            attempt
        ));
    };
    std::string text = R"({"key": "r0", "answers": [
{"user": "ann", "attempt": 1, "label": "a", "submitted_at": "2022-05-01T00:00:10Z", "withdrawn_at": "2022-05-01T00:00:20Z", "schema_version": 1},
{"user": "ann", "attempt": 2, "label": "b", "submitted_at": "2022-05-01T00:00:30Z", "withdrawn": true, "withdrawn_at": "2022-05-01T00:00:40Z", "schema_version": 2}]}
{"key": "r1", "answers": [{"user": "ann", "label": "a", "submitted_at": "2022-05-01T00:00:50Z", "schema_version": 3}]}
{"key": "r2", "answers": [{"user": "ann", "label": "a", "submitted_at": "2022-05-01T00:00:50Z", "schema_version": 4}]}
{"key": "r3", "answers": [{"user": "ann", "label": "a", "submitted_at": "2022-05-01T00:00:50Z", "withdrawn_at": "2022-05-01T00:00:49Z"}]}
)";
    // Each object on a line of its own.
    for (auto cut = text.find("[\n"); cut != text.npos; cut = text.find("[\n"))
        text.erase(cut + 1, 1);
    for (auto cut = text.find("},\n"); cut != text.npos; cut = text.find("},\n"))
        text.erase(cut + 2, 1);
    auto read = take_answers(world, "a.jsonl", text);
    CHECK(read.done.added == 3);
    CHECK(read.done.corrected == 1);
    CHECK(read.done.other_version == 1);
    REQUIRE(read.reasons.size() == 1);
    CHECK(read.reasons[0] == "was taken back before it was given");
    CHECK(at(1) == 20);
    CHECK(at(2) == 40);
    CHECK(world.check("SELECT count(*) FROM label_task WHERE state = 'open'") == 1);
    for (auto [key, version] : {std::pair("r1", 3), std::pair("r2", 3)})
        CHECK(
            world.check(fmt::format("SELECT schema_version FROM annotation WHERE key = '{}'", key)
            ) == version
        );
    CHECK(world.check("SELECT sum(schema_version) FROM annotation WHERE key = 'r0'") == 3);
    auto again = take_answers(world, "a.jsonl", text).done;
    CHECK(again.unchanged == 4);
    CHECK(again.added + again.corrected + again.taken_back + again.other_version == 0);

    // Of a table, of what is there.
    auto table =
        "key,user,given,submitted_at,withdrawn_at,schema_version\n"
        "r1,ann,a,2022-05-01T00:00:50Z,2022-05-01T00:01:00Z,3\n"
        "r0,ann,a,2022-05-01T00:01:00Z,soon,0\n";
    auto back = take_answers(world, "a.csv", table);
    CHECK(back.done.taken_back == 1);
    CHECK(
        world.check("SELECT extract(epoch FROM withdrawn_at - '2022-05-01T00:00Z')::bigint FROM "
                    "annotation WHERE key = 'r1'") == 60
    );
    REQUIRE(back.reasons.size() == 1);
    CHECK_THAT(back.reasons[0], Contains("its 'schema_version' is '0'"));
    world.check_sums();
}

TEST_CASE(
    "an answer of which only the end is known was given no later than that",
    "[labeling][answers]"
) {
    LabelingWorld world;
    world.add_records(2, {"x"});
    world.add_project();
    std::string text =
        R"({"key": "r0", "answers": [{"user": "ann", "label": "a", "withdrawn_at": "2022-05-01T00:00:20Z"},)"
        R"({"user": "ann", "label": "b", "submitted_at": "2022-05-01T00:00:30Z"}]})"
        "\n";
    auto read = take_answers(world, "a.jsonl", text).done;
    CHECK(read.added == 1);
    CHECK(read.corrected == 1);
    CHECK(
        world.check("SELECT count(*) FROM annotation WHERE submitted_at = withdrawn_at AND "
                    "withdrawn_at = '2022-05-01T00:00:20Z'") == 1
    );
    CHECK(standing(world, "ann", "r0") == 1);
    auto again = take_answers(world, "a.jsonl", text).done;
    CHECK(again.unchanged == 2);
    CHECK(again.added + again.corrected + again.taken_back == 0);
    world.check_sums();
}
