// The kept counts of a project, and where people go on in its queue, against the rows themselves:
// after long random histories of everything that people and owners do.
#include "labeling/truth/put_truth.hpp"
#include "tests/labeling/queue/tally_history.hpp"
#include "tests/support/buffers.hpp"

using namespace std::chrono_literals;

TEST_CASE(
    "kept counts and the next task are those of the rows, whatever happened",
    "[labeling][tally]"
) {
    auto seed = GENERATE(1U, 2U, 3U);
    TallyHistory world(
        seed, seed == 2 ? "overlap = 1\nhidden_gold = 0.3\n" : "overlap = 2\nmax_overlap = 3\n"
    );
    std::string history;
    for (int i = 0; i < 400; ++i) {
        history += " " + world.go_on();
        if (i % 5 == 0) world.check_next();
        if (i % 4 == 0) {
            INFO("seed " << seed << ":" << history);
            world.check_tally();
            history.clear();
        }
    }
    world.end_leases();
    world.check_tally();
}

TEST_CASE("a project that goes takes its counts with it", "[labeling][tally]") {
    LabelingWorld world;
    world.add_records(5, {"a"});
    world.add_project();
    world.enqueue_all();
    claim(world, world.add_user("ann"), 2);
    CHECK(world.check("SELECT sum(open) FROM label_tally") == 5);
    CHECK(world.check("SELECT count(*) FROM label_mark") == 1);
    world.db->call([&](base::Tx& tx) { labeling::import_field(tx, "p", "kind", {}, world.now()); });
    CHECK(world.check("SELECT sum(labels) FROM label_truth_tally WHERE part = 'class'") == 5);
    world.db->call([&](base::Tx& tx) { labeling::drop_projects(tx, {world.project.id}); });
    CHECK(world.check("SELECT count(*) FROM label_tally") == 0);
    CHECK(world.check("SELECT count(*) FROM label_truth_tally") == 0);
    CHECK(world.check("SELECT count(*) FROM label_mark") == 0);
}

TEST_CASE("who changes counts at once does not wait, and none is lost", "[labeling][tally]") {
    constexpr int people = 12;
    LabelingWorld world(people);
    world.add_records(240, {"a"});
    world.add_project("overlap = 3\n");
    world.enqueue_all();
    std::vector<std::int64_t> users;
    for (int i = 0; i < people; ++i) users.push_back(world.add_user(fmt::format("u{}", i)));
    auto now = world.now();
    std::vector<std::thread> threads;
    for (auto user : users)
        threads.emplace_back([&, user] {
            base::Random random(static_cast<std::uint64_t>(user));
            for (int round = 0; round < 60; ++round) {
                auto tasks = world.db->call([&](base::Tx& tx) {
                    return labeling::claim(tx, world.project.id, user, 2, now, 3600s);
                });
                for (const auto& task : tasks)
                    world.db->call([&](base::Tx& tx) {
                        if (random.below(4) == 0)
                            labeling::skip(tx, task.task, user, task.token, "", now);
                        else
                            labeling::submit(tx, answer_to(task, user), now);
                    });
            }
        });
    for (auto& thread : threads) thread.join();
    world.check_tally();
    // About as many rows as writers: whoever sees all rows locked adds one, though another may have
    // become free since their statement began.
    CHECK(
        world.check("SELECT max(n) FROM (SELECT count(*) AS n FROM label_tally GROUP BY "
                    "user_id) k") <= 2 * people
    );
    world.db->call([&](base::Tx& tx) { labeling::count_anew(tx, world.project.id); });
    CHECK(
        world.check("SELECT max(n) FROM (SELECT count(*) AS n FROM label_tally GROUP BY "
                    "user_id) k") == 1
    );
    world.check_tally();
}

TEST_CASE("labels that several write at once are counted as they stand", "[labeling][tally]") {
    constexpr int writers = 6;
    LabelingWorld world(writers);
    world.add_records(60, {"a", "b"});
    world.add_project();
    auto now = world.now();
    std::vector<std::thread> threads;
    for (int writer = 0; writer < writers; ++writer)
        threads.emplace_back([&, writer] {
            base::Random random(static_cast<std::uint64_t>(writer));
            for (int round = 0; round < 40; ++round) {
                std::vector<labeling::InferredLabel> labels;
                for (auto n = 1 + random.below(8); n > 0; --n)
                    labels.push_back(
                        {.key = record_name(static_cast<int>(random.below(60))),
                         .value = labeling::answer_of_class(random.below(2) == 0 ? "a" : "b"),
                         .probability = random.uniform()}
                    );
                auto at = now + std::chrono::minutes(50 * random.below(4));
                world.db->call([&](base::Tx& tx) {
                    labeling::detail::put_truth(tx, world.project, labels, "mv", false, at);
                });
            }
        });
    for (auto& thread : threads) thread.join();
    REQUIRE(world.check("SELECT count(*) FROM ground_truth") > 30);
    world.check_tally();
    // Not many more than are at work: a row that was added since a statement began is not seen.
    CHECK(
        world.check("SELECT max(n) FROM (SELECT count(*) AS n FROM label_truth_tally GROUP BY "
                    "part, number) k") <= 2 * writers
    );
    world.db->call([&](base::Tx& tx) { labeling::count_anew(tx, world.project.id); });
    CHECK(
        world.check("SELECT max(n) FROM (SELECT count(*) AS n FROM label_truth_tally GROUP BY "
                    "part, number) k") == 1
    );
    world.check_tally();
}

TEST_CASE(
    "the next task and the counts of whoever is far ahead cost what they cost anybody",
    "[labeling][tally]"
) {
    constexpr int tasks = 30'000, ahead = 25'000;
    LabelingWorld world;
    world.add_records(1, {"a"});
    world.add_project("overlap = 3\n");
    auto ann = world.add_user("ann");
    world.db->call([&](base::Tx& tx) {
        tx.exec(
            "INSERT INTO label_task (project_id, rk, source_id, key, version, wanted, answers, "
            "created_at, free_since) SELECT $1, i, 1, 'k' || i, 1, 3, (i <= $2)::int, now(), "
            "pg_current_xact_id() FROM generate_series(1, $3) i",
            world.project.id,
            ahead,
            tasks
        );
        tx.exec(
            "INSERT INTO label_lease (task_id, user_id, token, state, expires_at) SELECT id, $1, "
            "1, 'answered', now() FROM label_task WHERE answers = 1",
            ann
        );
        labeling::count_anew(tx, world.project.id);
    });
    world.db->call([](base::Tx& tx) { tx.exec("ANALYZE"); });
    REQUIRE(claim(world, ann, 1).size() == 1);  // finds the place, once
    auto measure = [&](std::string_view query, const std::string& arguments) {
        return test::most_buffers_of(*world.db, query, arguments);
    };
    using labeling::sql::file;
    auto who = fmt::format("{}, {}", world.project.id, ann);
    auto mark = world.db->call([&](base::Tx& tx) {
        auto row = tx.exec("SELECT priority::text, task_id::text, xid::text FROM label_mark")[0];
        return std::array{
            row[0].as<std::string>(), row[1].as<std::string>(), row[2].as<std::string>()};
    });
    REQUIRE(mark[1] == std::to_string(ahead + 1));
    constexpr std::int64_t few = 300;
    // What a claim costs without a mark, so that the figures below say something.
    CHECK(
        measure(
            file["claim_tasks"],
            fmt::format("{}, '2030-01-01', 1, 'infinity', 0, NULL, '3', '2029-01-01'", who)
        ) > 100 * few
    );
    // A task that became free before the mark is hers first, and costs no walk either.
    world.db->call([](base::Tx& tx) {
        tx.exec("UPDATE label_lease SET state = 'released' WHERE task_id = 77");
        tx.exec("UPDATE label_task SET answers = 0, free_since = pg_current_xact_id() WHERE id = 77"
        );
    });
    // Its own number, as the mark's may be older: that of a transaction of another database.
    auto since = world.db->call([](base::Tx& tx) {
        return tx.exec("SELECT free_since::text FROM label_task WHERE id = 77")[0][0]
            .as<std::string>();
    });
    auto from = [&](const std::string& freed) {
        return fmt::format(
            "{}, '2030-01-01', 1, {}, {}, {}, '{}', '2029-01-01'",
            who,
            mark[0],
            mark[1],
            freed,
            mark[2]
        );
    };
    CHECK(measure(file["find_place"], who + ", '2020-01-01'") < few);
    CHECK(measure(file["claim_tasks"], from("'" + since + "'")) < few);
    CHECK(measure(file["claim_tasks"], from("NULL")) < few);
    CHECK(measure(file["own_progress"], who + ", '2020-01-01'") < few);
    CHECK(measure(file["tasks_with_others"], who + ", 1000") < few);
    CHECK(measure(file["task_progress"], std::to_string(world.project.id)) < few);
    CHECK(measure(file["project_lines"], "'', NULL, 50, NULL") < few);
    // What stands on the page of the project and on its board, beside as many labels.
    world.db->call([&](base::Tx& tx) {
        tx.exec(
            "INSERT INTO ground_truth (rk, source_id, key, project_id, class_id, probability, "
            "method, set_at) SELECT rk, source_id, key, project_id, id % 2, 0.5, 'mv', now() FROM "
            "label_task"
        );
        tx.exec("UPDATE label_task SET disagreement = 0.5 WHERE id % 3 = 0");
        labeling::count_anew(tx, world.project.id);
    });
    world.db->call([](base::Tx& tx) { tx.exec("ANALYZE"); });
    auto which = std::to_string(world.project.id);
    CHECK(measure(file["class_progress"], which + ", NULL, -1, ''") < few);
    CHECK(measure(file["task_counts"], which) < few);
    CHECK(measure(file["queue_depth"], which + ", '2020-01-01'") < few);
    CHECK(measure(file["pace_of_truth"], which + ", '2020-01-01', '2100-01-01', 'day'") < few);
    CHECK(keys(claim(world, ann, 1)) == std::vector<std::string>{"k77"});
    CHECK(keys(claim(world, ann, 1)) == std::vector{"k" + std::to_string(ahead + 2)});
}

TEST_CASE("no statement of a claim or an answer is planned at each call", "[labeling][tally]") {
    constexpr int custom_at_first = 5;  // as PostgreSQL does before it compares
    LabelingWorld world(1);
    world.add_records(40, {"a"});
    world.add_project("overlap = 2\n[truth]\nmethod = \"ds\"\n");
    world.enqueue_all();
    auto ann = world.add_user("ann"), bob = world.add_user("bob");
    world.db->call([](base::Tx& tx) { tx.exec("ANALYZE"); });
    for (int i = 0; i < 20; ++i)
        for (auto user : {ann, bob}) {
            auto tasks = claim(world, user, 1);
            REQUIRE(tasks.size() == 1);
            auto now = world.now();
            world.db->call([&](base::Tx& tx) {
                REQUIRE(
                    labeling::submit(tx, answer_to(tasks[0], user), now) ==
                    labeling::Submitted::accepted
                );
                labeling::settle(tx, world.project, tasks[0].task, now, user);
            });
        }
    world.db->call([&](base::Tx& tx) {
        auto planned = tx.exec(
            "SELECT left(statement, 80) FROM pg_prepared_statements WHERE "
            "custom_plans + generic_plans >= 20 AND custom_plans > $1",
            custom_at_first
        );
        std::string anew;
        for (const auto& row : planned) anew += row[0].as<std::string>() + "\n";
        INFO(anew);
        CHECK(planned.empty());
        CHECK(
            tx.value<int>("SELECT count(*) FROM pg_prepared_statements WHERE generic_plans > 0")
                .value_or(0) > 8
        );
    });
}

TEST_CASE("truth closes tasks that waited only because they were unsure", "[labeling][tally]") {
    LabelingWorld world;
    world.add_records(30, {"a"});
    world.add_project("overlap = 2\nmax_overlap = 3\n[truth]\nmethod = \"mv\"\ntarget = 0.9\n");
    world.enqueue_all();
    auto ann = world.add_user("ann"), bob = world.add_user("bob");
    auto settled = [&](std::int64_t user, int class_id) {
        for (const auto& task : claim(world, user, 30)) {
            REQUIRE(
                submit(world, answer_to(task, user, class_id)) == labeling::Submitted::accepted
            );
            auto now = world.now();
            world.db->call([&](base::Tx& tx) {
                labeling::settle(tx, world.project, task.task, now);
            });
        }
    };
    auto resolve = [&] {
        auto now = world.now();
        return labeling::resolve_truth(*world.db, "p", {}, true, now);
    };
    auto open = [&] { return world.check("SELECT count(*) FROM label_task WHERE state = 'open'"); };
    settled(ann, 0);
    settled(bob, 1);
    REQUIRE(open() == 30);  // one of two: unsure
    auto cat = world.add_user("cat");
    REQUIRE(claim(world, cat, 1, 3600s).size() == 1);
    // Bob meant the same: as if he had corrected all of them.
    world.db->call([](base::Tx& tx) { tx.exec("UPDATE annotation SET class_id = 0"); });
    CHECK(resolve().closed == 29);
    CHECK(open() == 1);  // who holds one may still answer
    world.check_sums();
    world.db->call([&](base::Tx& tx) {
        tx.exec("UPDATE annotation SET class_id = 1 WHERE user_id = $1", bob);
    });
    auto again = resolve();
    CHECK(again.asked_again == 29);
    CHECK(again.closed == 0);
    CHECK(open() == 30);
    world.check_sums();
}
