// The queue when many are at it at once, or die in the middle.
#include "base/numbers/random.hpp"
#include "labeling/queue/task_store.hpp"

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

TEST_CASE("what a person has before them stays what they answer about", "[labeling][tasks]") {
    LabelingWorld world;
    world.add_records(1, {"a"});
    world.add_project("overlap = 2\n");
    const auto enqueue = [&](const std::string& reason) {
        const std::vector<labeling::QueueRequest> requests{{record_name(0), 1, reason}};
        world.db->call([&](base::Tx& tx) {
            labeling::enqueue(tx, world.project, requests, false, world.now());
        });
    };
    const auto version = [&] { return world.check("SELECT version FROM label_task"); };
    enqueue("first");
    const auto ann = world.add_user("ann");
    const auto held = claim(world, ann);
    REQUIRE(held.size() == 1);
    world.db->call([](base::Tx& tx) {
        for (auto table : {"record", "record_version", "content_numeric", "content_text"})
            tx.exec("UPDATE " + std::string(table) + " SET version = 2");
    });
    enqueue("again");
    CHECK(world.check("SELECT count(*) FROM label_task WHERE reason = 'again'") == 1);
    CHECK(version() == 1);
    CHECK(submit(world, answer_to(held[0], ann)) == Submitted::accepted);
    // Nobody holds it now: who comes next sees the record as it is.
    enqueue("again");
    CHECK(version() == 2);
}
