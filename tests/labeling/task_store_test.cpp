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
#include "tests/labeling/store_fixture.hpp"

using namespace std::chrono_literals;
using labeling::Answer;
using labeling::Claimed;
using labeling::Submitted;

namespace {

std::vector<Claimed>
claim(LabelingWorld& world, std::int64_t user, int n = 1, std::chrono::seconds lease = 60s) {
    auto now = world.now();
    return world.db->call([&](base::Tx& tx) {
        return labeling::claim(tx, world.project.id, user, n, now, lease);
    });
}

Answer answer_to(const Claimed& task, std::int64_t user, int class_id = 0) {
    Answer answer;
    answer.task = task.task;
    answer.user_id = user;
    answer.token = task.token;
    answer.attempt = task.attempt;
    answer.class_id = class_id;
    return answer;
}

Submitted submit(LabelingWorld& world, const Answer& answer) {
    auto now = world.now();
    return world.db->call([&](base::Tx& tx) { return labeling::submit(tx, answer, now); });
}

std::vector<std::string> keys(const std::vector<Claimed>& tasks) {
    std::vector<std::string> result;
    for (const auto& task : tasks) result.push_back(task.key);
    return result;
}

}  // namespace

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

TEST_CASE("claims take what the pure decision takes, over a random history", "[labeling][tasks]") {
    LabelingWorld world;
    world.add_records(12, {"a"});
    world.add_project("overlap = 2\n");
    std::vector<labeling::QueueRequest> requests;
    base::Random random(11);
    for (int i = 0; i < 12; ++i)
        requests.push_back({record_name(i), static_cast<double>(random.below(3)), ""});
    world.db->call([&](base::Tx& tx) {
        labeling::enqueue(tx, world.project, requests, false, world.now());
    });
    std::vector<std::int64_t> users;
    for (auto name : {"u1", "u2", "u3", "u4"}) users.push_back(world.add_user(name));

    std::map<std::int64_t, labeling::TaskState> model;
    world.db->call([&](base::Tx& tx) {
        for (const auto& row : tx.exec("SELECT id, priority, wanted FROM label_task")) {
            auto id = row[0].as<std::int64_t>();
            model[id] = {id, row[1].as<double>(), row[2].as<int>(), {}};
        }
    });
    std::vector<std::pair<std::int64_t, Claimed>> in_hands;
    auto part = [&](std::int64_t task, std::int64_t user) -> labeling::Part& {
        for (auto& p : model.at(task).parts)
            if (p.user == user) return p;
        return model.at(task).parts.emplace_back(labeling::Part{
            user, labeling::Part::State::held, {}});
    };
    int claims = 0, answers = 0;
    for (int step = 0; step < 300; ++step) {
        auto draw = random.below(10);
        if (draw < 5) {
            auto user = users[random.below(users.size())];
            int n = static_cast<int>(1 + random.below(2));
            auto now = world.now();
            auto got = world.db->call([&](base::Tx& tx) {
                return labeling::claim(tx, world.project.id, user, n, now, 20s);
            });
            std::vector<labeling::TaskState> states;
            for (const auto& [id, state] : model) states.push_back(state);
            auto expected = labeling::next_tasks(states, user, static_cast<std::size_t>(n), now);
            REQUIRE(got.size() == expected.size());
            // Only the order may differ: a task that this very claim freed comes after the others.
            for (const auto& task : got) {
                CHECK(labeling::may_take(model.at(task.task), user, now));
                part(task.task, user) = {user, labeling::Part::State::held, now + 20s};
                in_hands.emplace_back(user, task);
                ++claims;
            }
        } else if (draw < 7 && !in_hands.empty()) {
            auto at = random.below(in_hands.size());
            auto [user, task] = in_hands[at];
            in_hands.erase(in_hands.begin() + static_cast<std::ptrdiff_t>(at));
            auto result = submit(world, answer_to(task, user));
            if (result == Submitted::accepted) {
                part(task.task, user).state = labeling::Part::State::answered;
                ++answers;
            } else if (result == Submitted::repeated) {  // leased again meanwhile, and answered
                                                         // under that lease
                CHECK(part(task.task, user).state == labeling::Part::State::answered);
            } else {
                CHECK(result == Submitted::stale);
            }
        } else {
            world.later(std::chrono::seconds(random.below(4)));
        }
        if (step % 10 == 0) world.check_sums();
    }
    CHECK(claims > 20);
    CHECK(answers > 10);
}

TEST_CASE("many claimers at once never hold a task twice", "[labeling][tasks]") {
    constexpr int people = 64, records = 600;
    LabelingWorld world(16);
    world.add_records(records, {"a"});
    world.add_project("overlap = 2\n");
    world.enqueue_all();
    std::vector<std::int64_t> users;
    for (int i = 0; i < people; ++i)
        users.push_back(world.add_user(std::string("user").append(std::to_string(i))));

    auto now = world.now();
    std::atomic<int> refused = 0;
    std::vector<std::thread> threads;
    for (auto user : users)
        threads.emplace_back([&, user] {
            for (;;) {
                auto tasks = world.db->call([&](base::Tx& tx) {
                    return labeling::claim(tx, world.project.id, user, 3, now, 3600s);
                });
                if (tasks.empty()) return;
                for (const auto& task : tasks) {
                    auto result = world.db->call([&](base::Tx& tx) {
                        return labeling::submit(tx, answer_to(task, user), now);
                    });
                    if (result != Submitted::accepted) ++refused;
                }
            }
        });
    for (auto& thread : threads) thread.join();

    CHECK(refused == 0);
    world.check_sums();
    CHECK(world.check("SELECT count(*) FROM label_lease WHERE state = 'held'") == 0);
    // Whoever found the last tasks locked by others went home early; the rest is done one after the
    // other.
    for (auto user : users)
        for (auto tasks = claim(world, user, 50); !tasks.empty(); tasks = claim(world, user, 50))
            for (const auto& task : tasks)
                CHECK(submit(world, answer_to(task, user)) == Submitted::accepted);
    CHECK(world.check("SELECT count(*) FROM annotation") == 2 * records);
    CHECK(world.check("SELECT count(*) FROM label_task WHERE state = 'done'") == records);
    world.check_sums();
}

TEST_CASE(
    "no answer is lost or doubled when clients die between claim and submit",
    "[labeling][tasks]"
) {
    constexpr int records = 200;
    LabelingWorld world(8);
    world.add_records(records, {"a"});
    world.add_project();
    world.enqueue_all();
    std::vector<std::int64_t> users;
    for (int i = 0; i < 6; ++i)
        users.push_back(world.add_user(std::string("user").append(std::to_string(i))));

    base::Random random(2);
    std::set<std::int64_t> acknowledged;
    for (int round = 0; world.check("SELECT count(*) FROM label_task WHERE state = 'open'") > 0;
         ++round) {
        REQUIRE(round < 400);
        auto user = users[random.below(users.size())];
        for (const auto& task : claim(world, user, 5, 30s)) {
            if (random.uniform() < 0.3) continue;  // dies with the task in hand
            auto answer = answer_to(task, user);
            if (submit(world, answer) == Submitted::accepted) acknowledged.insert(task.task);
            if (random.uniform() < 0.3)
                CHECK(submit(world, answer) == Submitted::repeated);  // the reply was lost
        }
        world.later(7s);
    }
    CHECK(acknowledged.size() == records);
    CHECK(world.check("SELECT count(*) FROM annotation") == records);
    world.check_sums();
}

TEST_CASE(
    "no answer is lost or doubled when the connection is cut during submit",
    "[labeling][tasks]"
) {
    constexpr int records = 300;
    LabelingWorld world(4);
    world.add_records(records, {"a"});
    world.add_project();
    world.enqueue_all();
    auto ann = world.add_user("ann");

    // Cuts the connection in the middle of a submit, or of its commit, again and again.
    base::log::set_level(base::log::Level::off);
    base::Database other(world.db.url(), 1);
    std::atomic<bool> stop = false;
    std::atomic<int> cut = 0;
    std::thread killer([&] {
        while (!stop && cut < 25) {
            long long killed = 0;
            try {
                killed = other.call([](base::Tx& tx) {
                    return tx
                        .value<long long>(
                            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE "
                            "datname = current_database() "
                            "AND pid <> pg_backend_pid() AND state <> 'idle' AND (query LIKE "
                            "'%annotation%' OR query = 'COMMIT')"
                        )
                        .value_or(0);
                });
            } catch (const std::exception&) {
            }
            cut += static_cast<int>(killed);
            if (killed > 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    });
    int unsure = 0, stored = 0;
    auto stubborn = [&](auto job) {
        for (int attempt = 0; attempt < 50; ++attempt) {
            try {
                return world.db->call([&](base::Tx& tx) { return job(tx); });
            } catch (const base::Error&) {
                ++unsure;
            }
        }
        throw std::runtime_error("no connection lives long enough");
    };
    try {
        for (int idle = 0; stored < records && idle < 5000;) {
            auto now = world.now();
            auto tasks = stubborn([&](base::Tx& tx) {
                return labeling::claim(tx, world.project.id, ann, 1, now, 1s);
            });
            if (tasks.empty()) {
                world.later(2s);  // a claim whose commit was in doubt left a lease
                ++idle;
                continue;
            }
            auto answer = answer_to(tasks[0], ann);
            auto result = stubborn([&](base::Tx& tx) { return labeling::submit(tx, answer, now); });
            CHECK((result == Submitted::accepted || result == Submitted::repeated));
            ++stored;
        }
    } catch (...) {
        stop = true;
        killer.join();
        base::log::set_level(base::log::Level::info);
        throw;
    }
    stop = true;
    killer.join();
    base::log::set_level(base::log::Level::info);
    WARN(cut << " connections cut, " << unsure << " transactions in doubt or given up");
    CHECK(cut > 0);
    CHECK(stored == records);
    CHECK(world.check("SELECT count(*) FROM annotation") == records);
    CHECK(world.check("SELECT count(*) FROM label_task WHERE state = 'done'") == records);
    world.check_sums();
}
