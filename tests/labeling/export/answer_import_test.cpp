// Answers of people from files into the queue, and out again.
#include "labeling/export/answer_importer.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <sstream>

#include <fmt/format.h>

#include "base/error.hpp"
#include "labeling/answers.hpp"
#include "labeling/export/export_files.hpp"
#include "labeling/export/export_store.hpp"
#include "labeling/machine/machine_store.hpp"
#include "labeling/queue/simulate.hpp"
#include "tests/labeling/export/answer_steps.hpp"
#include "tests/labeling/queue/queue_steps.hpp"
#include "tests/labeling/shared_data.hpp"

using Catch::Contains;
using labeling::UnknownAnnotators;

namespace {

// With who answered what, and what follows from it; without the revisions of labels, which tell how
// often they were merged.
std::string answers_out(LabelingWorld& world, std::string_view format) {
    labeling::resolve_truth(*world.db, "p", labeling::Method::mv, true, world.now());
    auto project = world.db->call([](base::Tx& tx) { return labeling::load_project(tx, "p"); });
    auto content = world.db->call([&](base::Tx& tx) { return labeling::content_of(tx, project); });
    content.answers = true;
    std::ostringstream out;
    labeling::OneFile file(out);
    auto exporter = labeling::make_exporter(labeling::export_format(format), content, file);
    labeling::each_answered(*world.db, project, [&](labeling::ExportRow row) {
        row.revision = 1;
        exporter->write(row);
    });
    exporter->finish();
    return out.str();
}

labeling::Submitted answer_and_settle(LabelingWorld& world, labeling::Answer answer, int took) {
    answer.milliseconds = took;
    auto now = world.now();
    return world.db->call([&](base::Tx& tx) {
        return labeling::submit_and_settle(tx, world.project, answer, now);
    });
}

// Three people at work: some answers corrected, one taken back, one record skipped.
void work(LabelingWorld& world) {
    world.add_records(12, {"x"});
    world.add_project("overlap = 2\n");
    world.enqueue_all();
    for (auto name : {"ann", "bob", "cid"}) {
        auto user = world.add_user(name);
        for (const auto& task : claim(world, user, 8))
            answer_and_settle(world, answer_to(task, user, task.task % 3 == 0 ? 1 : 2), 1500);
    }
    auto bob = world.check("SELECT id FROM app_user WHERE name = 'bob'");
    auto now = world.later(std::chrono::seconds(60));
    world.db->call([&](base::Tx& tx) {
        auto mine = labeling::own_history(tx, world.project.id, bob, {}, {.state = "answered"}, 3);
        for (const auto& one : mine) {
            labeling::Answer other{.task = one.task, .user_id = bob, .attempt = one.attempt};
            other.class_id = 0;
            labeling::correct(tx, other, now);
            labeling::settle(tx, world.project, one.task, now, bob);
        }
    });
    now = world.later(std::chrono::seconds(60));
    world.db->call([&](base::Tx& tx) {
        auto back = labeling::undo_last(tx, world.project.id, bob, now, std::chrono::seconds(9));
        labeling::release(tx, back->task, bob, back->token, now);
        labeling::refresh_truth(tx, world.project, back->task, now);
    });
    // An answer that was taken back counts no more since then, and not since the next.
    auto ann = world.check("SELECT id FROM app_user WHERE name = 'ann'");
    now = world.later(std::chrono::seconds(60));
    auto again = world.db->call([&](base::Tx& tx) {
        return labeling::undo_last(tx, world.project.id, ann, now, std::chrono::seconds(99));
    });
    world.later(std::chrono::seconds(60));
    answer_and_settle(world, answer_to(*again, ann, 0), 1500);
    world.check_sums();
}

}  // namespace

TEST_CASE("answers that were exported come back as they were", "[labeling][answers]") {
    LabelingWorld world;
    work(world);
    for (auto format : {"jsonl", "csv", "label-studio"}) {
        INFO(format);
        auto text = answers_out(world, format);
        LabelingWorld other;
        other.add_records(12, {"x"});
        other.add_project("overlap = 2\n");
        std::string name = std::string(format) == "csv" ? "labels.csv" : "labels.json";
        auto first = take_answers(other, name, text).done;
        CHECK(first.rejects == 0);
        CHECK(first.added + first.corrected == world.check("SELECT count(*) FROM annotation"));
        CHECK(first.new_annotators.size() == 3);
        CHECK(answers_out(other, format) == text);
        other.check_sums();
        CHECK(
            other.check("SELECT count(*) FROM label_task WHERE state = 'done'") ==
            world.check("SELECT count(*) FROM label_task WHERE state = 'done'")
        );
        CHECK(other.check("SELECT sum(answers) FROM label_pace") == first.added + first.corrected);

        auto again = take_answers(other, name, text).done;
        CHECK(again.added + again.corrected + again.taken_back == 0);
        CHECK(again.unchanged == first.added + first.corrected);
        CHECK(answers_out(other, format) == text);
        auto home = take_answers(world, name, text).done;
        CHECK(home.unchanged == first.added + first.corrected);
        CHECK(home.added + home.corrected + home.taken_back == 0);
    }
}

TEST_CASE(
    "an import of answers that is cut off goes on with the same file",
    "[labeling][answers]"
) {
    LabelingWorld world;
    world.add_records(3'000, {"x"});
    world.add_project("overlap = 3\n");
    std::string text = "item,annotator,label\n", half;
    for (int i = 0; i < 3'000; ++i) {
        for (auto name : {"w1", "w2"})
            text += fmt::format("r{},{},{}\n", i, name, i % 2 == 0 ? "a" : "b");
        if (i == 1'800) half = text;
    }
    CHECK(take_answers(world, "a.csv", half).done.added == 3'602);
    auto rest = take_answers(world, "a.csv", text).done;
    CHECK(rest.unchanged == 3'602);
    CHECK(rest.added == 6'000 - 3'602);
    CHECK(world.check("SELECT count(*) FROM label_task WHERE state = 'open'") == 3'000);
    CHECK(world.check("SELECT count(*) FROM label_event WHERE kind = 'answer'") == 6'000);
    world.check_sums();
}

TEST_CASE("people of a file are users, or made so, or refused", "[labeling][answers]") {
    LabelingWorld world;
    world.add_records(4, {"x"});
    world.add_project();
    world.add_user("ann");
    auto text = "item,annotator,label\nr0,ann,a\nr0,eve,b\nr1,zoe,b\n";
    CHECK_THROWS_WITH(
        take_answers(world, "a.csv", text, UnknownAnnotators::refuse),
        Contains("2 annotators of the file are no user: 'eve', 'zoe'") && Contains("create")
    );
    CHECK(world.check("SELECT count(*) FROM annotation") == 0);
    auto made = take_answers(world, "a.csv", text).done;
    CHECK(made.new_annotators == std::vector<std::string>{"eve", "zoe"});
    CHECK(made.annotators == 3);
    CHECK(world.check("SELECT count(*) FROM app_user WHERE role = 'labeler'") == 3);
    CHECK(world.check("SELECT count(*) FROM access_token") == 0);

    world.db->call([&](base::Tx& tx) {
        labeling::known_or_new_machine(tx, world.project, "bot", "1", "", world.now());
    });
    auto odd = take_answers(
        world, "a.csv", "item,annotator,label\nr2,bot,a\nr2,Ann Lee,a\nr2,,a\nr2,ann,a\n"
    );
    CHECK(odd.done.added == 1);
    REQUIRE(odd.reasons.size() == 3);
    CHECK_THAT(odd.reasons[0], Contains("'bot' is a machine here"));
    CHECK_THAT(odd.reasons[1], Contains("'Ann Lee' can be no user"));
    CHECK_THAT(odd.reasons[2], Contains("who gave it"));
    CHECK(world.check("SELECT count(*) FROM app_user") == 3);
}

TEST_CASE("simulated annotators stay what they are", "[labeling][answers]") {
    LabelingWorld world;
    world.add_records(6, {"x"});
    world.add_project();
    world.enqueue_all();
    labeling::Simulation simulation;
    simulation.pool = {{.name = "sim", .error = 0}};
    simulation.truth = [](const std::string&) { return std::optional<std::string>("\"b\""); };
    labeling::simulate(*world.db, world.project, simulation, [&] { return world.now(); });
    for (auto format : {"jsonl", "csv", "label-studio"}) {
        INFO(format);
        LabelingWorld other;
        other.add_records(6, {"x"});
        other.add_project();
        auto text = answers_out(world, format);
        CHECK_THAT(text, Contains("simulated"));
        CHECK(take_answers(other, "x", text).done.added == 6);
        CHECK(other.check("SELECT count(*) FROM app_user WHERE simulated") == 1);
        auto took = "SELECT sum(milliseconds) FROM annotation";
        CHECK(other.check(took) == world.check(took));
        CHECK_THAT(answers_out(other, format), Contains("simulated"));
    }
}

TEST_CASE("answers beyond the overlap are kept, whatever people hold", "[labeling][answers]") {
    LabelingWorld world;
    world.add_records(3, {"x"});
    world.add_project("overlap = 1\n");
    world.enqueue_all();
    auto ann = world.add_user("ann"), bob = world.add_user("bob");
    auto held = claim(world, ann, 1).at(0);
    auto others = claim(world, bob, 1).at(0);
    auto text = fmt::format(
        "item,worker,label\n{0},ann,b\n{0},u1,a\n{0},u2,b\n{1},u1,c\n", held.key, others.key
    );
    CHECK(take_answers(world, "a.csv", text).done.added == 4);
    world.check_sums();
    CHECK(submit(world, answer_to(held, ann, 1)) == labeling::Submitted::repeated);
    CHECK(submit(world, answer_to(held, ann, 2)) == labeling::Submitted::different);
    // What somebody holds they may still answer.
    CHECK(submit(world, answer_to(others, bob, 1)) == labeling::Submitted::accepted);
    CHECK(
        take_answers(world, "a.csv", fmt::format("item,worker,label\n{},u3,b\n", held.key))
            .done.added == 1
    );
    CHECK(
        world.check(fmt::format(
            "SELECT answers FROM label_task WHERE key = '{}' AND state = 'done'", held.key
        )) == 4
    );
    CHECK(
        world.check(fmt::format(
            "SELECT count(*) FROM ground_truth WHERE key = '{}' AND class_id = 1", held.key
        )) == 1
    );
    world.check_sums();
}

TEST_CASE("classes may come with the answers", "[labeling][answers]") {
    LabelingWorld world;
    world.add_records(2, {"x"});
    world.add_project();
    labeling::AnswerImport import{.unknown = UnknownAnnotators::create};
    import.classes.add_classes = true;
    auto done = labeling::import_answers(
        *world.db,
        "p",
        labeling::answers_of_text(
            "a.csv", "item,annotator,label\nr0,w,new\nr1,w,a\n", world.project.project.question, {}
        ),
        import,
        world.now()
    );
    CHECK(done.new_classes == std::vector<std::string>{"new"});
    CHECK(done.added == 2);
}

TEST_CASE("a crowd in the queue gives the truth that its file gives", "[labeling][answers]") {
    auto answers = shared_data("truth/D_Product/answer.csv");
    if (!answers) return;
    // The records are r0, r1, ..: in the table, too, since ties are broken by the name.
    std::map<std::string, std::string> names;
    std::istringstream in(*answers);
    std::string line, table;
    std::getline(in, line);
    table = "question,worker,answer\n";
    while (std::getline(in, line)) {
        auto comma = line.find(',');
        auto [at, added] =
            names.try_emplace(line.substr(0, comma), record_name(static_cast<int>(names.size())));
        table += at->second + line.substr(comma) + "\n";
    }
    LabelingWorld world;
    world.add_records(static_cast<int>(names.size()), {"x"});
    world.add_project("overlap = 3\n[[class]]\nname = \"0\"\n[[class]]\nname = \"1\"\n");
    auto start = std::chrono::steady_clock::now();
    auto done = take_answers(world, "answer.csv", table).done;
    auto end = std::chrono::steady_clock::now();
    CHECK(done.added == 24'945);
    CHECK(done.annotators == 176);
    CHECK(world.check("SELECT count(*) FROM label_task WHERE state = 'done'") == 8'315);
    WARN(
        static_cast<double>(done.added) / std::chrono::duration<double>(end - start).count()
        << " answers/s"
    );

    auto plain = labeling::read_answers("answer.csv", table);
    auto set = labeling::gather_answers(*world.db, world.project);
    for (auto metric : {labeling::Metric::krippendorff_nominal, labeling::Metric::fleiss}) {
        auto name = std::string(base::name_of(metric));
        INFO(name);
        CHECK(
            set->agreement(name, 0).value.value() ==
            Approx(labeling::agreement(plain, metric, 0).value.value()).epsilon(1e-9)
        );
    }
    for (auto method : {labeling::Method::mv, labeling::Method::ds}) {
        auto by_file = labeling::infer(plain, method);
        std::map<std::string, std::pair<std::string, double>> expected;
        for (std::size_t q = 0; q < plain.questions.size(); ++q)
            expected[plain.questions[q]] = {
                labeling::answer_of_class(plain.answers[by_file.label[q]]), by_file.probability(q)};
        std::size_t differ = 0;
        double far = 0;
        auto inferred = set->infer({.method = method});
        for (const auto& label : inferred.labels) {
            const auto& [value, probability] = expected.at(label.key);
            differ += value != label.value ? 1 : 0;
            far = std::max(far, std::abs(probability - label.probability));
        }
        INFO(base::name_of(method));
        CHECK(inferred.labels.size() == plain.questions.size());
        CHECK(differ == 0);
        CHECK(far < 1e-6);
    }
}
