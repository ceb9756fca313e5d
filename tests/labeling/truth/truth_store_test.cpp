#include "labeling/truth/truth_store.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>

#include <unistd.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "labeling/agreement/agreement.hpp"
#include "labeling/export/export_store.hpp"
#include "labeling/export/import_store.hpp"
#include "labeling/export/label_files.hpp"
#include "labeling/queue/simulate.hpp"
#include "tests/labeling/store_fixture.hpp"

using Catch::Contains;
using labeling::ImportOptions;

namespace {

double seconds_of(const std::function<void()>& job) {
    auto start = std::chrono::steady_clock::now();
    job();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

labeling::EachLabel labels_in(const std::string& path) {
    return labeling::labels_in(path, labeling::Question{});
}

class File {
public:
    File(const std::string& ending, const std::string& text)
        : path_((std::filesystem::temp_directory_path() /
                 ("tilth-labels-" + std::to_string(getpid()) + ending))
                    .string()) {
        std::ofstream(path_, std::ios::binary) << text;
    }
    ~File() { std::filesystem::remove(path_); }
    File(const File&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

}  // namespace

TEST_CASE(
    "a project is stored with its classes, listed, and its name is taken once",
    "[labeling][projects]"
) {
    LabelingWorld world;
    world.add_records(1, {"a"});
    world.add_project(
        "overlap = 3\n[[class]]\nname = \"yes\"\nhotkey = \"y\"\nvalue = \"1\"\n[[class]]\nname = "
        "\"no\"\n"
    );
    auto loaded = world.db->call([](base::Tx& tx) { return labeling::load_project(tx, "p"); });
    CHECK(loaded.project.overlap == 3);
    REQUIRE(loaded.project.question.classes.size() == 2);
    CHECK(loaded.project.question.classes[0].hotkey == "y");
    CHECK(loaded.project.question.classes[0].value == "1");
    CHECK(loaded.project.question.classes[1].hotkey.empty());
    CHECK(world.db->call([](base::Tx& tx) {
        return labeling::project_lines(tx, "", 9).size();
    }) == 1);
    auto fails = [&](auto job) {
        try {
            world.db->call([&](base::Tx& tx) { job(tx); });
        } catch (const base::Error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    CHECK_THAT(
        fails([&](base::Tx& tx) { labeling::create_project(tx, loaded.project, world.now()); }),
        Contains("taken")
    );
    CHECK_THAT(
        fails([&](base::Tx& tx) { labeling::load_project(tx, "q"); }), Contains("no such project")
    );
    loaded.project.source = "elsewhere";
    CHECK_THAT(
        fails([&](base::Tx& tx) { labeling::create_project(tx, loaded.project, world.now()); }),
        Contains("elsewhere")
    );
}

TEST_CASE(
    "labels from a payload field: strangers are counted by value, or become classes",
    "[labeling][truth]"
) {
    LabelingWorld world;
    world.add_records(12, {"a", "b", "x", "x", "y", ""});
    world.add_project();
    auto first = labeling::import_field(*world.db, "p", "kind", {}, world.now());
    CHECK(first.added == 4);
    CHECK(first.no_value == 2);
    CHECK(first.rejected == std::vector<std::pair<std::string, std::int64_t>>{{"x", 4}, {"y", 2}});
    CHECK(first.rejected_total() == 6);
    auto second = labeling::import_field(*world.db, "p", "kind", {}, world.now());
    CHECK(second.added + second.changed == 0);
    CHECK(second.unchanged == 4);
    auto third = labeling::import_field(
        *world.db, "p", "kind", {.add_classes = true, .at_most_classes = 4}, world.now()
    );
    CHECK(third.new_classes == std::vector<std::string>{"x"});
    CHECK(third.added == 4);
    CHECK(third.rejected == std::vector<std::pair<std::string, std::int64_t>>{{"y", 2}});
    CHECK(labeling::import_field(*world.db, "p", "deep.n", {}, world.now()).rejected.size() == 12);
    auto progress =
        world.db->call([&](base::Tx& tx) { return labeling::progress(tx, world.project.id); });
    CHECK(progress.labeled == 8);
    auto page = world.db->call([](base::Tx& tx) { return labeling::project_page(tx, "p"); });
    REQUIRE(page);
    CHECK(page->truths == 8);
    CHECK(page->classes.at(0).truths == 2);
    auto used = std::count_if(page->classes.begin(), page->classes.end(), [](const auto& c) {
        return c.truths > 0;
    });
    CHECK(used == 3);
}

TEST_CASE("the source's own spelling of a class is understood", "[labeling][truth]") {
    LabelingWorld world;
    world.add_records(4, {"0", "1"});
    world.add_project(
        "[[class]]\nname = \"shirt\"\nvalue = \"0\"\n[[class]]\nname = \"boot\"\nvalue = \"1\"\n"
    );
    auto result = labeling::import_field(*world.db, "p", "kind", {}, world.now());
    CHECK(result.added == 4);
    CHECK(result.rejected.empty());
}

TEST_CASE("seventy thousand labels are imported from a field in seconds", "[labeling][truth]") {
    LabelingWorld world;
    world.add_records(70'000, {"a", "b", "c"});
    world.add_project();
    auto seconds = seconds_of([&] {
        CHECK(labeling::import_field(*world.db, "p", "kind", {}, world.now()).added == 70'000);
    });
    WARN("import of 70,000 labels: " << seconds << " s");
    CHECK(seconds < 30);
    std::int64_t exported = 0;
    std::set<std::string> seen;
    auto export_seconds = seconds_of([&] {
        exported = labeling::each_label(
            *world.db, world.project, [&](const labeling::ExportRow& row) { seen.insert(row.key); }
        );
    });
    WARN("export of 70,000 labels: " << export_seconds << " s");
    CHECK(exported == 70'000);
    CHECK(seen.size() == 70'000);
}

TEST_CASE("labels from files are checked line by line", "[labeling][truth]") {
    LabelingWorld world;
    world.add_records(5, {"a"});
    world.add_project();
    File csv(".csv", "key,label,probability\nr0,a,0.5\nr1,b,\nr1,c,1\nnobody,a,1\nr2,zebra,1\n");
    auto result = labeling::import_labels(*world.db, "p", labels_in(csv.path()), {}, world.now());
    CHECK(result.added == 2);
    CHECK(result.no_record == 1);
    CHECK(result.rejected == std::vector<std::pair<std::string, std::int64_t>>{{"zebra", 1}});
    CHECK(world.check("SELECT class_id FROM ground_truth WHERE key = 'r1'") == 2);
    CHECK(
        labeling::import_labels(*world.db, "p", labels_in(csv.path()), {}, world.now()).unchanged ==
        2
    );
    File lines(
        ".jsonl",
        "{\"key\":\"r3\",\"label\":\"a\"}\n\n{\"key\":\"r0\",\"label\":\"b\",\"probability\":0.9}\n"
    );
    auto more = labeling::import_labels(*world.db, "p", labels_in(lines.path()), {}, world.now());
    CHECK(more.added == 1);
    CHECK(more.changed == 1);
    CHECK(world.check("SELECT revision FROM ground_truth WHERE key = 'r0'") == 2);

    auto failure = [&](const std::string& ending, const std::string& text) {
        File file(ending, text);
        try {
            labeling::import_labels(*world.db, "p", labels_in(file.path()), {}, world.now());
        } catch (const base::Error& error) {
            return std::string(error.what());
        }
        return std::string("no error");
    };
    CHECK_THAT(
        failure(".csv", "key,label,probability\nr0,a,2\n"), Contains("line 2: the probability '2'")
    );
    CHECK_THAT(
        failure(".jsonl", "{\"key\":\"r0\",\"label\":\"a\"}\n{\"key\":\"r0\"}\n"),
        Contains("line 2: has no 'label'")
    );
    CHECK_THAT(failure(".jsonl", "{\n"), Contains("line 1: is not JSON"));
}

TEST_CASE(
    "a simulated pool answers the queue and truth inference recovers the labels",
    "[labeling][truth][simulate]"
) {
    LabelingWorld world;
    constexpr int records = 2000;
    std::vector<std::string> kinds{"a", "b", "c"};
    world.add_records(records, kinds);
    world.add_project("overlap = 3\n[truth]\nmethod = \"auto\"\n");
    world.enqueue_all();

    labeling::Simulation simulation;
    simulation.pool = {
        {"sim-1", 0.05}, {"sim-2", 0.1}, {"sim-3", 0.2}, {"sim-4", 0.3}, {"sim-5", 0.5}};
    auto truth_of = [&](const std::string& key) {
        return kinds[static_cast<std::size_t>(std::stoi(key.substr(1))) % 3];
    };
    simulation.truth = [&](const std::string& key) {
        return labeling::answer_of_class(truth_of(key));
    };
    simulation.at_most = 1000;
    auto clock = [&] { return world.now(); };
    auto begun = labeling::simulate(*world.db, world.project, simulation, clock);
    CHECK(begun.answers == 1000);
    simulation.at_most = 1'000'000;
    labeling::Simulated rest;
    auto seconds =
        seconds_of([&] { rest = labeling::simulate(*world.db, world.project, simulation, clock); });
    WARN("5,000 simulated answers: " << seconds << " s");
    CHECK(rest.answers == 3 * records - 1000);
    CHECK(labeling::simulate(*world.db, world.project, simulation, clock).answers == 0);
    world.check_sums();
    CHECK(world.check("SELECT count(*) FROM app_user WHERE simulated") == 5);

    auto resolved =
        labeling::resolve_truth(*world.db, "p", labeling::Method::automatic, true, world.now());
    INFO(resolved.why);
    CHECK(resolved.answers == 3 * records);
    CHECK(resolved.added == records);
    std::int64_t right = 0;
    labeling::each_label(*world.db, world.project, [&](const labeling::ExportRow& row) {
        if (row.label == truth_of(row.key)) ++right;
    });
    auto judgements = labeling::load_judgements(*world.db, world.project);
    auto majority = labeling::infer(judgements, labeling::Method::mv);
    std::int64_t by_majority = 0;
    for (std::size_t q = 0; q < judgements.questions.size(); ++q)
        if (judgements.answers[majority.label[q]] == truth_of(judgements.questions[q]))
            ++by_majority;
    CHECK(right > records * 92 / 100);
    CHECK(right >= by_majority);
    for (std::size_t w = 0; w < 5; ++w)
        CHECK(
            resolved.worker_accuracy[w].second == Approx(1 - simulation.pool[w].error).margin(0.06)
        );

    auto again = labeling::resolve_truth(*world.db, "p", resolved.method, true, world.now());
    CHECK(again.added + again.changed == 0);
    auto progress =
        world.db->call([&](base::Tx& tx) { return labeling::progress(tx, world.project.id); });
    CHECK(progress.done == records);
    auto annotators =
        world.db->call([&](base::Tx& tx) { return labeling::annotators(tx, world.project.id); });
    CHECK(annotators.size() == 5);
    CHECK(annotators[0].simulated);
    CHECK(annotators[0].median_milliseconds.value() > 0);

    // Adaptive overlap: only the unsure ones are asked about again, by people who have not seen
    // them.
    world.db->call([](base::Tx& tx) {
        tx.exec("UPDATE label_project SET spec = jsonb_set(spec, '{max_overlap}', '5')");
    });
    auto opened =
        labeling::resolve_truth(*world.db, "p", resolved.method, true, world.now()).asked_again;
    CHECK(opened > 0);
    CHECK(opened == resolved.below_target);
    CHECK(labeling::simulate(*world.db, world.project, simulation, clock).answers == opened);
    world.check_sums();
}

TEST_CASE("the same seed gives the same answers however the work is cut", "[labeling][simulate]") {
    auto answers = [](std::int64_t piece) {
        LabelingWorld world;
        world.add_records(100, {"a"});
        world.add_project();
        world.enqueue_all();
        labeling::Simulation simulation;
        simulation.pool = {{"sim-1", 0.4}};
        simulation.truth = [](const std::string&) { return std::optional<std::string>("\"a\""); };
        simulation.at_most = piece;
        while (labeling::simulate(*world.db, world.project, simulation, [&] {
                   return world.now();
               }).answers > 0) {
        }
        return labeling::load_judgements(*world.db, world.project).rows;
    };
    CHECK(answers(1000) == answers(7));
}

TEST_CASE("truth follows the project's method where none is asked for", "[labeling][truth]") {
    LabelingWorld world;
    world.add_records(4, {"a"});
    world.add_project("[truth]\nmethod = \"onecoin\"\n");
    world.enqueue_all();
    labeling::Simulation simulation;
    simulation.pool = {{"sim-1", 0}};
    simulation.truth = [](const std::string&) { return std::optional<std::string>("\"b\""); };
    labeling::simulate(*world.db, world.project, simulation, [&] { return world.now(); });
    auto resolve = [&](std::optional<labeling::Method> method) {
        return labeling::resolve_truth(*world.db, "p", method, true, world.now()).method;
    };
    CHECK(resolve(labeling::Method::wawa) == labeling::Method::wawa);
    CHECK(resolve(std::nullopt) == labeling::Method::onecoin);
}

TEST_CASE("an imported label is kept unless inference is told to replace it", "[labeling][truth]") {
    LabelingWorld world;
    world.add_records(3, {"a"});
    world.add_project();
    world.enqueue_all();
    labeling::Simulation simulation;
    simulation.pool = {{"sim-1", 0}};
    simulation.truth = [](const std::string& key) {
        return key == "r2" ? std::nullopt : std::optional<std::string>("\"b\"");
    };
    auto done =
        labeling::simulate(*world.db, world.project, simulation, [&] { return world.now(); });
    CHECK(done.answers == 2);
    CHECK(done.skipped == 1);
    labeling::import_field(*world.db, "p", "kind", {}, world.now());
    auto kept = labeling::resolve_truth(*world.db, "p", labeling::Method::mv, true, world.now());
    CHECK(kept.changed == 0);
    CHECK(kept.judged == 2);
    CHECK(kept.accuracy == 0);
    CHECK(world.check("SELECT count(*) FROM ground_truth WHERE class_id = 0") == 3);
    CHECK(
        labeling::resolve_truth(*world.db, "p", labeling::Method::mv, false, world.now()).changed ==
        2
    );
    CHECK(
        world.check("SELECT count(*) FROM ground_truth WHERE class_id = 1 AND method = 'mv'") == 2
    );
}

TEST_CASE("a person's name is not given to a simulated annotator", "[labeling][simulate]") {
    LabelingWorld world;
    world.add_records(1, {"a"});
    world.add_project();
    world.add_user("ann");
    labeling::Simulation simulation;
    simulation.pool = {{"ann", 0}};
    simulation.truth = [](const std::string&) { return std::nullopt; };
    CHECK_THROWS_AS(
        labeling::simulate(*world.db, world.project, simulation, [&] { return world.now(); }),
        base::Error
    );
}

TEST_CASE(
    "all answers of a project count towards its agreement, however many pages they fill",
    "[labeling][agreement]"
) {
    LabelingWorld world;
    constexpr int records = 2'600;  // two answers each: more than a page of 5,000
    world.add_records(records, {"a"});
    world.add_project("overlap = 2\n[[class]]\nname = \"a\"\n[[class]]\nname = \"b\"\n");
    world.enqueue_all();
    labeling::simulate(
        *world.db,
        world.project,
        {.pool = {{"one", 0.1}, {"two", 0.2}}, .truth = [](const std::string&) { return "\"a\""; }},
        [&] { return world.now(); }
    );
    auto apart = labeling::load_judgements(*world.db, world.project);
    auto within =
        world.db->call([&](base::Tx& tx) { return labeling::load_judgements(tx, world.project); });
    REQUIRE(within.rows.size() == 2 * records);
    CHECK(within.rows == apart.rows);
    CHECK(within.questions.size() == records);
    auto found = labeling::agreement(within, labeling::Metric::percent, 0);
    CHECK(found.units == records);
    CHECK(*found.value == Approx(0.9 * 0.8 + 0.1 * 0.2).margin(0.03));
}
