#include "labeling/quality/gold_store.hpp"

#include <catch2/catch.hpp>

#include <set>

#include "base/database/database.hpp"
#include "labeling/quality/accuracy.hpp"
#include "labeling/queue/tally_store.hpp"
#include "schema/webhooks/webhook_store.hpp"
#include "tests/labeling/store_fixture.hpp"

using namespace std::chrono_literals;

namespace {

// Ten records of which r0 to r4 are labelled "a" by import and the others wait; of more records
// those whose names come before r5.
struct GoldWorld : LabelingWorld {
    explicit GoldWorld(const std::string& toml, int records = 10) {
        add_records(records, {"a"});
        add_project(toml);
        run("INSERT INTO ground_truth (rk, source_id, key, project_id, class_id, probability, "
            "method, set_at) SELECT rk, source_id, key, 1, 0, 1, 'import', now() FROM record "
            "WHERE key < 'r5'");
        db->call([&](base::Tx& tx) { labeling::count_anew(tx, project.id); });
        enqueue_all();
    }

    template <typename Step>
    auto step(Step work) {
        return db->call([&](base::Tx& tx) { return work(tx); });
    }
    void run(const std::string& sql) {
        db->call([&](base::Tx& tx) { tx.exec(sql); });
    }
    labeling::GoldAdded add(const std::vector<std::string>& keys) {
        return step([&](base::Tx& tx) {
            return labeling::add_gold(tx, project, keys, "because", now());
        });
    }
    std::vector<labeling::Claimed> gold_for(std::int64_t user, int n) {
        return step([&](base::Tx& tx) {
            return labeling::claim_gold(tx, project, user, n, now(), 60s);
        });
    }
    labeling::Submitted answer(const labeling::Claimed& task, std::int64_t user, int class_id) {
        labeling::Answer said{
            .task = task.task,
            .user_id = user,
            .token = task.token,
            .attempt = task.attempt,
            .class_id = class_id};
        return step([&](base::Tx& tx) { return labeling::submit(tx, said, now()); });
    }
};

constexpr auto half = "overlap = 1\nhidden_gold = 0.5\n";

}  // namespace

TEST_CASE("only what was imported or adjudicated becomes gold, once", "[labeling][gold]") {
    GoldWorld world(half);
    auto found = world.step([&](base::Tx& tx) {
        return labeling::gold_candidates(tx, world.project, labeling::GoldOrigin::imported, 3);
    });
    CHECK(found.size() == 3);
    auto done = world.add({"r0", "r1", "r9", "nobody"});
    CHECK(done.added == 2);
    CHECK(done.no_truth == 2);
    CHECK(world.add({"r0"}).there == 1);
    auto none = world.step([&](base::Tx& tx) {
        return labeling::gold_candidates(tx, world.project, labeling::GoldOrigin::adjudicated, 9);
    });
    CHECK(none.empty());
}

TEST_CASE("gold counts as no work that is left", "[labeling][gold]") {
    GoldWorld world(half);
    auto progress = [&] {
        return world.step([&](base::Tx& tx) { return labeling::progress(tx, world.project.id); });
    };
    auto before = progress();
    world.add({"r0", "r1"});
    auto ann = world.add_user("ann");
    auto tasks = world.gold_for(ann, 20);
    REQUIRE(tasks.size() == 2);
    CHECK(world.answer(tasks[0], ann, 0) == labeling::Submitted::accepted);
    auto after = progress();
    CHECK(after.open == before.open);
    CHECK(after.done == before.done);
    CHECK(after.wanted == before.wanted);
    CHECK(after.answers == before.answers);
    world.check_sums();
}

TEST_CASE("each person has the same gold task once, and undo gives it back", "[labeling][gold]") {
    GoldWorld world(half);
    world.add({"r0", "r1", "r2"});
    auto ann = world.add_user("ann"), bob = world.add_user("bob");
    auto first = world.gold_for(ann, 20);
    CHECK(first.size() == 3);
    CHECK(world.gold_for(bob, 20).size() == 3);  // overlap does not bound it
    CHECK(world.answer(first[0], ann, 1) == labeling::Submitted::accepted);
    CHECK(world.gold_for(ann, 20).empty());
    auto held = [&] {
        return world.step([&](base::Tx& tx) {
            return labeling::tasks_in_hand(tx, world.project.id, ann, {}, 20, world.now()).size();
        });
    };
    CHECK(held() == 2);
    auto back = world.step([&](base::Tx& tx) {
        return labeling::undo_last(tx, world.project.id, ann, world.now(), 60s);
    });
    REQUIRE(back);
    CHECK(back->task == first[0].task);
    CHECK(held() == 3);
    CHECK(world.check("SELECT count(*) FROM label_task WHERE state = 'gold'") == 3);
    world.check_sums();
}

TEST_CASE("gold stands anywhere among the tasks in hand", "[labeling][gold]") {
    GoldWorld world(half);
    world.run("UPDATE label_task SET priority = 1, wanted = 9");
    world.add({"r0", "r1"});
    int last = 0;
    for (const char* name : {"ann", "bob", "eve", "kim", "leo", "mia", "ned", "pam"}) {
        auto user = world.add_user(name);
        world.gold_for(user, 20);
        auto held = world.step([&](base::Tx& tx) {
            labeling::claim(tx, world.project.id, user, 20, world.now(), 60s);
            return labeling::tasks_in_hand(tx, world.project.id, user, {}, 20, world.now());
        });
        REQUIRE(held.size() == 7);  // five that wait, and the gold
        if (held[5].key <= "r1" && held[6].key <= "r1") ++last;
    }
    CHECK(last <= 2);
}

TEST_CASE("gold answers are left out of agreement", "[labeling][gold]") {
    GoldWorld world(half);
    world.add({"r0"});
    auto ann = world.add_user("ann");
    world.answer(world.gold_for(ann, 20).at(0), ann, 0);
    CHECK(labeling::gather_answers(*world.db, world.project, true)->size() == 1);
    CHECK(labeling::gather_answers(*world.db, world.project, false)->size() == 0);
}

TEST_CASE("a paused project gives out no gold", "[labeling][gold]") {
    GoldWorld world(half);
    world.add({"r0", "r1"});
    world.run("UPDATE label_project SET state = 'paused'");
    CHECK(world.gold_for(world.add_user("ann"), 20).empty());
}

TEST_CASE("gold that is removed is done, or waits again if it did before", "[labeling][gold]") {
    GoldWorld world(half);
    world.step([&](base::Tx& tx) {
        return labeling::enqueue(tx, world.project, {{"r1", 0, ""}}, false, world.now());
    });
    world.add({"r0", "r1"});
    CHECK(world.check("SELECT count(*) FROM label_task WHERE state = 'gold'") == 2);
    auto removed = world.step([&](base::Tx& tx) {
        return labeling::remove_gold(tx, world.project, {}, world.now());
    });
    CHECK(removed == 2);
    CHECK(world.check("SELECT count(*) FROM label_task WHERE key = 'r0' AND state = 'done'") == 1);
    CHECK(world.check("SELECT count(*) FROM label_task WHERE key = 'r1' AND state = 'open'") == 1);
    world.check_sums();
}

TEST_CASE("annotators are measured on gold answered since it is gold", "[labeling][gold]") {
    GoldWorld world(half);
    world.add({"r0", "r1", "r2", "r3"});
    auto ann = world.add_user("ann");
    auto tasks = world.gold_for(ann, 20);
    REQUIRE(tasks.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) world.answer(tasks[i], ann, i == 0 ? 1 : 0);
    auto measure = [&] {
        return world.step([&](base::Tx& tx) {
            return labeling::annotator_quality(tx, world.project);
        });
    };
    auto people = measure();
    REQUIRE(people.size() == 1);
    REQUIRE(people[0].gold);
    CHECK(people[0].gold->answers == 4);
    CHECK(people[0].gold->right == Approx(0.75));
    CHECK(people[0].gold->low == Approx(0.3006).margin(0.001));
    CHECK(people[0].gold->high == Approx(0.9544).margin(0.001));
    CHECK_FALSE(people[0].drifting);

    world.run("UPDATE label_gold SET added_at = added_at + interval '1 day'");
    CHECK_FALSE(measure()[0].gold);
}

TEST_CASE("where people are told the truth their first answer counts", "[labeling][gold]") {
    GoldWorld world("hidden_gold = 0.5\ngold_feedback = true\n");
    world.add({"r0"});
    auto ann = world.add_user("ann");
    auto task = world.gold_for(ann, 20).at(0);
    world.answer(task, ann, 1);
    auto back = world.step([&](base::Tx& tx) {
        return labeling::undo_last(tx, world.project.id, ann, world.now(), 60s);
    });
    world.answer(back.value(), ann, 0);
    auto people =
        world.step([&](base::Tx& tx) { return labeling::annotator_quality(tx, world.project); });
    CHECK(people.at(0).gold.value().right == 0);
}

TEST_CASE("that somebody becomes worse on gold is told once", "[labeling][gold][news]") {
    GoldWorld world(half, 60);
    world.step([&](base::Tx& tx) {
        schema::Webhook hook;
        hook.name = "drift";
        hook.events.text = R"(["annotator.drifting"])";
        schema::add_webhook(tx, hook, world.now());
    });
    world.add(world.step([&](base::Tx& tx) {
        return labeling::gold_candidates(tx, world.project, labeling::GoldOrigin::imported, 99);
    }));
    auto told = [&] { return world.check("SELECT count(*) FROM webhook_message"); };
    for (auto name : {"ann", "bob"}) {
        auto user = world.add_user(name);
        auto tasks = world.gold_for(user, 200);
        REQUIRE(tasks.size() == 45);
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            bool wrong = name == std::string("ann") && i >= 22;
            world.step([&](base::Tx& tx) {
                labeling::Answer said{
                    .task = tasks[i].task,
                    .user_id = user,
                    .token = tasks[i].token,
                    .attempt = tasks[i].attempt,
                    .class_id = wrong ? 1 : 0};
                return labeling::submit_and_settle(tx, world.project, said, world.now());
            });
            if (i == 22) CHECK(told() == (wrong ? 0 : 1));
        }
        CHECK(told() == 1);
    }
    CHECK(
        world.check("SELECT count(*) FROM webhook_message WHERE event = 'annotator.drifting' AND "
                    "body::text LIKE '%ann%'") == 1
    );
}
