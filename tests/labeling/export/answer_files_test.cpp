// Answers of people in the files of other programs.
#include "labeling/export/answer_files.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "labeling/export/label_files.hpp"
#include "tests/labeling/export/answer_steps.hpp"

using Catch::Contains;
using labeling::UnknownAnnotators;

TEST_CASE("Label Studio's annotations are answers of their authors", "[labeling][answers]") {
    LabelingWorld world;
    world.add_records(3, {"x"});
    world.add_project();
    auto result = [](std::string_view choice) {
        return fmt::format(
            R"([{{"id":"x","from_name":"l","to_name":"t","type":"choices","value":{{"choices":["{}"]}}}}])",
            choice
        );
    };
    auto text = fmt::format(
        R"([{{"id":7,"data":{{"key":"r0"}},"predictions":[{{"result":{1}}}],"annotations":[
            {{"id":1,"completed_by":{{"id":3,"email":"ann@x.org"}},"was_cancelled":false,"lead_time":12.5,
              "created_at":"2022-01-02T03:04:05.123456Z","updated_at":"2022-01-02T03:05:00Z","result":{0}}},
            {{"id":2,"completed_by":4,"result":{1},"created_at":"2022-01-03T00:00:00Z"}},
            {{"id":3,"completed_by":5,"was_cancelled":true,"result":[]}},
            {{"id":4,"completed_by":6,"result":[]}}]}},
            {{"id":8,"data":{{"key":"r1"}},"annotations":[]}}])",
        result("a"),
        result("b")
    );
    auto read = take_answers(world, "ls.json", text);
    CHECK(read.done.added == 2);
    CHECK(read.done.skipped == 1);
    REQUIRE(read.reasons.size() == 1);
    CHECK_THAT(read.reasons[0], Contains("no result"));
    CHECK(
        world.check("SELECT milliseconds FROM annotation a JOIN app_user u ON u.id = a.user_id "
                    "WHERE u.name = 'ann@x.org' AND submitted_at = '2022-01-02T03:05:00Z'"
        ) == 12'500
    );
    CHECK(standing(world, "4", "r0") == 1);
    CHECK(world.check("SELECT count(*) FROM label_lease WHERE state = 'skipped'") == 1);
    world.check_sums();
    auto again = take_answers(world, "ls.json", text).done;
    CHECK(again.added + again.corrected + again.skipped == 0);
    CHECK(again.unchanged == 3);
}

TEST_CASE(
    "Label Studio's times and counts are read as those of every format",
    "[labeling][answers]"
) {
    LabelingWorld world;
    world.add_records(5, {"x"});
    world.add_project();
    auto task = [](std::string_view key, std::string_view members) {
        return fmt::format(
            R"({{"data":{{"key":"{}"}},"annotations":[{{"completed_by":"ann",{},
                "result":[{{"id":"x","from_name":"l","to_name":"t","type":"choices",
                "value":{{"choices":["a"]}}}}]}}]}})",
            key,
            members
        );
    };
    auto text = "[" + task("r0", R"("lead_time":"2.5","attempt":"3","updated_at":1640995200)") +
                "," + task("r1", R"("withdrawn_at":"","updated_at":null,"attempt":null)") + "," +
                task("r2", R"("updated_at":"the other day")") + "," + task("r3", R"("attempt":0)") +
                "," + task("r4", R"("withdrawn_at":"soon")") + "]";
    auto read = take_answers(world, "ls.json", text);
    CHECK(read.done.added == 2);
    CHECK(
        world.check("SELECT count(*) FROM annotation WHERE key = 'r0' AND attempt = 3 AND "
                    "milliseconds = 2500 AND submitted_at = '2022-01-01T00:00:00Z'") == 1
    );
    CHECK(
        world.check("SELECT count(*) FROM annotation WHERE key = 'r1' AND withdrawn_at IS NULL") ==
        1
    );
    REQUIRE(read.reasons.size() == 3);
    CHECK_THAT(read.reasons[0], Contains("\"the other day\", which is none"));
    CHECK(read.reasons[1] == "its attempt is no number from 1");
    CHECK_THAT(read.reasons[2], Contains("\"soon\", which is none"));
}

TEST_CASE("labels of one person are answers of theirs", "[labeling][answers]") {
    LabelingWorld world;
    world.add_records(3, {"x"});
    world.add_project();
    auto folder = std::filesystem::temp_directory_path() / fmt::format("answers.{}", ::getpid());
    std::filesystem::create_directories(folder);
    auto write = [&](const std::string& name, const std::string& text) {
        std::ofstream(folder / name) << text;
    };
    // As doccano exports what several people labeled.
    write("ann.jsonl", R"({"id":1,"key":"r0","label":["a"],"Comments":[]})");
    write("bob.jsonl", R"({"id":1,"key":"r0","label":["b"],"Comments":[]})");
    write("nobody.jsonl", "");
    write("unknown.jsonl", R"({"id":1,"key":"r1","label":["b"],"Comments":[]})");
    auto taken = [&](const std::string& person) {
        labeling::AnswerImport import{.unknown = labeling::UnknownAnnotators::create};
        labeling::AnswerReading reading{.person = person};
        return labeling::import_answers(
            *world.db,
            "p",
            labeling::answers_in(folder.string(), world.project.project.question, reading),
            import,
            world.now()
        );
    };
    auto done = taken("");
    CHECK(done.added == 2);
    CHECK(done.new_annotators == std::vector<std::string>{"ann", "bob"});
    REQUIRE(done.faults.size() == 1);
    CHECK(done.faults[0].first == "does not say who gave it");
    CHECK(standing(world, "bob", "r0") == 1);
    CHECK(taken("cid").added == 2);
    CHECK_THROWS_WITH(
        labeling::import_labels(
            *world.db,
            "p",
            labeling::labels_in(folder.string(), world.project.project.question),
            {},
            world.now()
        ),
        Contains("of which none is what is true")
    );
    std::filesystem::remove_all(folder);

    auto spacy = R"({"text":"","meta":{"key":"r2"},"cats":{"a":0.0,"c":1.0}})";
    CHECK_THROWS_WITH(
        take_answers(world, "s.jsonl", spacy), Contains("name the person by --person")
    );
    CHECK(
        take_answers(world, "s.jsonl", spacy, UnknownAnnotators::create, {.person = "ann"})
            .done.added == 1
    );
    CHECK(standing(world, "ann", "r2") == 2);
    world.check_sums();
}

TEST_CASE("Prodigy and doccano say who answered", "[labeling][answers]") {
    LabelingWorld world;
    world.add_records(3, {"x"});
    world.add_project();
    auto prodigy =
        R"({"meta":{"key":"r0"},"label":"a","answer":"accept","_input_hash":1,"_annotator_id":"set-ann","_timestamp":1640000000})"
        "\n"
        R"({"meta":{"key":"r0"},"label":"b","answer":"reject","_input_hash":1,"_annotator_id":"set-bob"})"
        "\n"
        R"({"meta":{"key":"r0"},"accept":["c"],"answer":"accept","_task_hash":1,"_session_id":"set-cid"})"
        "\n"
        R"({"meta":{"key":"r1"},"label":"b","answer":"ignore","_input_hash":1,"_annotator_id":"set-bob"})"
        "\n";
    auto read = take_answers(world, "p.jsonl", prodigy);
    CHECK(read.done.added == 2);
    CHECK(read.done.skipped == 1);
    REQUIRE(read.reasons.size() == 1);
    CHECK_THAT(read.reasons[0], Contains("rejected in Prodigy"));
    CHECK(standing(world, "set-cid", "r0") == 2);
    CHECK(
        world.check("SELECT count(*) FROM annotation WHERE submitted_at = to_timestamp(1640000000)"
        ) == 1
    );
    auto doccano =
        R"({"id":9,"key":"r2","annotations":[{"label":"a","user":1},{"label":"b","user":2}],"meta":{}})";
    CHECK(take_answers(world, "d.jsonl", doccano).done.added == 2);
    CHECK(standing(world, "2", "r2") == 1);
    world.check_sums();
}

TEST_CASE(
    "columns of crowd tables are known by their usual names, or named",
    "[labeling][answers]"
) {
    LabelingWorld world;
    world.add_records(6, {"x"});
    world.add_project();
    auto turk = take_answers(
        world,
        "t.csv",
        "HITId,WorkerId,Input.color,Answer.label,WorkTimeInSeconds,SubmitTime\n"
        "r0,A1,red,a,12,2021-05-06 07:08:09\n"
    );
    CHECK(turk.done.added == 1);
    CHECK(turk.columns.item == "HITId");
    CHECK(turk.columns.annotator == "WorkerId");
    CHECK(turk.columns.answer == "Answer.label");
    CHECK(world.check("SELECT milliseconds FROM annotation") == 12'000);

    auto snow = take_answers(
        world,
        "s.tsv",
        "!amt_annotation_ids\t!amt_worker_ids\torig_id\tresponse\tgold\na1\tw1\tr1\tb\ta\n"
    );
    CHECK(snow.columns.item == "orig_id");
    CHECK(standing(world, "w1", "r1") == 1);

    CHECK_THROWS_WITH(
        take_answers(world, "x.csv", "item,label\nr1,a\n"),
        Contains("no column is known to name the annotator; there are item, label")
    );
    CHECK(
        take_answers(
            world, "x.csv", "item,label\nr1,a\n", UnknownAnnotators::create, {.person = "pat"}
        )
            .done.added == 1
    );
    CHECK(standing(world, "pat", "r1") == 0);
    auto named = take_answers(
        world,
        "y.csv",
        "item,key,annotator,reviewer,label\nr9,r2,x,y,a\n",
        UnknownAnnotators::create,
        {.names = {.item = "key", .annotator = "reviewer"}}
    );
    CHECK(named.done.added == 1);
    CHECK(standing(world, "y", "r2") == 0);
    CHECK_THROWS_WITH(
        take_answers(
            world,
            "y.csv",
            "item,annotator,label\nr2,x,a\n",
            UnknownAnnotators::create,
            {.names = {.item = "nope"}}
        ),
        Contains("has no column 'nope'")
    );
    auto lines = take_answers(
        world,
        "z.jsonl",
        "{\"question\":\"r3\",\"worker\":\"w1\",\"answer\":\"c\",\"milliseconds\":5}\n"
        "{\"question\":\"r4\",\"worker\":\"w1\",\"answer\":\"nope\"}\n"
        "{\"question\":\"r77\",\"worker\":\"w1\",\"answer\":\"a\"}\n"
    );
    CHECK(lines.done.added == 1);
    CHECK(lines.done.no_record == 1);
    CHECK(lines.done.rejected == labeling::Counted{{"nope", 1}});
    CHECK(standing(world, "w1", "r3") == 2);
    world.check_sums();
}

TEST_CASE("Label Studio's short exports are answers, too", "[labeling][answers]") {
    LabelingWorld world;
    world.add_records(4, {"x"});
    world.add_project();
    auto rows =
        R"([{"key":"r0","id":4,"mood":"b","annotator":1,"annotation_id":9,"created_at":"2022-11-04T18:50:53.01Z",
             "updated_at":"2022-11-04T18:50:54Z","lead_time":10.5},
            {"key":"r0","id":4,"mood":{"choices":["a"]},"annotator":{"email":"eve@x.org"},"annotation_id":10,"lead_time":2}])";
    auto read = take_answers(world, "min.json", rows).done;
    CHECK(read.added == 2);
    CHECK(standing(world, "1", "r0") == 1);
    CHECK(standing(world, "eve@x.org", "r0") == 0);
    auto table =
        "annotation_id,annotator,created_at,id,key,lead_time,mood,updated_at\n"
        "9,ann,2022-11-04T18:50:53.01Z,4,r1,10.744,c,2022-11-04T18:50:53.01Z\n";
    CHECK(take_answers(world, "out.csv", table).done.added == 1);
    CHECK(standing(world, "ann", "r1") == 2);
    CHECK(world.check("SELECT count(*) FROM annotation WHERE milliseconds = 10744") == 1);
}
