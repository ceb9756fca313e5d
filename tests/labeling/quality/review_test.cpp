// What reviewers see and decide, and what becomes of answers that turn out to be worth nothing.
#include "labeling/quality/review_store.hpp"

#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "labeling/quality/invalidation_store.hpp"
#include "tests/labeling/queue/queue_steps.hpp"

using namespace std::chrono_literals;

namespace {

// Ten records in the queue for two people each.
struct ReviewWorld : LabelingWorld {
    explicit ReviewWorld(const std::string& toml = "overlap = 2\n") {
        add_records(10, {"a"});
        add_project(toml);
        enqueue_all();
        ann = add_user("ann");
        bob = add_user("bob");
    }

    template <typename Step>
    auto step(Step work) {
        return db->call([&](base::Tx& tx) { return work(tx); });
    }
    void say(const labeling::Claimed& task, std::int64_t user, int class_id) {
        REQUIRE(submit(*this, answer_to(task, user, class_id)) == labeling::Submitted::accepted);
        step([&](base::Tx& tx) { labeling::settle(tx, project, task.task, now()); });
    }
    // Both answer all: bob says "b" to as many as told, and "a" like ann to the others.
    void answer_all(int apart) {
        for (const auto& task : claim(*this, ann, 20)) say(task, ann, 0);
        for (const auto& task : claim(*this, bob, 20)) say(task, bob, apart-- > 0 ? 1 : 0);
    }
    std::vector<labeling::ReviewPlace> places(
        labeling::ReviewList list = labeling::ReviewList::disagreed
    ) {
        return step([&](base::Tx& tx) {
            return labeling::reviewed_places(tx, project.id, list, {}, 50);
        });
    }
    std::int64_t task_of(const std::string& key) {
        return step([&](base::Tx& tx) { return labeling::task_of_key(tx, project, key); }).value();
    }
    labeling::ReviewItem item(std::int64_t task) {
        return step([&](base::Tx& tx) { return labeling::review_items(tx, {task}); }).at(0);
    }
    void decide(std::int64_t task, const std::string& class_name) {
        step([&](base::Tx& tx) {
            labeling::decide(
                tx,
                project,
                task,
                {.answer = labeling::answer_of_class(class_name), .made_by = "rita"},
                now()
            );
        });
    }
    bool undo(std::int64_t task) {
        return step([&](base::Tx& tx) { return labeling::undo_decision(tx, project, task, now()); }
        );
    }
    bool send_back(std::int64_t task, std::int64_t user) {
        return step([&](base::Tx& tx) {
            auto at = now();
            return labeling::send_back(tx, project, task, user, "look again", "rita", at, at + 24h);
        });
    }
    std::int64_t invalidate(std::int64_t user) {
        return step([&](base::Tx& tx) {
            return labeling::invalidate(
                tx, project, {.user_id = user, .reason = "spam", .made_by = "rita"}, now()
            );
        });
    }
    std::int64_t truths() { return check("SELECT count(*) FROM ground_truth"); }

    std::int64_t ann = 0, bob = 0;
};

}  // namespace

TEST_CASE("only records whose answers disagree are to be reviewed", "[labeling][review]") {
    ReviewWorld world;
    world.answer_all(3);
    auto found = world.places();
    REQUIRE(found.size() == 3);
    CHECK(found[0].place == Approx(1));
    auto item = world.item(found[0].task);
    REQUIRE(item.answers.size() == 2);
    CHECK(item.answers[0].user == "ann");
    CHECK(item.answers[0].label == "a");
    CHECK(item.answers[1].label == "b");
    CHECK(item.agreement.value() == Approx(0));
}

TEST_CASE("the least agreed come first, page by page", "[labeling][review]") {
    ReviewWorld world("overlap = 3\n");
    auto eve = world.add_user("eve");
    world.answer_all(4);
    int said = 0;
    for (const auto& task : claim(world, eve, 20)) world.say(task, eve, said++ == 2 ? 0 : 1);
    auto all = world.places();
    REQUIRE(all.size() == 10);  // in pairs 1 of 3 agrees everywhere
    auto page = world.step([&](base::Tx& tx) {
        return labeling::reviewed_places(
            tx, world.project.id, labeling::ReviewList::disagreed, all[3], 50
        );
    });
    REQUIRE(page.size() == 6);
    CHECK(page[0].task == all[4].task);
}

TEST_CASE("a decision is the truth whatever comes after it", "[labeling][review]") {
    ReviewWorld world;
    world.answer_all(3);
    auto task = world.places().at(0).task;
    world.decide(task, "b");
    CHECK(world.places().size() == 2);
    CHECK(world.places(labeling::ReviewList::decided).size() == 1);
    labeling::resolve_truth(*world.db, "p", labeling::Method::mv, false, world.now());
    labeling::import_field(*world.db, "p", "kind", {}, world.now());
    auto item = world.item(task);
    CHECK(item.label == "b");
    CHECK(item.method == "adjudicated");
    CHECK(item.decided_by == "rita");
    CHECK(item.probability == 1.0);
    CHECK(world.places().size() == 2);
    world.check_sums();
}

TEST_CASE("a decision ends the asking, and its undoing begins it again", "[labeling][review]") {
    ReviewWorld world;
    auto task = claim(world, world.ann).at(0);
    world.say(task, world.ann, 0);
    auto open = [&] { return world.check("SELECT count(*) FROM label_task WHERE state = 'open'"); };
    CHECK(open() == 10);
    world.decide(task.task, "b");
    CHECK(open() == 9);
    CHECK(world.truths() == 1);
    world.check_sums();
    CHECK(world.undo(task.task));
    CHECK(open() == 10);
    CHECK(world.truths() == 0);
    CHECK_FALSE(world.undo(task.task));
    world.check_sums();
}

TEST_CASE("undoing a second decision brings the first one back", "[labeling][review]") {
    ReviewWorld world;
    world.answer_all(1);
    auto task = world.places().at(0).task;
    world.decide(task, "b");
    world.decide(task, "a");
    CHECK(world.undo(task));
    CHECK(world.item(task).label == "b");
    CHECK(world.item(task).method == "adjudicated");
    CHECK(world.undo(task));
    CHECK(world.item(task).method != "adjudicated");
    CHECK(world.places().size() == 1);
}

TEST_CASE("what was sent back comes first, with comment and old answer", "[labeling][review]") {
    ReviewWorld world;
    world.answer_all(1);
    world.step([&](base::Tx& tx) {
        return labeling::enqueue(tx, world.project, {{"r5", 9, ""}}, true, world.now());
    });
    auto eve = world.add_user("eve");
    auto other = claim(world, eve).at(0);
    world.say(other, eve, 0);
    auto task = world.places().at(0).task;
    CHECK(world.send_back(task, world.bob));
    CHECK_FALSE(world.send_back(task, world.bob));
    CHECK(world.places().empty());
    auto held = world.step([&](base::Tx& tx) {
        return labeling::tasks_in_hand(tx, world.project.id, world.bob, {}, 20, world.now());
    });
    REQUIRE(held.size() == 1);
    CHECK(held[0].task_id == task);
    CHECK(held[0].comment == "look again");
    CHECK(held[0].draft.text == "\"b\"");
    world.check_sums();
    labeling::Claimed again;
    again.task = task;
    again.token = held[0].token;
    again.attempt = held[0].attempt;
    world.say(again, world.bob, 0);
    CHECK(world.places().empty());  // they agree now
    CHECK(world.check("SELECT count(*) FROM label_draft") == 0);
    world.check_sums();
}

TEST_CASE("flagged comments wait for a reviewer until one decides", "[labeling][review]") {
    ReviewWorld world;
    auto task = claim(world, world.ann).at(0).task;
    world.step([&](base::Tx& tx) {
        return labeling::add_comment(tx, task, world.ann, "which one?", true, world.now());
    });
    auto flagged = [&] { return world.places(labeling::ReviewList::flagged).size(); };
    CHECK(flagged() == 1);
    CHECK(world.item(task).comments.at(0).text == "which one?");
    world.decide(task, "a");
    CHECK(flagged() == 0);
    CHECK(world.undo(task));
    CHECK(flagged() == 1);
}

TEST_CASE("inference finds the disagreements of answers that came at once", "[labeling][review]") {
    ReviewWorld world;
    world.answer_all(3);
    world.step([](base::Tx& tx) { tx.exec("UPDATE label_task SET disagreement = NULL"); });
    CHECK(world.places().empty());
    labeling::resolve_truth(*world.db, "p", {}, true, world.now());
    CHECK(world.places().size() == 3);
}

TEST_CASE("invalid answers count no more, and their tasks go to others", "[labeling][review]") {
    ReviewWorld world("overlap = 1\n");
    for (const auto& task : claim(world, world.ann, 6)) world.say(task, world.ann, 0);
    for (const auto& task : claim(world, world.bob, 4)) world.say(task, world.bob, 1);
    CHECK(world.truths() == 10);
    CHECK(world.invalidate(world.bob) == 4);
    CHECK(world.truths() == 6);
    CHECK(world.check("SELECT count(*) FROM annotation") == 10);
    world.check_sums();
    CHECK(claim(world, world.bob, 20).empty());
    CHECK(world.invalidate(world.bob) == 0);
    CHECK(world.check("SELECT count(*) FROM label_task WHERE state = 'open'") == 4);
    world.say(claim(world, world.ann).at(0), world.ann, 0);

    auto back = world.step([&](base::Tx& tx) {
        return labeling::restore_invalidated(tx, world.project, world.bob, "rita", world.now());
    });
    CHECK(back == 4);
    CHECK(world.truths() == 10);
    world.check_sums();
    auto none = world.step([&](base::Tx& tx) {
        return labeling::restore_invalidated(tx, world.project, world.bob, "rita", world.now());
    });
    CHECK_FALSE(none);
}

TEST_CASE("only answers of the time that is named are invalid", "[labeling][review]") {
    ReviewWorld world("overlap = 1\n");
    world.say(claim(world, world.ann).at(0), world.ann, 0);
    auto between = world.later(3600s);
    world.say(claim(world, world.ann).at(0), world.ann, 0);
    auto gone = world.step([&](base::Tx& tx) {
        return labeling::invalidate(
            tx,
            world.project,
            {.user_id = world.ann, .reason = "tired", .since = between, .made_by = "rita"},
            world.now()
        );
    });
    CHECK(gone == 1);
    CHECK(world.truths() == 1);
}

TEST_CASE("a share of tasks wants one person more, each once", "[labeling][review]") {
    ReviewWorld world("overlap = 1\n");
    auto twice = [&](double share) {
        return world.step([&](base::Tx& tx) {
            return labeling::double_tasks(tx, world.project, share);
        });
    };
    world.say(claim(world, world.ann).at(0), world.ann, 0);
    auto some = twice(0.5);
    CHECK(some > 0);
    CHECK(some < 10);
    CHECK(twice(0.5) == 0);
    CHECK(twice(1) == 10 - some);
    CHECK(world.check("SELECT sum(wanted) FROM label_task") == 20);
    CHECK(claim(world, world.bob, 20).size() == 10);
    world.check_sums();
}

TEST_CASE("a decision outlives the answers that it was made from", "[labeling][review]") {
    ReviewWorld world;
    world.answer_all(1);
    auto task = world.places().at(0).task;
    world.decide(task, "b");
    world.invalidate(world.bob);
    CHECK(world.item(task).label == "b");
    CHECK(world.item(task).state == "done");
    world.check_sums();
}
