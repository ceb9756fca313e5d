// The kept counts of a project, and where people go on in its queue, against the rows themselves:
// after long random histories of everything that people and owners do.
#include "labeling/queue/tally_store.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <functional>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>
#include <boost/json.hpp>

#include "base/numbers/random.hpp"
#include "labeling/projects/project_edit.hpp"
#include "labeling/projects/schema_store.hpp"
#include "labeling/quality/gold_store.hpp"
#include "labeling/quality/invalidation_store.hpp"
#include "labeling/quality/review_store.hpp"
#include "labeling/queue/own_work_store.hpp"
#include "labeling/sql.hpp"
#include "labeling/truth/truth_store.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/records/purge_store.hpp"
#include "schema/records/record.hpp"
#include "tests/labeling/queue/queue_steps.hpp"

using namespace std::chrono_literals;

namespace {

constexpr int tally_records = 40;

// Forty records, five people, and whatever happens to them.
class TallyHistory : public LabelingWorld {
    template <typename Work>
    auto step(Work work) {
        return db->call([&](base::Tx& tx) { return work(tx); });
    }

public:
    TallyHistory(std::uint64_t seed, const std::string& toml) : random_(seed) {
        add_records(tally_records, {"a", "b"});
        add_project(toml);
        for (auto name : {"u1", "u2", "u3", "u4", "u5"}) users_.push_back(add_user(name));
    }

    // One thing that somebody does. Its name, for who reads a failure.
    std::string go_on() {
        using Step = std::pair<const char*, std::function<void()>>;
        const std::vector<Step> often{
            {"claim", [&] { take(); }},
            {"claim", [&] { take(); }},
            {"answer", [&] { answer(); }},
            {"answer", [&] { answer(); }},
            {"skip", [&] { give_back(true); }},
            {"release", [&] { give_back(false); }},
            {"undo", [&] { undo(); }},
            {"correct", [&] { correct(); }},
            {"take skipped ones", [&] { take_skipped(); }},
            {"time", [&] { later(std::chrono::seconds(random_.below(40))); }},
            {"queue", [&] { queue(false); }},
        };
        const std::vector<Step> seldom{
            {"queue again", [&] { queue(true); }},
            {"remove",
             [&] {
                 step([&](base::Tx& tx) { labeling::remove_tasks(tx, project, some(), now()); });
             }},
            {"assign", [&] { assign(); }},
            {"priority",
             [&] {
                 auto to = static_cast<double>(random_.below(3));
                 step([&](base::Tx& tx) { labeling::set_priority(tx, project, some(), to); });
             }},
            {"double",
             [&] { step([&](base::Tx& tx) { labeling::double_tasks(tx, project, 0.1); }); }},
            {"decide", [&] { decide(); }},
            {"undo a decision",
             [&] {
                 on_task([&](base::Tx& tx, std::int64_t task) {
                     labeling::undo_decision(tx, project, task, now());
                 });
             }},
            {"send back", [&] { send_back(); }},
            {"invalidate", [&] { invalidate(); }},
            {"restore",
             [&] {
                 step([&](base::Tx& tx) {
                     labeling::restore_invalidated(tx, project, user(), "rita", now());
                 });
             }},
            {"truth", [&] { truth(); }},
            {"gold",
             [&] {
                 step([&](base::Tx& tx) { labeling::add_gold(tx, project, some(), "", now()); });
             }},
            {"no gold",
             [&] {
                 step([&](base::Tx& tx) { labeling::remove_gold(tx, project, some(), now()); });
             }},
            {"claim gold", [&] { take_gold(); }},
            {"overlap", [&] { change_overlap(); }},
            {"classes", [&] { change_classes(); }},
            {"import", [&] { import(); }},
            {"purge", [&] { purge(); }},
        };
        const auto& steps = random_.below(4) == 0 ? seldom : often;
        const auto& [name, what] = steps[random_.below(steps.size())];
        what();
        return name;
    }

    // The next task is the one that a look at all tasks finds.
    void check_next() {
        auto user = this->user();
        auto now = this->now();
        auto wanted = step([&](base::Tx& tx) {
            return tx.value<std::int64_t>(
                "WITH part AS (SELECT * FROM label_lease WHERE state <> 'released' AND NOT (state "
                "= 'held' AND expires_at <= $2::timestamptz)) SELECT id FROM label_task t WHERE "
                "state = 'open' AND answers + (SELECT count(*) FROM part l WHERE l.task_id = t.id "
                "AND l.state = 'held') < wanted AND (assigned_to IS NULL OR assigned_to = $1) AND "
                "NOT EXISTS (SELECT 1 FROM part l WHERE l.task_id = t.id AND l.user_id = $1) "
                "ORDER BY priority DESC, id LIMIT 1",
                user,
                schema::timestamp(now)
            );
        });
        auto got =
            step([&](base::Tx& tx) { return labeling::claim(tx, project.id, user, 1, now, 60s); });
        REQUIRE(got.size() == (wanted ? 1U : 0U));
        if (!wanted) return;
        CHECK(got[0].task == *wanted);
        hands_.emplace_back(user, got[0]);
    }
    void end_leases() {
        later(3600s);
        step([&](base::Tx& tx) { labeling::claim(tx, project.id, users_[0], 1, now(), 1s); });
    }

private:
    std::int64_t user() { return users_[random_.below(users_.size())]; }
    std::vector<std::string> some() {
        std::vector<std::string> keys;
        for (auto n = 1 + random_.below(6); n > 0; --n)
            keys.push_back(record_name(static_cast<int>(random_.below(tally_records))));
        return keys;
    }
    template <typename Work>
    void on_task(Work work) {
        step([&](base::Tx& tx) {
            if (auto task = labeling::task_of_key(tx, project, some()[0])) work(tx, *task);
        });
    }
    void hold(std::int64_t user, std::vector<labeling::Claimed> tasks) {
        for (auto& task : tasks) hands_.emplace_back(user, std::move(task));
    }
    std::optional<std::pair<std::int64_t, labeling::Claimed>> in_hand() {
        if (hands_.empty()) return std::nullopt;
        auto at = random_.below(hands_.size());
        auto held = hands_[at];
        hands_.erase(hands_.begin() + static_cast<std::ptrdiff_t>(at));
        return held;
    }

    void take() {
        auto who = user();
        auto n = static_cast<int>(1 + random_.below(4));
        hold(who, step([&](base::Tx& tx) {
                 return labeling::claim(tx, project.id, who, n, now(), 60s);
             }));
    }
    void take_skipped() {
        auto who = user();
        hold(who, step([&](base::Tx& tx) {
                 return labeling::claim_skipped(tx, project.id, who, 2, now(), 60s);
             }));
    }
    void take_gold() {
        auto who = user();
        hold(who, step([&](base::Tx& tx) {
                 return labeling::claim_gold(tx, project, who, 2, now(), 60s);
             }));
    }
    void answer() {
        auto held = in_hand();
        if (!held) return;
        auto said = answer_to(held->second, held->first, static_cast<int>(random_.below(2)));
        step([&](base::Tx& tx) {
            if (labeling::submit(tx, said, now()) == labeling::Submitted::accepted)
                labeling::settle(tx, project, said.task, now());
        });
    }
    void give_back(bool skip) {
        auto held = in_hand();
        if (!held) return;
        const auto& [who, task] = *held;
        step([&](base::Tx& tx) {
            skip ? labeling::skip(tx, task.task, who, task.token, "", now())
                 : labeling::release(tx, task.task, who, task.token, now());
        });
    }
    void undo() {
        auto who = user();
        auto back = step([&](base::Tx& tx) {
            auto task = labeling::undo_last(tx, project.id, who, now(), 60s);
            if (task) labeling::refresh_truth(tx, project, task->task, now());
            return task;
        });
        if (back) hands_.emplace_back(who, *back);
    }
    void correct() {
        auto who = user();
        step([&](base::Tx& tx) {
            auto said = labeling::own_history(tx, project.id, who, {}, "answered", 1);
            if (said.empty()) return;
            labeling::Answer answer{
                .task = said[0].task, .user_id = who, .attempt = said[0].attempt, .class_id = 1};
            if (labeling::correct(tx, answer, now()) == labeling::Submitted::accepted)
                labeling::settle(tx, project, answer.task, now());
        });
    }
    void queue(bool again) {
        std::vector<labeling::QueueRequest> wanted;
        for (const auto& key : some())
            wanted.push_back({key, static_cast<double>(random_.below(3)), "try"});
        step([&](base::Tx& tx) { labeling::enqueue(tx, project, wanted, again, now()); });
    }
    void assign() {
        std::optional<std::int64_t> who;
        if (random_.below(2) == 0) who = user();
        step([&](base::Tx& tx) { labeling::assign(tx, project, some(), who); });
    }
    void decide() {
        on_task([&](base::Tx& tx, std::int64_t task) {
            labeling::Decision decision{
                .answer = labeling::answer_of_class("a"), .made_by = "rita"};
            labeling::decide(tx, project, task, decision, now());
        });
    }
    void send_back() {
        auto who = user();
        on_task([&](base::Tx& tx, std::int64_t task) {
            auto at = now();
            labeling::send_back(tx, project, task, who, "look again", "rita", at, at + 60s);
        });
    }
    void invalidate() {
        labeling::InvalidateRequest wanted{.user_id = user(), .reason = "spam", .made_by = "rita"};
        step([&](base::Tx& tx) { labeling::invalidate(tx, project, wanted, now()); });
    }
    void truth() {
        if (check("SELECT count(*) FROM annotation WHERE withdrawn_at IS NULL") == 0) return;
        step([&](base::Tx& tx) { labeling::resolve_truth(tx, "p", {}, true, now()); });
    }
    void change_overlap() {
        labeling::ProjectEdit edit;
        edit.overlap = static_cast<int>(1 + random_.below(3));
        step([&](base::Tx& tx) {
            auto version = tx.value<std::int64_t>("SELECT version FROM label_project");
            labeling::edit_project(tx, "p", *version, edit, now());
            project = labeling::load_project(tx, "p");
        });
    }
    void change_classes() {
        using Action = labeling::SchemaChange::Action;
        labeling::SchemaChange change;
        change.action = Action::undo;
        if (random_.below(2) == 0) {
            change.action = Action::split;
            change.from = {"b"};
            change.to = {"b1", "b2"};
        }
        step([&](base::Tx& tx) {
            try {
                labeling::change_schema(tx, "p", change, "ann", now());
            } catch (const base::Error&) {  // nothing to undo, or no such class now
            }
            project = labeling::load_project(tx, "p");
        });
    }
    void import() {
        auto part = static_cast<double>(random_.below(3)) / 20;
        step([&](base::Tx& tx) {
            labeling::ImportOptions options;
            options.share = part;
            labeling::import_field(tx, "p", "kind", options, now());
        });
    }
    void purge() {
        schema::PurgeWhat what;
        what.url = some()[0];
        schema::purge(*db, blobs_, what, "rita", now());
    }

    base::Random random_;
    std::vector<std::int64_t> users_;
    std::vector<std::pair<std::int64_t, labeling::Claimed>> hands_;
    schema::Blobs blobs_{
        std::filesystem::temp_directory_path() / ("tilth-tally-" + std::to_string(getpid()))};
};

std::int64_t tally_buffers(base::Tx& tx, std::string_view query, const std::string& arguments) {
    tx.exec("PREPARE asked AS " + std::string(query));
    auto told = tx.exec("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE asked(" + arguments + ")");
    tx.exec("DEALLOCATE asked");
    auto plan = boost::json::parse(told[0][0].as<std::string>()).at(0).at("Plan");
    return plan.at("Shared Hit Blocks").as_int64() + plan.at("Shared Read Blocks").as_int64();
}

}  // namespace

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
    world.db->call([&](base::Tx& tx) { labeling::drop_projects(tx, {world.project.id}); });
    CHECK(world.check("SELECT count(*) FROM label_tally") == 0);
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
    CHECK(
        world.check("SELECT max(n) FROM (SELECT count(*) AS n FROM label_tally GROUP BY "
                    "user_id) k") <= people
    );
    world.db->call([&](base::Tx& tx) { labeling::count_anew(tx, world.project.id); });
    CHECK(
        world.check("SELECT max(n) FROM (SELECT count(*) AS n FROM label_tally GROUP BY "
                    "user_id) k") == 1
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
        std::int64_t most = 0;
        for (const char* plans : {"force_custom_plan", "force_generic_plan"})
            world.db->call([&](base::Tx& tx) {
                tx.exec("SAVEPOINT here");
                tx.exec("SET LOCAL plan_cache_mode = " + std::string(plans));
                most = std::max(most, tally_buffers(tx, query, arguments));
                tx.exec("ROLLBACK TO here");
            });
        return most;
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
    CHECK(keys(claim(world, ann, 1)) == std::vector<std::string>{"k77"});
    CHECK(keys(claim(world, ann, 1)) == std::vector{"k" + std::to_string(ahead + 2)});
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
