// Machines in the database: what they say, what is shown of it, and when it counts.
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "labeling/machine/beside_store.hpp"
#include "labeling/machine/suggester.hpp"
#include "labeling/machine/suggestion_files.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/records/purge_store.hpp"
#include "tests/labeling/queue/queue_steps.hpp"
#include "tests/support/program.hpp"

using namespace std::chrono_literals;

namespace {

// A project of 40 records with the classes a, b, c and a machine that says "a" of all of them.
struct MachineWorld : LabelingWorld {
    labeling::Machine machine;

    explicit MachineWorld(const std::string& tail, int records = 40) {
        add_records(records, {"a", "b"});
        add_project(tail);
        enqueue_all();
        machine = new_machine("m", "1");
    }
    template <typename Step>
    auto step(Step work) {
        return db->call([&](base::Tx& tx) { return work(tx); });
    }
    labeling::Machine new_machine(const std::string& name, const std::string& version) {
        return step([&](base::Tx& tx) {
            return labeling::known_or_new_machine(tx, project, name, version, "", now());
        });
    }
    labeling::SuggestionsTaken import(const labeling::Machine& by, const std::string& text) {
        labeling::Suggester suggester(*db, project, by, now());
        labeling::read_suggestions_of_text(
            "file",
            text,
            project.project.question,
            by.version,
            [&](auto&& given) { suggester.add(std::move(given)); }
        );
        return suggester.finish();
    }
    void says_a(const labeling::Machine& by, int records = 40) {
        std::string text = "key,label,score\n";
        for (int i = 0; i < records; ++i) text += record_name(i) + ",a,0.5\n";
        import(by, text);
    }
    // Each person answers all tasks, with "a" where `says_a` holds for the number of the record.
    template <typename Rule>
    void answer_all(const std::string& name, Rule says_a) {
        auto user = add_user(name);
        for (auto tasks = claim(*this, user, 20); !tasks.empty(); tasks = claim(*this, user, 20))
            for (const auto& task : tasks)
                REQUIRE(
                    submit(
                        *this, answer_to(task, user, says_a(std::stoi(task.key.substr(1))) ? 0 : 1)
                    ) == labeling::Submitted::accepted
                );
    }
    labeling::MachineTested test(double epsilon = 0.1) {
        return labeling::test_machine(*db, project, machine, epsilon);
    }
    void keep_test(const labeling::MachineTested& tested) {
        labeling::StoredTest kept;
        static_cast<labeling::AlternativeResult&>(kept) = tested.result;
        kept.schema_version = project.schema_version;
        step([&](base::Tx& tx) { labeling::put_test(tx, machine.id, kept); });
    }
    bool counts() {
        return step([&](base::Tx& tx) {
            return labeling::machines_that_count(tx, project).front().counts;
        });
    }
};

constexpr auto four = "overlap = 4\nmachines_count = true\n";

}  // namespace

TEST_CASE("suggestions are kept once, and what is none with its reason", "[labeling][machine]") {
    MachineWorld world("overlap = 1\n");
    auto taken = world.import(
        world.machine, "key,label,score\nr0,a,0.9\nr1,eggs,\nr2,,0.1\nnobody,a,1\nr0,b,0.25\n"
    );
    CHECK(taken.added == 2);
    CHECK(taken.rejects == 1);
    CHECK(taken.no_record == 1);
    CHECK(taken.no_value == 1);
    REQUIRE(taken.reasons.size() == 1);
    CHECK(taken.reasons[0].first == "'eggs' is no class of the project");
    auto rows = world.step([&](base::Tx& tx) {
        return labeling::suggestions_page(tx, world.project, world.machine.id, {}, false, 10);
    });
    REQUIRE(rows.size() == 2);
    const auto& of_r0 = rows[0].key == "r0" ? rows[0] : rows[1];
    CHECK(of_r0.answer() == "\"b\"");
    CHECK(of_r0.score == 0.25);
    CHECK(of_r0.usable);
    auto json = world.import(world.machine, "key,answer,score\nr0,\"\"\"b\"\"\",0.25\n");
    CHECK(json.unchanged == 1);
    auto again = world.import(world.machine, "key,label,score\nr0,b,0.25\n");
    CHECK(again.unchanged == 1);
    CHECK(again.changed == 0);
    auto left = [&](bool rejects) {
        return world.step([&](base::Tx& tx) {
            return labeling::not_suggested(
                tx, world.project, world.machine.id, {"r2", "r1", "r0"}, rejects
            );
        });
    };
    CHECK(left(false) == std::vector<std::string>{"r2"});
    CHECK(left(true) == std::vector<std::string>{"r2", "r1"});
    CHECK_THROWS_WITH(
        world.import(world.machine, "key,label\nx,a\n"), Catch::Contains("0 of 1 suggestions")
    );
}

TEST_CASE("JSON lines and Label Studio's predictions are suggestions", "[labeling][machine]") {
    MachineWorld world("overlap = 1\n");
    CHECK(
        world.import(world.machine, "{\"key\":\"r0\",\"label\":\"a\",\"score\":0.5}\n").added == 1
    );
    auto prediction = [](const std::string& version, const std::string& label) {
        return R"({"model_version":")" + version +
               R"(","score":0.75,"result":[{"type":"choices","value":{"choices":[")" + label +
               R"("]}}]})";
    };
    auto task = [](const std::string& predictions) {
        return R"([{"data":{"key":"r1"},"predictions":[)" + predictions + "]}]";
    };
    auto taken = world.import(world.machine, task(prediction("x", "b")));
    CHECK(taken.added == 1);
    taken = world.import(world.machine, task(prediction("x", "b") + "," + prediction("1", "c")));
    CHECK(taken.changed == 1);
    CHECK(
        world.check("SELECT count(*) FROM label_suggestion WHERE key = 'r1' AND class_id = 2 AND "
                    "score = 0.75") == 1
    );
    taken = world.import(world.machine, task(prediction("x", "b") + "," + prediction("y", "c")));
    CHECK(taken.rejects == 1);
    CHECK(taken.reasons[0].first.find("'x', 'y'") != std::string::npos);
    CHECK(world.import(world.machine, task("")).no_value == 1);
    CHECK_THROWS_WITH(
        world.import(world.machine, "key,label,score\nr0,a,7\n"), Catch::Contains("the score '7'")
    );
}

TEST_CASE("a purge of records takes their suggestions along", "[labeling][machine]") {
    MachineWorld world("overlap = 1\n");
    world.says_a(world.machine);
    test::Folder folder;
    schema::Blobs blobs(folder.path);
    schema::purge(*world.db, blobs, {.host = {}, .url = "r3", .licence = {}}, "ann", world.now());
    CHECK(world.check("SELECT count(*) FROM label_suggestion") == 39);
    world.step([&](base::Tx& tx) { labeling::drop_projects(tx, {world.project.id}); });
    CHECK(world.check("SELECT count(*) FROM label_suggestion") == 0);
    CHECK(world.check("SELECT count(*) FROM label_machine") == 0);
}

TEST_CASE("a random share sees suggestions, always the same", "[labeling][machine]") {
    MachineWorld world("suggestions = \"random\"\nsuggestions_share = 0.25\n", 400);
    world.says_a(world.machine, 400);
    std::vector<std::int64_t> tasks;
    for (int i = 1; i <= 400; ++i) tasks.push_back(i);
    auto shown = [&](std::int64_t user) {
        std::vector<std::int64_t> seen;
        auto found = world.step([&](base::Tx& tx) {
            return labeling::suggestions_of_tasks(tx, world.project, user, tasks);
        });
        for (const auto& each : found)
            if (labeling::shown_before(world.project, user, each)) seen.push_back(each.task);
        return seen;
    };
    auto first = shown(1);
    CHECK(first.size() > 70);
    CHECK(first.size() < 130);
    CHECK(shown(1) == first);
    CHECK(shown(2) != first);
}

TEST_CASE(
    "the report parts those who saw a suggestion from those who did not",
    "[labeling][machine]"
) {
    MachineWorld world("suggestions = \"random\"\n");
    world.says_a(world.machine);
    auto ann = world.add_user("ann");
    int n = 0;
    for (const auto& task : claim(world, ann, 40)) {
        auto found = world.step([&](base::Tx& tx) {
            return labeling::suggestions_of_tasks(tx, world.project, ann, {task.task});
        });
        REQUIRE(found.size() == 1);
        bool shown = n++ % 2 == 0;
        if (shown)
            world.step([&](base::Tx& tx) { labeling::note_seen(tx, ann, found, world.now()); });
        if (shown) found[0].seen = found[0].machine;
        // Who sees it says so nine times of ten; who does not, half the time.
        submit(world, answer_to(task, ann, shown ? (n % 20 == 1 ? 1 : 0) : (n % 4 == 0 ? 0 : 1)));
        world.step([&](base::Tx& tx) {
            labeling::note_suggestion(tx, world.project, ann, 1, found[0], false, world.now());
        });
    }
    auto reports = labeling::report_machines(*world.db, world.project);
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].suggestions == 40);
    CHECK(reports[0].shown.answers == 20);
    CHECK(reports[0].shown.same == 18);
    CHECK(reports[0].unseen.answers == 20);
    CHECK(reports[0].unseen.same == 10);
    REQUIRE(reports[0].difference);
    CHECK(*reports[0].difference == Approx(0.4));
    CHECK(*reports[0].low > 0);
    CHECK(*reports[0].high < 0.65);
}

TEST_CASE("a machine that passes its test counts, and no other does", "[labeling][machine]") {
    MachineWorld world(four);
    world.says_a(world.machine);
    CHECK_THROWS_WITH(
        labeling::resolve_truth(*world.db, "p", labeling::Method::mv, true, world.now()),
        Catch::Contains("none may") && Catch::Contains("was not tested")
    );
    CHECK_FALSE(world.test().result.lacks.empty());
    // Each errs on a part of their own, where the machine does not.
    world.answer_all("ann", [](int i) { return i % 4 != 0; });
    world.answer_all("bob", [](int i) { return i % 4 != 1; });
    world.answer_all("cem", [](int i) { return i % 4 != 2; });
    auto tested = world.test();
    CHECK(tested.records == 40);
    CHECK(tested.result.passed);
    world.keep_test(tested);
    CHECK(world.counts());
    auto done = labeling::resolve_truth(*world.db, "p", labeling::Method::mv, true, world.now());
    CHECK(done.workers == 4);
    CHECK(done.answers == 160);
    CHECK(world.check("SELECT count(*) FROM ground_truth WHERE class_id = 0") == 40);
    CHECK(world.check("SELECT count(*) FROM label_machine WHERE accuracy > 0.8") == 1);
}

TEST_CASE("an answer of the machine that changes takes its test away", "[labeling][machine]") {
    MachineWorld world(four);
    world.says_a(world.machine, 39);
    labeling::MachineTested passed;
    passed.result.passed = true;
    world.keep_test(passed);
    CHECK(world.counts());
    world.import(world.machine, "key,label,score\nr39,a,0.5\n");  // one more is no change
    CHECK(world.counts());
    world.import(world.machine, "key,label,score\nr3,b,0.5\n");
    CHECK_FALSE(world.counts());
    world.keep_test(passed);
    world.project.schema_version = 2;
    CHECK_FALSE(world.counts());
}

TEST_CASE(
    "what was said in sight of a suggestion does not vouch for the machine",
    "[labeling][machine]"
) {
    MachineWorld world(four);
    world.says_a(world.machine);
    for (auto name : {"ann", "bob", "cem"}) world.answer_all(name, [](int) { return true; });
    CHECK(world.test().result.passed);
    world.step([&](base::Tx& tx) { tx.exec("UPDATE annotation SET suggestion = 'before'"); });
    auto swayed = world.test();
    CHECK_FALSE(swayed.result.passed);
    CHECK_FALSE(swayed.result.lacks.empty());
    CHECK(swayed.left_out == 120);
}

TEST_CASE(
    "a machine that counts is asked when a record's truth is refreshed",
    "[labeling][machine]"
) {
    MachineWorld world("overlap = 1\nmachines_count = true\n[truth]\nmethod = \"mv\"\n");
    auto second = world.new_machine("n", "1");
    world.says_a(world.machine);
    world.says_a(second);
    labeling::StoredTest passed;
    passed.passed = true;
    for (auto id : {world.machine.id, second.id})
        world.step([&](base::Tx& tx) { labeling::put_test(tx, id, passed); });
    auto ann = world.add_user("ann");
    auto tasks = claim(world, ann, 1);
    REQUIRE(tasks.size() == 1);
    submit(world, answer_to(tasks[0], ann, 1));
    world.step([&](base::Tx& tx) {
        labeling::refresh_truth(tx, world.project, tasks[0].task, world.now());
    });
    CHECK(world.check("SELECT class_id FROM ground_truth") == 0);  // two machines against one
}

TEST_CASE("another prompt under a known version is refused", "[labeling][machine]") {
    MachineWorld world("overlap = 1\n");
    auto ask = [&](const std::string& prompt) {
        world.step([&](base::Tx& tx) {
            labeling::known_or_new_machine(tx, world.project, "e", "1", prompt, world.now());
        });
    };
    ask("hash one");
    ask("hash one");
    CHECK_THROWS_WITH(ask("hash two"), Catch::Contains("was asked with another prompt"));
    CHECK_THROWS_WITH(
        world.step([&](base::Tx& tx) {
            return labeling::require_machine(tx, world.project, "x", "");
        }),
        Catch::Contains("known: m, e")
    );
}
