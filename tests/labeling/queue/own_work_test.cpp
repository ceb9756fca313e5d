#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "labeling/queue/claim_store.hpp"
#include "labeling/queue/own_work_store.hpp"
#include "labeling/queue/task_store.hpp"
#include "tests/labeling/store_fixture.hpp"

using namespace std::chrono_literals;
using labeling::Answer;
using labeling::Claimed;
using labeling::Submitted;

namespace {

std::vector<Claimed> take(LabelingWorld& world, std::int64_t user, int n = 1) {
    auto now = world.now();
    return world.db->call([&](base::Tx& tx) {
        return labeling::claim(tx, world.project.id, user, n, now, 60s);
    });
}

// Claims one task and answers it, as the service does.
void answer_next(LabelingWorld& world, std::int64_t user, int class_id) {
    auto task = take(world, user).at(0);
    auto now = world.now();
    world.db->call([&](base::Tx& tx) {
        Answer answer{
            .task = task.task,
            .user_id = user,
            .token = task.token,
            .attempt = task.attempt,
            .class_id = class_id};
        REQUIRE(labeling::submit(tx, answer, now) == Submitted::accepted);
        labeling::settle(tx, world.project, task.task, now);
    });
}

std::int64_t wanted_of_open(LabelingWorld& world) {
    return world.check("SELECT coalesce(sum(wanted), 0) FROM label_task WHERE state = 'open'");
}

}  // namespace

TEST_CASE("one more person is asked only while the truth is unsure", "[labeling][overlap]") {
    LabelingWorld world;
    world.add_records(1, {"a"});
    world.add_project("overlap = 2\nmax_overlap = 4\n");
    world.enqueue_all();
    std::vector<std::int64_t> people;
    for (auto name : {"ann", "bob", "cas", "dan"}) people.push_back(world.add_user(name));
    answer_next(world, people[0], 0);
    SECTION("two who agree are enough") {
        answer_next(world, people[1], 0);
        CHECK(wanted_of_open(world) == 0);
        CHECK(take(world, people[2]).empty());
    }
    SECTION("a third settles what two disagree on, or a fourth, and never a fifth") {
        answer_next(world, people[1], 1);
        CHECK(wanted_of_open(world) == 3);
        answer_next(world, people[2], 2);
        CHECK(wanted_of_open(world) == 4);
        answer_next(world, people[3], 1);
        CHECK(wanted_of_open(world) == 0);
        CHECK(take(world, world.add_user("eve")).empty());
    }
    world.check_sums();
}

TEST_CASE("without max_overlap nobody is asked once more", "[labeling][overlap]") {
    LabelingWorld world;
    world.add_records(1, {"a"});
    world.add_project("overlap = 2\n");
    world.enqueue_all();
    answer_next(world, world.add_user("ann"), 0);
    answer_next(world, world.add_user("bob"), 1);
    CHECK(wanted_of_open(world) == 0);
}

TEST_CASE("a draft lasts until its answer is submitted", "[labeling][drafts]") {
    LabelingWorld world;
    world.add_records(1, {"a"});
    world.add_project("overlap = 2\n");
    world.enqueue_all();
    auto ann = world.add_user("ann"), bob = world.add_user("bob");
    auto mine = take(world, ann).at(0), his = take(world, bob).at(0);
    auto save = [&](std::int64_t user, std::int64_t token, const std::string& value) {
        return world.db->call([&](base::Tx& tx) {
            return labeling::save_draft(tx, mine.task, user, token, value, world.now());
        });
    };
    CHECK(save(ann, mine.token, "\"a\""));
    CHECK(save(ann, mine.token, "\"b\""));
    CHECK(save(bob, his.token, "\"c\""));
    CHECK_FALSE(save(ann, mine.token + 1, "\"late\""));
    auto drafted = [&] {
        return world.check("SELECT count(*) FROM label_draft WHERE value = '\"b\"'");
    };
    CHECK(drafted() == 1);
    world.db->call([&](base::Tx& tx) {
        auto held = labeling::tasks_in_hand(tx, world.project.id, ann, {}, 1, world.now());
        CHECK(held.at(0).draft.text == "\"b\"");
        labeling::submit(
            tx,
            {.task = mine.task, .user_id = ann, .token = mine.token, .attempt = 1, .class_id = 0},
            world.now()
        );
    });
    CHECK(drafted() == 0);
    CHECK(world.check("SELECT count(*) FROM label_draft") == 1);  // the other's stays
}

TEST_CASE("an older answer is corrected once, and its history stays", "[labeling][history]") {
    LabelingWorld world;
    world.add_records(2, {"a"});
    world.add_project();
    world.enqueue_all();
    auto ann = world.add_user("ann");
    answer_next(world, ann, 0);
    answer_next(world, ann, 0);
    auto history = [&] {
        return world.db->call([&](base::Tx& tx) {
            return labeling::own_history(tx, world.project.id, ann, {}, {}, 10);
        });
    };
    auto older = history().at(1);
    CHECK(older.label == "a");
    auto correct = [&](int class_id) {
        return world.db->call([&](base::Tx& tx) {
            return labeling::correct(
                tx,
                {.task = older.task,
                 .user_id = ann,
                 .attempt = older.attempt,
                 .class_id = class_id},
                world.now()
            );
        });
    };
    CHECK(correct(1) == Submitted::accepted);
    CHECK(correct(1) == Submitted::repeated);
    CHECK(correct(2) == Submitted::different);
    CHECK(history().at(0).task == older.task);
    CHECK(history().at(0).label == "b");
    CHECK(world.check("SELECT count(*) FROM annotation") == 3);
    CHECK(world.check("SELECT count(*) FROM annotation WHERE withdrawn_at IS NOT NULL") == 1);
    world.check_sums();
}

TEST_CASE("a task out of turn leaves the kept counts right", "[labeling][claim]") {
    LabelingWorld world;
    world.add_records(4, {"a"});
    world.add_project("overlap = 2\n");
    world.enqueue_all();
    auto ann = world.add_user("ann"), bob = world.add_user("bob");
    auto skipped = take(world, ann).at(0);
    world.db->call([&](base::Tx& tx) {
        labeling::skip(tx, skipped.task, ann, skipped.token, "blurred", world.now());
    });
    auto named = [&](std::int64_t user, bool any) {
        return world.db->call([&](base::Tx& tx) {
            return labeling::claim_named(
                tx,
                {.project_id = world.project.id, .user_id = user, .now = world.now(), .lease = 60s},
                skipped.task,
                any
            );
        });
    };
    CHECK_FALSE(named(bob, false));
    CHECK(named(ann, false));
    CHECK_FALSE(named(ann, true));  // it is in her hands
    world.check_sums();
    CHECK(named(bob, true));
    world.check_sums();
    CHECK_FALSE(named(world.add_user("cas"), true));  // two have it, as many as are wanted
}

TEST_CASE("what remains for me leaves out what I answered, skipped or may not have", "[labeling]") {
    LabelingWorld world;
    world.add_records(5, {"a"});
    world.add_project();
    world.enqueue_all();
    auto ann = world.add_user("ann"), bob = world.add_user("bob");
    answer_next(world, ann, 0);
    auto skipped = take(world, ann).at(0);
    auto his = take(world, bob).at(0);
    world.db->call([&](base::Tx& tx) {
        labeling::skip(tx, skipped.task, ann, skipped.token, "blurred", world.now());
    });
    auto own = [&] {
        return world.db->call([&](base::Tx& tx) {
            return labeling::own_progress(tx, world.project.id, ann, world.now());
        });
    };
    auto at = own();
    CHECK(at.answered == 1);
    CHECK(at.skipped == 1);
    CHECK(at.left == 2);
    CHECK(at.with_others == 1);
    CHECK(at.open == 4);
    CHECK(at.done == 1);
    world.db->call([&](base::Tx& tx) {
        labeling::undo_last(tx, world.project.id, ann, world.now(), 60s);
        labeling::skip(tx, skipped.task, ann, skipped.token + 1, "blurred", world.now());
    });
    CHECK(own().open == 4);
    CHECK(own().left == 2);
    CHECK(own().answered == 1);
    world.db->call([&](base::Tx& tx) {
        labeling::release(tx, his.task, bob, his.token, world.now());
    });
    CHECK(own().with_others == 0);
    CHECK(own().left == 3);
}

TEST_CASE("an assigned task is given to that person only, until it is released", "[labeling]") {
    LabelingWorld world;
    world.add_records(2, {"a"});
    world.add_project();
    world.enqueue_all();
    auto ann = world.add_user("ann"), bob = world.add_user("bob");
    auto assign = [&](std::optional<std::int64_t> user) {
        return world.db->call([&](base::Tx& tx) {
            return labeling::assign(tx, world.project, {"r0", "nobody"}, user);
        });
    };
    CHECK(assign(ann) == 1);
    auto his = take(world, bob, 2);
    REQUIRE(his.size() == 1);
    CHECK(his[0].key == "r1");
    CHECK(assign({}) == 1);
    auto rest = take(world, bob, 2);
    REQUIRE(rest.size() == 1);
    CHECK(rest[0].key == "r0");
}

TEST_CASE("what is taken out of the queue keeps its answers and can come back", "[labeling]") {
    LabelingWorld world;
    world.add_records(3, {"a"});
    world.add_project("overlap = 2\n");
    world.enqueue_all();
    auto ann = world.add_user("ann"), bob = world.add_user("bob");
    answer_next(world, ann, 0);
    auto held = take(world, bob).at(0);  // the same record
    world.db->call([&](base::Tx& tx) {
        CHECK(labeling::set_priority(tx, world.project, {"r0", "r1", "r2"}, 3) == 3);
        CHECK(labeling::remove_tasks(tx, world.project, {"r0", "r1", "r2"}, world.now()) == 3);
    });
    CHECK(world.check("SELECT count(*) FROM label_task WHERE state = 'cancelled'") == 2);
    CHECK(take(world, ann, 3).empty());
    world.db->call([&](base::Tx& tx) {
        Answer answer{
            .task = held.task, .user_id = bob, .token = held.token, .attempt = 1, .class_id = 0};
        CHECK(labeling::submit(tx, answer, world.now()) == Submitted::accepted);
        auto back = labeling::neither_labeled_nor_queued(tx, world.project, {"r0", "r1", "r2"});
        CHECK(back.size() == 2);
        std::vector<labeling::QueueRequest> requests;
        for (const auto& key : back) requests.push_back({.key = key, .priority = 0, .reason = ""});
        CHECK(labeling::enqueue(tx, world.project, requests, false, world.now()).changed == 2);
    });
    CHECK(take(world, ann, 3).size() == 2);
    world.check_sums();
}
