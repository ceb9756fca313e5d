// Audits in the database: what is drawn, who is given it, what comes of the answers, and that
// nothing else changes by it.
#include "labeling/quality/audit_store.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "labeling/quality/gold_store.hpp"
#include "labeling/quality/invalidation_store.hpp"
#include "labeling/quality/review_store.hpp"
#include "labeling/queue/tally_store.hpp"
#include "tests/labeling/queue/queue_steps.hpp"

using namespace std::chrono_literals;
using labeling::AuditBy;

namespace {

// 40 records: r0 to r29 are labelled by people's answers (a, a tenth of them b by mistake), r30 to
// r34 by import with no task, r35 to r39 wait.
struct AuditWorld : LabelingWorld {
    std::int64_t ann = 0, bob = 0, cem = 0;

    template <typename Step>
    auto step(Step work) {
        return db->call([&](base::Tx& tx) { return work(tx); });
    }

    AuditWorld() {
        add_records(40, {"a"});
        add_project("overlap = 1\n");
        ann = add_user("ann");
        bob = add_user("bob");
        cem = add_user("cem");
        run("INSERT INTO ground_truth (rk, source_id, key, project_id, class_id, probability, "
            "method, set_at) SELECT rk, source_id, key, 1, 0, 1, 'import', now() FROM record "
            "WHERE key BETWEEN 'r30' AND 'r34'");
        count();
        std::vector<labeling::QueueRequest> wanted;
        for (int i = 0; i < 40; ++i)
            if (i < 30 || i > 34) wanted.push_back({.key = record_name(i), .priority = -double(i)});
        step([&](base::Tx& tx) { labeling::enqueue(tx, project, wanted, false, now()); });
        for (int i = 0; i < 30; ++i) {
            auto task = claim(*this, ann).at(0);
            said(answer_to(task, ann, i % 10 == 0 ? 1 : 0));
        }
        check_sums();
    }

    void run(const std::string& sql) {
        db->call([&](base::Tx& tx) { tx.exec(sql); });
    }
    // After what only a test does.
    void count() {
        step([&](base::Tx& tx) {
            labeling::count_anew(tx, project.id);
            return 0;
        });
    }
    // An answer as the service stores it.
    labeling::Submitted said(const labeling::Answer& answer) {
        return step([&](base::Tx& tx) {
            auto stored = labeling::submit(tx, answer, now());
            labeling::settle(tx, project, answer.task, now());
            return stored;
        });
    }
    bool start(std::int64_t sample, AuditBy by = AuditBy::chance, std::int64_t seed = 7) {
        return step([&](base::Tx& tx) {
            return labeling::start_audit(
                tx, project, {.sample = sample, .by = by, .seed = seed, .made_by = "eve"}, now()
            );
        });
    }
    labeling::Audit audit() {
        return step([&](base::Tx& tx) { return labeling::last_audit(tx, project.id).value(); });
    }
    std::vector<labeling::Claimed>
    given(std::int64_t user, int n, std::chrono::seconds lease = 60s) {
        auto number = audit().audit;
        return step([&](base::Tx& tx) {
            return labeling::claim_audit(tx, project, number, user, n, now(), lease);
        });
    }
    labeling::AuditReport report() {
        auto at = audit();
        return step([&](base::Tx& tx) { return labeling::audit_report(tx, project, at); });
    }
    labeling::AuditProgress progress() {
        auto at = audit().audit;
        return step([&](base::Tx& tx) { return labeling::audit_progress(tx, at, now()); });
    }
    std::int64_t stop(bool review = false) {
        auto at = audit();
        return step([&](base::Tx& tx) {
            return labeling::end_audit(tx, project, at, "eve", review, now());
        });
    }
    // bob says "a" to all that he is given.
    int all_by(std::int64_t user) {
        int answers = 0;
        for (auto tasks = given(user, 7); !tasks.empty(); tasks = given(user, 7))
            for (const auto& task : tasks) {
                REQUIRE(said(answer_to(task, user)) == labeling::Submitted::accepted);
                ++answers;
            }
        return answers;
    }
    std::int64_t labels() { return check("SELECT sum(hashtext(t::text)) FROM ground_truth t"); }
    std::int64_t tasks_but_audit() {
        return check(
            "SELECT sum(hashtext((id, state, wanted, answers, leases, priority)::text)) "
            "FROM label_task"
        );
    }
};

}  // namespace

TEST_CASE("an audit finds what is wrong and changes nothing", "[labeling][audit]") {
    AuditWorld world;
    auto labels = world.labels(), tasks = world.tasks_but_audit();
    REQUIRE(world.start(100));  // there are 35
    CHECK(world.audit().labels == 35);
    CHECK(world.audit().sample == 35);
    CHECK(world.audit().items == 35);
    CHECK_FALSE(world.start(5));
    CHECK(world.report().answered == 0);
    CHECK(world.report().high == 1);

    // Nobody is given them as a task of the queue, and ann not what she answered.
    CHECK(claim(world, world.cem, 20).size() == 5);
    CHECK(world.all_by(world.ann) == 5);
    CHECK(world.all_by(world.bob) == 30);
    CHECK(world.progress().answered == 35);
    CHECK(world.given(world.cem, 5).empty());

    auto found = world.report();
    CHECK(found.answered == 35);
    CHECK(found.wrong == 3);
    CHECK(found.rate == Approx(3.0 / 35));
    CHECK(found.low == found.rate);  // all of them were asked
    CHECK(found.differences.size() == 3);
    CHECK(found.differences.at(0).label == "b");
    CHECK(found.differences.at(0).said_label == "a");
    CHECK(found.differences.at(0).user == "bob");
    CHECK_FALSE(found.differences.at(0).changed);
    REQUIRE(found.classes.size() == 2);
    CHECK(found.classes[0].labels == 32);
    CHECK(found.classes[1].wrong == 3);
    CHECK(world.labels() == labels);
    world.check_sums();

    // Inference and agreement do not see the answers.
    world.step([&](base::Tx& tx) {
        CHECK(labeling::gather_answers(tx, world.project, true)->size() == 30);
        return 0;
    });
    world.stop();
    CHECK(world.labels() == labels);
    CHECK(world.check("SELECT count(*) FROM label_lease WHERE audit_id IS NOT NULL") == 0);
    world.run(
        "UPDATE label_task SET leases = 0, state = 'open' WHERE id IN (SELECT task_id FROM "
        "label_lease WHERE user_id = 3 AND state = 'held')"
    );
    world.run("DELETE FROM label_lease WHERE user_id = 3");
    world.count();
    world.check_sums();
    world.run(
        "DELETE FROM label_lease WHERE task_id IN (SELECT id FROM label_task WHERE reason = "
        "'audit')"
    );
    world.run("DELETE FROM label_task WHERE reason = 'audit'");
    CHECK(world.tasks_but_audit() == tasks);
    CHECK(world.report().wrong == 3);
    CHECK(world.audit().stopped_by == "eve");
    world.step([&](base::Tx& tx) {
        labeling::resolve_truth(tx, "p", labeling::Method::mv, true, world.now());
        return 0;
    });
    CHECK(world.check("SELECT count(*) FROM ground_truth WHERE class_id = 1") == 3);
}

TEST_CASE("a draw follows from its seed and takes from each class if asked", "[labeling][audit]") {
    AuditWorld world;
    auto drawn = [&](AuditBy by, std::int64_t seed) {
        REQUIRE(world.start(10, by, seed));
        auto sum = world.check(
            "SELECT sum(hashtext(t.key)) FROM label_audit_item i JOIN label_task t ON t.id = "
            "i.task_id WHERE audit_id = (SELECT max(id) FROM label_audit)"
        );
        world.stop();
        return sum;
    };
    CHECK(drawn(AuditBy::chance, 1) == drawn(AuditBy::chance, 1));
    CHECK(drawn(AuditBy::chance, 1) != drawn(AuditBy::chance, 2));
    drawn(AuditBy::one_class, 1);
    auto found = world.report();
    REQUIRE(found.classes.size() == 2);
    CHECK(found.classes[0].sample == 7);
    CHECK(found.classes[1].sample == 3);  // all that there are
    CHECK_THROWS_WITH(world.start(1, AuditBy::one_class), Catch::Contains("2 classes"));
    world.run("DELETE FROM ground_truth");
    CHECK_THROWS_WITH(world.start(1), Catch::Contains("no labels"));
}

TEST_CASE("what is held too long or skipped goes to another reviewer", "[labeling][audit]") {
    AuditWorld world;
    REQUIRE(world.start(35));
    auto first = world.given(world.bob, 3, 10s);
    REQUIRE(first.size() == 3);
    CHECK(world.progress().in_hand == 3);
    world.step([&](base::Tx& tx) {
        CHECK(labeling::skip(tx, first[0].task, world.bob, first[0].token, "no idea", world.now()));
        return 0;
    });
    CHECK(world.progress().skipped == 1);
    world.later(11s);
    std::set<std::int64_t> seen;
    for (const auto& task : world.given(world.cem, 100)) {
        seen.insert(task.task);
        world.said(answer_to(task, world.cem));
    }
    CHECK(seen.size() == 35);
    CHECK(world.said(answer_to(first[1], world.bob)) == labeling::Submitted::stale);
    CHECK(world.given(world.bob, 100).empty());
    CHECK(world.progress().skipped == 0);
    world.check_sums();

    // An answer that is taken back or counts no more leaves room for another one.
    world.step([&](base::Tx& tx) {
        auto back = labeling::undo_last(tx, world.project.id, world.cem, world.now(), 60s);
        REQUIRE(back);
        CHECK(labeling::release(tx, back->task, world.cem, back->token, world.now()));
        return 0;
    });
    auto again = world.given(world.bob, 100);
    REQUIRE(again.size() == 1);
    world.said(answer_to(again[0], world.bob, 2));
    CHECK(world.report().answered == 35);
    world.check_sums();
    world.stop();
    world.check_sums();
    CHECK(world.check("SELECT count(*) FROM label_task WHERE state = 'audit'") == 0);
}

TEST_CASE("an answer beside the audit reaches the label when it ends", "[labeling][audit]") {
    AuditWorld world;
    REQUIRE(world.start(35));
    // ann takes her last answer back; the label stays until the audit ends.
    world.step([&](base::Tx& tx) {
        auto back = labeling::undo_last(tx, world.project.id, world.ann, world.now(), 60s);
        REQUIRE(back);
        labeling::refresh_truth(tx, world.project, back->task, world.now());
        return 0;
    });
    CHECK(world.check("SELECT count(*) FROM ground_truth") == 35);
    world.stop();
    CHECK(world.check("SELECT count(*) FROM ground_truth") == 34);
    CHECK(world.check("SELECT count(*) FROM label_task WHERE state = 'open'") == 6);
    world.check_sums();
}

TEST_CASE(
    "gold stays gold through an audit, and none is made of what is audited",
    "[labeling][audit]"
) {
    AuditWorld world;
    auto add = [&](const std::string& key) {
        return world.step([&](base::Tx& tx) {
            return labeling::add_gold(tx, world.project, {key}, "", world.now());
        });
    };
    CHECK(add("r30").added == 1);
    REQUIRE(world.start(35));
    auto late = add("r31");
    CHECK(late.added == 0);
    CHECK(late.audited == 1);
    CHECK(late.there == 0);
    CHECK(world.all_by(world.bob) == 35);
    world.step([&](base::Tx& tx) {
        CHECK(labeling::gold_answers(tx, world.project).empty());
        return 0;
    });
    world.stop();
    CHECK(world.check("SELECT count(*) FROM label_task WHERE state = 'gold'") == 1);
    CHECK(add("r31").added == 1);
}

TEST_CASE(
    "differences go to the reviewers if asked, who can take the answer",
    "[labeling][audit]"
) {
    AuditWorld world;
    REQUIRE(world.start(35));
    world.all_by(world.bob);
    CHECK(world.stop(true) == 3);
    CHECK(
        world.check("SELECT count(*) FROM label_comment WHERE flag AND text LIKE 'audit % says a'"
        ) == 3
    );
    world.step([&](base::Tx& tx) {
        auto task = labeling::task_of_key(tx, world.project, "r10").value();
        CHECK(labeling::standing_answer(tx, task, world.bob) == "\"a\"");
        labeling::decide(
            tx,
            world.project,
            task,
            {.answer = "\"a\"", .made_by = "eve", .person = "bob"},
            world.now()
        );
        return 0;
    });
    CHECK(world.check("SELECT count(*) FROM ground_truth WHERE class_id = 1") == 2);
    auto found = world.report();
    CHECK(found.wrong == 3);  // of the labels that were audited
    CHECK(std::count_if(found.differences.begin(), found.differences.end(), [](const auto& each) {
              return each.changed;
          }) == 1);
}

TEST_CASE("two audits one after the other ask the same person twice", "[labeling][audit]") {
    AuditWorld world;
    REQUIRE(world.start(35));
    CHECK(world.all_by(world.bob) == 35);
    world.stop();
    REQUIRE(world.start(35));
    CHECK(world.report().answered == 0);
    CHECK(world.all_by(world.bob) == 35);
    CHECK(world.report().answered == 35);
    world.stop();
    world.check_sums();
    CHECK(
        world.check(
            "SELECT answers FROM label_person WHERE user_id = " + std::to_string(world.bob)
        ) == 70
    );
}
