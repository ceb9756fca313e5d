#include "labeling/quality/gold_store.hpp"

#include <catch2/catch.hpp>

#include <set>

#include "base/database/database.hpp"
#include "labeling/quality/accuracy.hpp"
#include "labeling/queue/collect_store.hpp"
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

TEST_CASE("what nobody may answer does not become gold", "[labeling][gold]") {
    LabelingWorld world;
    world.add_records(6, {"a"});
    world.add_project(
        "overlap = 1\nhidden_gold = 0.5\nkind = \"pairwise\"\ncandidates = [\"deep\", \"kind\"]\n"
    );
    auto run = [&](const std::string& sql) { world.db->call([&](base::Tx& tx) { tx.exec(sql); }); };
    run("INSERT INTO ground_truth (rk, source_id, key, project_id, value, probability, method, "
        "set_at) SELECT rk, source_id, key, 1, CASE key WHEN 'r2' THEN '\"gone\"' ELSE '\"deep\"' "
        "END::jsonb, 1, 'import', now() FROM record WHERE key < 'r4'");
    run("UPDATE record_version SET payload = payload - 'kind' WHERE key = 'r1'");
    auto done = world.db->call([&](base::Tx& tx) {
        return labeling::add_gold(
            tx, world.project, {"r0", "r1", "r2", "r3", "r4"}, "", world.now()
        );
    });
    CHECK(done.added == 2);
    CHECK(done.no_truth == 1);
    CHECK(done.unfit == 2);
    CHECK(world.check("SELECT count(*) FROM label_task WHERE state = 'gold'") == 2);
}

TEST_CASE("a label of a class that is gone does not become gold", "[labeling][gold]") {
    GoldWorld world(half);
    world.run("UPDATE ground_truth SET class_id = 2 WHERE key = 'r1'");
    auto& classes = world.project.project.question.classes;
    world.project.project.question.retired.push_back(classes.back());
    classes.pop_back();
    auto done = world.add({"r0", "r1"});
    CHECK(done.added == 1);
    CHECK(done.unfit == 1);
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

namespace {

// All who drift are told of.
struct WatchedGold : GoldWorld {
    explicit WatchedGold(int records) : GoldWorld(half, records) {
        step([&](base::Tx& tx) {
            schema::Webhook hook;
            hook.name = "drift";
            hook.events.text = R"(["annotator.drifting"])";
            schema::add_webhook(tx, hook, now());
        });
        keys = step([&](base::Tx& tx) {
            return labeling::gold_candidates(tx, project, labeling::GoldOrigin::imported, 80);
        });
        add(keys);
    }
    std::int64_t told() { return check("SELECT count(*) FROM webhook_message"); }
    // Takes people's answers to these of the gold tasks at one go; the first `right` of all are
    // answered rightly, the others by a class that is wrong.
    void collect(
        const std::vector<std::int64_t>& users,
        std::size_t from,
        std::size_t to,
        int right,
        int wrong = 1
    ) {
        std::vector<labeling::CollectedAnswer> answers;
        auto at = now();
        step([&](base::Tx& tx) {
            const auto tasks = labeling::tasks_of(tx, project, keys);
            for (auto i = from; i < to; ++i)
                for (auto user : users)
                    answers.push_back(
                        {.answer =
                             {.task = tasks.at(i),
                              .user_id = user,
                              .class_id = static_cast<int>(i) < right ? 0 : wrong,
                              .at = at + std::chrono::milliseconds(i)}}
                    );
            return labeling::collect(tx, project, answers, {}, later(1s)).became.size();
        });
    }
    std::vector<std::string> keys;
};

}  // namespace

TEST_CASE("a drift within many answers is told once, of each person", "[labeling][gold][news]") {
    WatchedGold world(600);
    REQUIRE(world.keys.size() == 80);
    auto ann = world.add_user("ann"), bob = world.add_user("bob");
    world.collect({ann, bob}, 0, 80, 40);
    CHECK(world.told() == 2);
    CHECK(
        world.check("SELECT count(DISTINCT body::jsonb #>> '{data,user}') FROM webhook_message") ==
        2
    );
    // It is told of, though so much came after it that the last are no worse than those before.
    auto eve = world.add_user("eve");
    world.collect({eve}, 0, 80, 20);
    CHECK(world.told() == 3);
}

TEST_CASE("a drift that goes on in the next answers is not told again", "[labeling][gold][news]") {
    WatchedGold world(600);
    auto ann = world.add_user("ann");
    world.collect({ann}, 0, 38, 40);
    CHECK(world.told() == 0);
    world.collect({ann}, 38, 47, 40);
    CHECK(world.told() == 1);
    world.collect({ann}, 47, 60, 40);
    CHECK(world.told() == 1);
}

TEST_CASE("who says something else about gold does not begin anew", "[labeling][gold][news]") {
    WatchedGold world(600);
    auto ann = world.add_user("ann");
    world.collect({ann}, 0, 43, 40);  // with the third wrong one it is a drift
    REQUIRE(world.told() == 1);
    world.collect({ann}, 42, 43, 40, 2);  // wrong again, in the place of the last
    CHECK(world.check("SELECT count(*) FROM annotation WHERE withdrawn_at IS NOT NULL") == 1);
    CHECK(world.told() == 1);
}

TEST_CASE("that somebody becomes worse on gold is told once", "[labeling][gold][news]") {
    WatchedGold world(60);
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
            if (i == 22) CHECK(world.told() == (wrong ? 0 : 1));
        }
        CHECK(world.told() == 1);
    }
    CHECK(
        world.check("SELECT count(*) FROM webhook_message WHERE event = 'annotator.drifting' AND "
                    "body::text LIKE '%ann%'") == 1
    );
}
