// What webhooks are told of labeling.
#include <thread>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "labeling/queue/news_store.hpp"
#include "labeling/queue/own_work_store.hpp"
#include "labeling/queue/task_store.hpp"
#include "schema/webhooks/webhook_store.hpp"
#include "tests/labeling/store_fixture.hpp"

using namespace std::chrono_literals;
using schema::WebhookEvent;

namespace {

struct NewsWorld : LabelingWorld {
    NewsWorld(int records, const std::string& tail = "overlap = 1\n") : LabelingWorld(6) {
        add_records(records, {"a"});
        add_project(tail);
        enqueue_all();
        db->call([&](base::Tx& tx) {
            schema::Webhook all;
            all.name = "all";
            all.events.text =
                R"(["task.done", "project.done", "truth.changed", "truth.inferred", "review.wanted"])";
            schema::add_webhook(tx, all, now());
        });
    }
    labeling::Claimed take(std::int64_t user) {
        auto at = now();
        return db->call([&](base::Tx& tx) {
            return labeling::claim(tx, project.id, user, 1, at, 60s).at(0);
        });
    }
    labeling::Submitted answer(std::int64_t user, const labeling::Claimed& task, int class_id) {
        auto at = now();
        return db->call([&](base::Tx& tx) {
            labeling::Answer said{
                .task = task.task,
                .user_id = user,
                .token = task.token,
                .attempt = task.attempt,
                .class_id = class_id};
            auto submitted = labeling::submit(tx, said, at);
            labeling::settle(tx, project, task.task, at);
            return submitted;
        });
    }
    std::int64_t told(const std::string& event) {
        return check("SELECT count(*) FROM webhook_message WHERE event = '" + event + "'");
    }
};

}  // namespace

TEST_CASE(
    "the end of a task, of a project and another truth are told once each",
    "[labeling][news]"
) {
    NewsWorld world(2);
    auto ann = world.add_user("ann");
    world.answer(ann, world.take(ann), 0);
    CHECK(world.told("task.done") == 1);
    CHECK(world.told("truth.changed") == 1);
    CHECK(world.told("project.done") == 0);
    auto second = world.take(ann);
    world.answer(ann, second, 1);
    CHECK(world.told("task.done") == 2);
    CHECK(world.told("project.done") == 1);
    auto at = world.now();
    world.db->call([&](base::Tx& tx) {
        labeling::Answer other{
            .task = second.task, .user_id = ann, .attempt = second.attempt, .class_id = 0};
        REQUIRE(labeling::correct(tx, other, at) == labeling::Submitted::accepted);
        labeling::settle(tx, world.project, second.task, at);
    });
    CHECK(world.told("truth.changed") == 3);
}

TEST_CASE("labels that are inferred at once are told of once", "[labeling][news]") {
    NewsWorld world(2);
    auto ann = world.add_user("ann");
    world.answer(ann, world.take(ann), 0);
    world.answer(ann, world.take(ann), 1);
    world.db->call([&](base::Tx& tx) { tx.exec("DELETE FROM ground_truth"); });
    auto infer = [&] {
        return labeling::resolve_truth(
            *world.db, world.project.project.name, labeling::Method::mv, true, world.now()
        );
    };
    CHECK(infer().added == 2);
    CHECK(world.told("truth.inferred") == 1);
    CHECK(
        world.check("SELECT (body::jsonb -> 'data' ->> 'added')::int FROM webhook_message WHERE "
                    "event = 'truth.inferred'") == 2
    );
    CHECK(infer().changed == 0);
    CHECK(world.told("truth.inferred") == 1);
}

TEST_CASE(
    "what nobody waits for is not written; a project's own webhook hears no other",
    "[labeling][news]"
) {
    NewsWorld world(1);
    world.db->call([&](base::Tx& tx) { tx.exec("UPDATE webhook SET project = 'another'"); });
    auto ann = world.add_user("ann");
    world.answer(ann, world.take(ann), 0);
    CHECK(world.check("SELECT count(*) FROM webhook_message") == 0);
}

TEST_CASE(
    "two who end the last two tasks at the same time end the project once",
    "[labeling][news]"
) {
    for (int round = 0; round < 10; ++round) {
        NewsWorld world(2);
        auto ann = world.add_user("ann"), bob = world.add_user("bob");
        auto first = world.take(ann), second = world.take(bob);
        {
            std::jthread one([&] { world.answer(ann, first, 0); });
            std::jthread two([&] { world.answer(bob, second, 0); });
        }
        CHECK(world.told("project.done") == 1);
    }
}

TEST_CASE("a flag is told with what was said", "[labeling][news]") {
    NewsWorld world(1);
    auto ann = world.add_user("ann");
    auto task = world.take(ann);
    auto at = world.now();
    world.db->call([&](base::Tx& tx) {
        labeling::tell_of_flag(tx, task.task, "ann", "is it \"a\"?", at);
    });
    auto body = world.db->call([](base::Tx& tx) {
        return tx.exec("SELECT body FROM webhook_message")[0][0].as<std::string>();
    });
    auto told = boost::json::parse(body);
    CHECK(told.at("type") == "review.wanted");
    CHECK(told.at("data").at("text") == "is it \"a\"?");
    CHECK(told.at("data").at("key") == "r0");
}
