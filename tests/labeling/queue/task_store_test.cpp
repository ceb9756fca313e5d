#include "labeling/queue/task_store.hpp"
#include "base/numbers/random.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <thread>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/log.hpp"
#include "tests/labeling/queue/queue_steps.hpp"

using namespace std::chrono_literals;
using labeling::Answer;
using labeling::Claimed;
using labeling::Submitted;

TEST_CASE("the queue gives the highest priority first and each record once", "[labeling][tasks]") {
    LabelingWorld world;
    world.add_records(5, {"a"});
    world.add_project();
    auto user = world.add_user("ann");
    auto put = [&](std::vector<labeling::QueueRequest> requests, bool again = false) {
        return world.db->call([&](base::Tx& tx) {
            return labeling::enqueue(tx, world.project, requests, again, world.now());
        });
    };
    auto first = put({{"r1", 1, "x"}, {"r2", 3, "y"}, {"r3", 2, "z"}, {"nobody", 9, ""}});
    CHECK(first.added == 3);
    CHECK(first.unknown == 1);
    auto same = put({{"r1", 1, "x"}, {"r2", 3, "y"}, {"r3", 2, "z"}});
    CHECK(same.waiting == 3);
    CHECK(same.added + same.changed == 0);
    CHECK(put({{"r1", 5, "x"}}).changed == 1);

    auto tasks = claim(world, user, 5);
    CHECK(keys(tasks) == std::vector<std::string>{"r1", "r2", "r3"});
    CHECK(tasks[1].reason == "y");
    for (const auto& task : tasks)
        CHECK(submit(world, answer_to(task, user)) == Submitted::accepted);
    CHECK(put({{"r1", 7, "x"}}).waiting == 1);  // done stays done
    CHECK(put({{"r1", 7, "x"}}, true).changed == 1);
    CHECK(claim(world, user, 5).empty());  // has answered it
    CHECK(keys(claim(world, world.add_user("bob"), 5)) == std::vector<std::string>{"r1"});
    world.check_sums();
}

TEST_CASE(
    "a task goes to as many people as the overlap says and is then done",
    "[labeling][tasks]"
) {
    LabelingWorld world;
    world.add_records(1, {"a"});
    world.add_project("overlap = 2\n");
    world.enqueue_all();
    auto ann = world.add_user("ann"), bob = world.add_user("bob"), eve = world.add_user("eve");
    auto a = claim(world, ann), b = claim(world, bob);
    REQUIRE(a.size() == 1);
    REQUIRE(b.size() == 1);
    CHECK(claim(world, ann).empty());
    CHECK(claim(world, eve).empty());
    CHECK(submit(world, answer_to(a[0], ann)) == Submitted::accepted);
    CHECK(world.check("SELECT count(*) FROM label_task WHERE state = 'done'") == 0);
    CHECK(submit(world, answer_to(b[0], bob)) == Submitted::accepted);
    CHECK(
        world.check("SELECT count(*) FROM label_task WHERE state = 'done' AND done_at IS NOT NULL"
        ) == 1
    );
    world.check_sums();
}

TEST_CASE("an answer sent twice is stored once", "[labeling][tasks]") {
    LabelingWorld world;
    world.add_records(1, {"a"});
    world.add_project();
    world.enqueue_all();
    auto ann = world.add_user("ann");
    auto answer = answer_to(claim(world, ann).at(0), ann, 1);
    CHECK(submit(world, answer) == Submitted::accepted);
    CHECK(submit(world, answer) == Submitted::repeated);
    CHECK(world.check("SELECT count(*) FROM annotation") == 1);
    answer.class_id = 2;
    CHECK(submit(world, answer) == Submitted::different);
    CHECK(world.db->call([&](base::Tx& tx) {
        return labeling::answer_given(tx, answer.task, ann, 1);
    }) == "\"b\"");
    answer.class_id = 99;
    answer.attempt = 2;
    CHECK(submit(world, answer) == Submitted::unknown_class);
    answer.task = 12345;
    CHECK(submit(world, answer) == Submitted::unknown_task);
    world.check_sums();
}

TEST_CASE(
    "a task whose holder is gone is given on, and the late answer is refused",
    "[labeling][tasks]"
) {
    LabelingWorld world;
    world.add_records(1, {"a"});
    world.add_project();
    world.enqueue_all();
    auto ann = world.add_user("ann"), bob = world.add_user("bob");
    auto lost = claim(world, ann).at(0);
    CHECK(claim(world, bob).empty());
    world.later(61s);
    auto taken = claim(world, bob);
    REQUIRE(taken.size() == 1);
    CHECK(submit(world, answer_to(lost, ann)) == Submitted::stale);
    CHECK(submit(world, answer_to(taken[0], bob)) == Submitted::accepted);
    CHECK(world.check("SELECT count(*) FROM annotation") == 1);
    world.check_sums();
}

TEST_CASE(
    "a lease can be renewed, released and taken again under a new token",
    "[labeling][tasks]"
) {
    LabelingWorld world;
    world.add_records(1, {"a"});
    world.add_project();
    world.enqueue_all();
    auto ann = world.add_user("ann"), bob = world.add_user("bob");
    auto task = claim(world, ann).at(0);
    auto in = [&](auto job) { return world.db->call([&](base::Tx& tx) { return job(tx); }); };
    auto until = world.now() + 600s;
    CHECK(in([&](base::Tx& tx) { return labeling::renew(tx, task.task, ann, task.token, until); }));
    world.later(300s);
    CHECK(claim(world, bob).empty());
    CHECK(in([&](base::Tx& tx) {
        return labeling::release(tx, task.task, ann, task.token, world.now());
    }));
    CHECK_FALSE(in([&](base::Tx& tx) {
        return labeling::release(tx, task.task, ann, task.token, world.now());
    }));
    CHECK_FALSE(in([&](base::Tx& tx) {
        return labeling::renew(tx, task.task, ann, task.token, until);
    }));
    auto again = claim(world, ann).at(0);
    CHECK(again.token > task.token);
    CHECK(submit(world, answer_to(task, ann)) == Submitted::stale);
    CHECK(submit(world, answer_to(again, ann)) == Submitted::accepted);
    world.check_sums();
}

TEST_CASE("a skipped task goes to others and not back", "[labeling][tasks]") {
    LabelingWorld world;
    world.add_records(1, {"a"});
    world.add_project();
    world.enqueue_all();
    auto ann = world.add_user("ann"), bob = world.add_user("bob");
    auto task = claim(world, ann).at(0);
    auto now = world.now();
    CHECK(world.db->call([&](base::Tx& tx) {
        return labeling::skip(tx, task.task, ann, task.token, "blurred", now);
    }));
    CHECK(claim(world, ann).empty());
    CHECK(claim(world, bob).size() == 1);
    CHECK(
        world.check(
            "SELECT count(*) FROM label_lease WHERE state = 'skipped' AND reason = 'blurred'"
        ) == 1
    );
    world.check_sums();
}

TEST_CASE("what a person skipped comes back to them last, the oldest first", "[labeling][tasks]") {
    LabelingWorld world;
    world.add_records(3, {"a"});
    world.add_project();
    world.enqueue_all();
    auto ann = world.add_user("ann");
    auto skip = [&](const Claimed& task) {
        auto now = world.now();
        world.db->call([&](base::Tx& tx) {
            labeling::skip(tx, task.task, ann, task.token, "unsure", now);
        });
    };
    auto again = [&](int n) {
        auto now = world.now();
        return world.db->call([&](base::Tx& tx) {
            return labeling::claim_skipped(tx, world.project.id, ann, n, now, 60s);
        });
    };
    auto tasks = claim(world, ann, 3);
    CHECK(again(5).empty());
    skip(tasks[2]);
    skip(tasks[0]);
    auto back = again(5);
    CHECK(keys(back) == keys({tasks[2], tasks[0]}));
    CHECK(again(5).empty());  // both are held
    CHECK(submit(world, answer_to(tasks[2], ann)) == Submitted::stale);
    for (const auto& task : back) CHECK(submit(world, answer_to(task, ann)) == Submitted::accepted);
    CHECK(again(5).empty());
    world.check_sums();
}

TEST_CASE("another overlap is wanted of waiting tasks too", "[labeling][tasks]") {
    LabelingWorld world;
    world.add_records(2, {"a"});
    world.add_project();
    world.enqueue_all();
    auto ann = world.add_user("ann"), bob = world.add_user("bob");
    CHECK(submit(world, answer_to(claim(world, ann).at(0), ann)) == Submitted::accepted);
    auto overlap = [&](int wanted) {
        auto now = world.now();
        world.db->call([&](base::Tx& tx) {
            auto project = labeling::load_project(tx, "p");
            CHECK(labeling::edit_project(tx, "p", project.version, {.overlap = wanted}, now));
        });
    };
    overlap(3);
    CHECK(world.check("SELECT sum(wanted) FROM label_task WHERE state = 'open'") == 3);
    CHECK(world.check("SELECT sum(wanted) FROM label_task WHERE state = 'done'") == 1);
    CHECK(submit(world, answer_to(claim(world, ann).at(0), ann)) == Submitted::accepted);
    auto held = claim(world, bob);
    REQUIRE(held.size() == 1);
    overlap(1);  // what somebody is at may still be answered
    CHECK(world.check("SELECT wanted FROM label_task WHERE state = 'open'") == 2);
    CHECK(submit(world, answer_to(held[0], bob)) == Submitted::accepted);
    CHECK(world.check("SELECT count(*) FROM label_task WHERE state = 'done'") == 2);
    world.check_sums();
}

TEST_CASE("what picked a task first stays, and a run doubts a label once", "[labeling][tasks]") {
    LabelingWorld world;
    world.add_records(5, {"a"});
    world.add_project();
    auto ann = world.add_user("ann"), bob = world.add_user("bob");
    auto put = [&](const std::string& key, const std::string& by, std::int64_t run, bool again) {
        labeling::QueueRequest request{
            .key = key,
            .priority = 0.5 + 0.01 * static_cast<double>(run),
            .reason = by,
            .picked_by = by,
            .run = run,
            .score = 0.25};
        return world.db->call([&](base::Tx& tx) {
            return labeling::enqueue(tx, world.project, {request}, again, world.now());
        });
    };
    auto picked = [&](const std::string& by) {
        return world.check("SELECT count(*) FROM label_task WHERE picked_by = '" + by + "'");
    };
    CHECK(put("r0", "random", 1, false).added == 1);
    CHECK(put("r1", "margin", 1, false).added == 1);
    CHECK(put("r2", "", 0, false).added == 1);
    // Another run puts what waits in another order.
    CHECK(put("r0", "entropy", 2, false).changed == 1);
    CHECK(put("r1", "random", 2, false).changed == 1);
    CHECK(put("r2", "entropy", 2, false).changed == 1);
    CHECK(picked("random") == 1);
    CHECK(picked("margin") == 1);
    CHECK(picked("entropy") == 1);
    CHECK(world.check("SELECT count(*) FROM label_task WHERE priority > 0.515") == 3);
    auto all = world.db->call([&](base::Tx& tx) {
        CHECK(labeling::waiting_tasks(tx, world.project).size() == 3);
        return labeling::picked_tasks(tx, world.project.id);
    });
    REQUIRE(all.size() == 3);
    CHECK(all[0].run == 1);
    CHECK(all[0].mean_score == Approx(0.25));

    for (const auto& task : claim(world, ann, 3)) submit(world, answer_to(task, ann));
    CHECK(put("r0", "label-error", 3, true).changed == 1);
    CHECK(claim(world, ann, 3).empty());  // others are asked
    auto again = claim(world, bob, 3);
    REQUIRE(keys(again) == std::vector<std::string>{"r0"});
    submit(world, answer_to(again[0], bob));
    CHECK(put("r0", "label-error", 3, true).waiting == 1);
    CHECK(put("r0", "label-error", 4, true).changed == 1);
    CHECK(picked("random") == 1);
    world.check_sums();
}

TEST_CASE("records that have a label or a task are not fresh", "[labeling][tasks]") {
    LabelingWorld world;
    world.add_records(3, {"a"});
    world.add_project();
    world.db->call([&](base::Tx& tx) {
        labeling::enqueue(tx, world.project, {{"r1", 0, ""}}, false, world.now());
        CHECK(
            labeling::neither_labeled_nor_queued(tx, world.project, {"r2", "r1", "r0"}) ==
            std::vector<std::string>{"r2", "r0"}
        );
    });
}

TEST_CASE(
    "a label follows the answers of its record, and goes with the last of them",
    "[labeling][tasks]"
) {
    LabelingWorld world;
    world.add_records(1, {"a"});
    world.add_project("overlap = 2\n");
    world.enqueue_all();
    auto ann = world.add_user("ann"), bob = world.add_user("bob");
    auto refresh = [&](std::int64_t task) {
        auto now = world.now();
        world.db->call([&](base::Tx& tx) { labeling::refresh_truth(tx, world.project, task, now); }
        );
    };
    auto undo = [&](std::int64_t user) {
        auto now = world.now();
        return world.db->call([&](base::Tx& tx) {
            return labeling::undo_last(tx, world.project.id, user, now, 60s);
        });
    };
    auto labels = [&](const std::string& tail) {
        return world.check("SELECT count(*) FROM ground_truth " + tail);
    };
    auto first = claim(world, ann).at(0);
    submit(world, answer_to(first, ann, 1));
    refresh(first.task);
    CHECK(labels("") == 0);  // another answer is wanted
    auto second = claim(world, bob).at(0);
    submit(world, answer_to(second, bob, 1));
    refresh(first.task);
    CHECK(labels("WHERE class_id = 1 AND probability > 0.9 AND probability < 1") == 1);
    auto back = undo(bob);
    refresh(first.task);
    CHECK(labels("WHERE class_id = 1 AND probability > 0.6 AND probability < 0.9") == 1);
    submit(world, answer_to(*back, bob, 2));
    refresh(first.task);
    CHECK(labels("WHERE probability < 0.6") == 1);
    undo(bob);
    undo(ann);
    refresh(first.task);
    CHECK(labels("") == 0);
    // What came from outside stays.
    world.db->call([&](base::Tx& tx) {
        auto given = [](const labeling::TakeLabel& take) { take({.key = "r0", .label = "c"}); };
        labeling::import_labels(tx, "p", given, {}, world.now());
    });
    refresh(first.task);
    CHECK(labels("WHERE method = 'import'") == 1);
}

TEST_CASE(
    "the last answer can be undone, given anew, and stays in the history",
    "[labeling][tasks]"
) {
    LabelingWorld world;
    world.add_records(2, {"a"});
    world.add_project();
    world.enqueue_all();
    auto ann = world.add_user("ann");
    auto undo = [&] {
        auto now = world.now();
        return world.db->call([&](base::Tx& tx) {
            return labeling::undo_last(tx, world.project.id, ann, now, 60s);
        });
    };
    CHECK_FALSE(undo());
    auto tasks = claim(world, ann, 2);
    for (const auto& task : tasks) submit(world, answer_to(task, ann, 0));
    auto back = undo();
    REQUIRE(back);
    CHECK(back->task == tasks[1].task);
    CHECK(back->attempt == 2);
    CHECK(submit(world, answer_to(tasks[1], ann)) == Submitted::stale);
    CHECK(submit(world, answer_to(*back, ann, 2)) == Submitted::accepted);
    CHECK(world.check("SELECT count(*) FROM annotation") == 3);
    CHECK(
        world.check("SELECT count(*) FROM annotation WHERE withdrawn_at IS NOT NULL AND class_id = "
                    "0 AND attempt = 1") == 1
    );
    auto judgements = labeling::load_judgements(*world.db, world.project);
    CHECK(judgements.rows.size() == 2);
    CHECK(judgements.answers == std::vector<std::string>{"a", "c"});
    world.check_sums();
}

TEST_CASE("nothing can be claimed from a paused project", "[labeling][tasks]") {
    LabelingWorld world;
    world.add_records(1, {"a"});
    world.add_project();
    world.enqueue_all();
    auto ann = world.add_user("ann");
    world.db->call([&](base::Tx& tx) {
        CHECK(labeling::edit_project(
            tx, "p", world.project.version, {.state = labeling::ProjectState::paused}, world.now()
        ));
    });
    CHECK(claim(world, ann).empty());
}
