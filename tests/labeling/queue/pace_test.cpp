// How a project goes on: what is counted as people work, and what those who watch are told.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "labeling/quality/dashboard_store.hpp"
#include "labeling/queue/event_store.hpp"
#include "labeling/queue/own_work_store.hpp"
#include "tests/labeling/store_fixture.hpp"

using namespace std::chrono_literals;
using labeling::Bucket;
using labeling::EventKind;

namespace {

struct PaceWorld : LabelingWorld {
    explicit PaceWorld(int records, const std::string& tail = "overlap = 1\n") : LabelingWorld(6) {
        add_records(records, {"a"});
        add_project(tail);
        enqueue_all();
    }
    labeling::Claimed take(std::int64_t user) {
        auto at = now();
        return db->call([&](base::Tx& tx) {
            return labeling::claim(tx, project.id, user, 1, at, 3600s).at(0);
        });
    }
    void answer(
        std::int64_t user,
        const labeling::Claimed& task,
        int class_id,
        std::optional<std::int32_t> milliseconds = {}
    ) {
        auto at = now();
        db->call([&](base::Tx& tx) {
            labeling::Answer said{
                .task = task.task,
                .user_id = user,
                .token = task.token,
                .attempt = task.attempt,
                .class_id = class_id,
                .milliseconds = milliseconds};
            REQUIRE(labeling::submit(tx, said, at) == labeling::Submitted::accepted);
            labeling::settle(tx, project, task.task, at, user);
        });
    }
    std::vector<labeling::TimeOf> times() {
        auto at = now();
        return db->call([&](base::Tx& tx) {
            return labeling::times_taken(tx, project.id, at - 72h, at + 1h);
        });
    }
    labeling::EventPlace present() {
        return db->call([&](base::Tx& tx) { return labeling::present_place(tx, project.id); });
    }
    std::vector<labeling::ProjectEvent>
    events(const labeling::EventPlace& after, std::int64_t user = 0, bool all = true, int n = 99) {
        return db->call([&](base::Tx& tx) {
            return labeling::events_after(
                tx,
                {{.stream = 7,
                  .project = project.id,
                  .after = after,
                  .user = user,
                  .sees_all = all}},
                n
            );
        });
    }
};

std::vector<std::string> kinds_of(const std::vector<labeling::ProjectEvent>& events) {
    std::vector<std::string> kinds;
    for (const auto& one : events) kinds.emplace_back(base::name_of(one.kind));
    return kinds;
}

}  // namespace

TEST_CASE("quantiles of counts by step lie within a step of the true ones", "[labeling][pace]") {
    CHECK(labeling::quantile_of_steps({}, 0.5) == 0);
    CHECK(labeling::quantile_of_steps({5}, 0.5) == 0);
    std::vector<std::int64_t> steps(60);
    steps[0] = 1'000;  // pauses count for nothing
    for (int ms = 1'000; ms < 11'000; ms += 10)
        ++steps[1 + static_cast<std::size_t>(std::log(ms / 100.0) / std::log(1.12))];
    CHECK(labeling::quantile_of_steps(steps, 0.5) == Approx(6'000).epsilon(0.03));
    CHECK(labeling::quantile_of_steps(steps, 0.9) == Approx(10'000).epsilon(0.03));
}

TEST_CASE(
    "a task takes as long as it lay with the person, and pauses have no time",
    "[labeling][pace]"
) {
    PaceWorld world(8);
    auto ann = world.add_user("ann"), bob = world.add_user("bob");
    auto first = world.take(ann), second = world.take(ann);
    world.later(20s);
    world.answer(ann, first, 0);
    world.later(10s);
    world.answer(ann, second, 0);  // ten seconds after the other one, not thirty after its lease
    auto times = world.times();
    REQUIRE(times.size() == 2);
    CHECK(times[1].user == "ann");
    CHECK(times[1].answers == 2);
    CHECK(*times[1].p90_seconds == Approx(20).epsilon(0.12));
    CHECK(*times[1].median_seconds == Approx(10).epsilon(0.12));

    auto third = world.take(bob);
    world.later(29min);
    world.answer(bob, third, 0, 4'000);  // the page saw him at it for four seconds
    auto fourth = world.take(bob);
    world.later(31min);
    world.answer(bob, fourth, 0);  // he was at lunch
    auto fifth = world.take(bob);
    world.later(5s);
    world.answer(bob, fifth, 0, 900'000);  // a page that says more than there was
    times = world.times();
    REQUIRE(times.size() == 3);
    CHECK(times[0].user.empty());
    CHECK(times[0].answers == 4);
    CHECK(times[0].pauses == 1);
    CHECK(times[2].user == "bob");
    CHECK(times[2].pauses == 1);
    CHECK(*times[2].p90_seconds == Approx(5).epsilon(0.12));
    CHECK(*times[2].median_seconds == Approx(4).epsilon(0.12));
}

TEST_CASE("answers, skips, likeness and labels are counted by the hour", "[labeling][pace]") {
    PaceWorld world(3, "overlap = 2\n");
    auto ann = world.add_user("ann"), bob = world.add_user("bob");
    for (auto user : {ann, bob})
        for (int i = 0; i < 2; ++i) world.answer(user, world.take(user), user == ann ? 0 : i);
    world.later(3h);
    auto last = world.take(ann);
    auto at = world.now();
    world.db->call([&](base::Tx& tx) {
        CHECK(labeling::skip(tx, last.task, ann, last.token, "blurred", at));
        auto back = labeling::undo_last(tx, world.project.id, ann, at, 60s);  // of the skip
        REQUIRE(back);
    });
    world.db->call([&](base::Tx& tx) {
        auto paces = labeling::paces(tx, world.project.id, at - 24h, at + 1h, Bucket::hour);
        REQUIRE(paces.size() == 2);
        CHECK(paces[0].user == "ann");
        CHECK(paces[0].answers == 2);
        CHECK(paces[0].done == 0);
        CHECK(paces[1].answers == 2);
        CHECK(paces[1].done == 2);
        CHECK(paces[1].compared == 2);
        CHECK(paces[1].alike == Approx(1));  // alike once, and once not at all
        auto skips = labeling::skip_reasons(tx, world.project.id, at - 24h, at + 1h);
        REQUIRE(skips.size() == 1);
        CHECK(skips[0].reason == "blurred");
        CHECK(skips[0].skips == 1);
        auto labels = labeling::labels_made(tx, world.project.id, at - 24h, at + 1h, Bucket::day);
        REQUIRE(labels.size() == 1);
        CHECK(labels[0].labels == 2);
        auto depth = labeling::depth(tx, world.project.id, at);
        CHECK(depth.leased == 1);
        CHECK(depth.disagreed == 1);
        CHECK(depth.flagged == 0);
        auto counts = labeling::task_counts(tx, world.project.id);
        CHECK(counts.open == 1);
        CHECK(counts.done == 2);
        // Two tasks were done since the first hour of work; one more takes half of that.
        auto end = labeling::estimated_end(tx, world.project.id, 1, at);
        REQUIRE(end);
        CHECK(*end > at + 90min);
        CHECK(*end < at + 120min);
        CHECK_FALSE(labeling::estimated_end(tx, world.project.id, 1, at + 240h));
    });
}

TEST_CASE("an answer that is undone is counted as taken back", "[labeling][pace]") {
    PaceWorld world(2);
    auto ann = world.add_user("ann");
    auto task = world.take(ann);
    world.answer(ann, task, 0);
    auto at = world.now();
    world.db->call([&](base::Tx& tx) {
        labeling::undo_last(tx, world.project.id, ann, at, 60s);
        auto paces = labeling::paces(tx, world.project.id, at - 24h, at + 1h, Bucket::week);
        REQUIRE(paces.size() == 1);
        CHECK(paces[0].answers == 1);
        CHECK(paces[0].taken_back == 1);
    });
}

TEST_CASE("events come in order, each once, and one's own to who labels", "[labeling][events]") {
    PaceWorld world(3);
    auto ann = world.add_user("ann"), bob = world.add_user("bob");
    auto start = world.present();
    CHECK(world.events(start).empty());
    world.answer(ann, world.take(ann), 0);
    auto task = world.take(bob);
    auto at = world.now();
    world.db->call([&](base::Tx& tx) {
        labeling::add_comment(tx, task.task, bob, "is it?", true, at);
        labeling::skip(tx, task.task, bob, task.token, "unsure", at);
    });
    auto all = world.events(start);
    REQUIRE(
        kinds_of(all) == std::vector<std::string>{"answer", "done", "truth", "comment", "skip"}
    );
    CHECK(all[0].stream == 7);
    CHECK(all[0].user == "ann");
    CHECK_FALSE(all[2].user);
    CHECK(
        kinds_of(world.events(all[1].place())) ==
        std::vector<std::string>{"truth", "comment", "skip"}
    );
    CHECK(kinds_of(world.events(start, 0, true, 2)) == std::vector<std::string>{"answer", "done"});
    CHECK(kinds_of(world.events(start, bob, false)) == std::vector<std::string>{"comment", "skip"});
    CHECK(kinds_of(world.events(start, ann, false)) == std::vector<std::string>{"answer", "done"});
    auto kept = [&](const labeling::EventPlace& place) {
        return world.db->call([&](base::Tx& tx) {
            return labeling::is_kept(tx, world.project.id, place);
        });
    };
    CHECK(kept(all[3].place()));
    CHECK_FALSE(kept({.id = all[0].id - 1}));
    CHECK(labeling::EventPlace::of(all[3].place().text())->id == all[3].id);
    for (auto odd : {"", "-", "a-b", "1-", "-1", "1-2", "2x", "18446744073709551616"})
        CHECK_FALSE(labeling::EventPlace::of(odd));
    world.db->call([&](base::Tx& tx) { labeling::forget_events(tx, at + 1s); });
    CHECK_FALSE(kept(all[3].place()));
}

TEST_CASE(
    "an event that another, being written, may come before is waited for",
    "[labeling][events]"
) {
    PaceWorld world(2);
    auto ann = world.add_user("ann"), bob = world.add_user("bob");
    auto start = world.present();
    auto early = world.take(ann), late = world.take(bob);
    auto at = world.now();
    auto comment = [&](base::Tx& tx, std::int64_t task, std::int64_t user) {
        labeling::add_comment(tx, task, user, "hm", false, at);
    };
    world.db->call([&](base::Tx& tx) {
        comment(tx, early.task, ann);
        // Another transaction begins after this one, and ends before it.
        std::thread([&] {
            world.db->call([&](base::Tx& other) { comment(other, late.task, bob); });
        }).join();
        std::size_t seen = 99;
        std::thread([&] { seen = world.events(start).size(); }).join();
        CHECK(seen == 0);
    });
    auto events = world.events(start);
    REQUIRE(events.size() == 2);
    CHECK(events[0].task == early.task);
    CHECK(events[1].task == late.task);
}

TEST_CASE("a long transaction that writes no events holds none back", "[labeling][events]") {
    PaceWorld world(2);
    auto ann = world.add_user("ann");
    auto start = world.present();
    world.db->call([&](base::Tx& tx) {
        tx.exec("INSERT INTO app_user (name, role, created_at) VALUES ('x', 'labeler', now())");
        world.answer(ann, world.take(ann), 0);  // by another connection
        auto told = world.events(start);
        REQUIRE(kinds_of(told) == std::vector<std::string>{"answer", "done", "truth"});
        CHECK(world.present().id >= told.back().id);
        // Nor does one that writes events of another project.
        tx.exec(
            "SELECT pg_advisory_xact_lock_shared($1::int, 0)",
            static_cast<std::int32_t>(world.project.id + 1)
        );
        world.answer(ann, world.take(ann), 0);
        CHECK(world.events(start).size() == 6);
    });
    CHECK(world.events(start).size() == 6);
}

TEST_CASE(
    "whoever follows events while many write them sees each once, in order",
    "[labeling][events]"
) {
    PaceWorld world(4);
    auto start = world.present();
    std::vector<std::int64_t> people, tasks;
    for (auto name : {"ann", "bob", "cid", "dan"}) {
        people.push_back(world.add_user(name));
        tasks.push_back(world.take(people.back()).task);
    }
    auto at = world.now();
    constexpr int rounds = 40;
    std::atomic<int> at_work = 4;
    std::vector<labeling::ProjectEvent> seen;
    {
        std::vector<std::jthread> writers;
        for (std::size_t who = 0; who < 4; ++who)
            writers.emplace_back([&, who] {
                for (int i = 0; i < rounds; ++i) try {
                        world.db->call([&](base::Tx& tx) {
                            for (int k = 0; k <= i % 3; ++k)
                                labeling::add_comment(tx, tasks[who], people[who], "hm", false, at);
                            if (i % 5 == 4) throw std::runtime_error("taken back");
                        });
                    } catch (const std::runtime_error&) {  // leaves a gap in the numbers
                    }
                --at_work;
            });
        auto place = start;
        for (bool last = false; !last;) {
            last = at_work == 0;
            for (auto& one : world.events(place, 0, true, 3)) {
                place = one.place();
                seen.push_back(one);
                last = false;
            }
        }
    }
    auto kept = world.check("SELECT count(*) FROM label_event WHERE kind = 'comment'");
    CHECK(kept > 100);
    CHECK(static_cast<std::int64_t>(seen.size()) == kept);
    CHECK(std::is_sorted(seen.begin(), seen.end(), [](const auto& a, const auto& b) {
        return a.id < b.id;
    }));
}
