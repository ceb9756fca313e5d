#include "worker/slot.hpp"

#include <semaphore>
#include <set>
#include <thread>

#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/stop.hpp"
#include "schema/jobs/job_store.hpp"
#include "tests/support/test_database.hpp"

using namespace std::chrono_literals;
using namespace worker;
using schema::JobKind;
using schema::JobState;

namespace {

// A queue with one job, and a slot that works on it with short leases.
struct Queue {
    test::TestDatabase db;
    test::TestDatabase other;  // whose connections shut the first, and open it again
    std::int64_t job = 0;
    std::stop_source stop;

    Queue() {
        auto now = std::chrono::system_clock::now();
        job = *db->call([&](base::Tx& tx) {
            return schema::add_job(tx, JobKind::train, R"({"a": 1})", "", now, now);
        });
    }

    void serve(const DoJob& work) {
        SlotOptions options{
            .worker = "w",
            .kinds = {JobKind::train},
            .times = {.lease = 300ms, .renewal = 20ms},
            .pause = 5ms};
        serve_slot(*db, options, work, stop.get_token());
    }

    schema::JobEntry shown() {
        return db
            ->call([&](base::Tx& tx) {
                return schema::show_job(tx, job, std::chrono::system_clock::now());
            })
            .value();
    }

    // As an outage does: connections break, and no new one is made.
    void shut() {
        auto database = database_name();
        other->call([&](base::Tx& tx) {
            tx.exec("ALTER DATABASE " + database + " ALLOW_CONNECTIONS false");
        });
        other->call([&](base::Tx& tx) {
            tx.exec(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
                database
            );
        });
    }
    void open() {
        auto database = database_name();
        other->call([&](base::Tx& tx) {
            tx.exec("ALTER DATABASE " + database + " ALLOW_CONNECTIONS true");
        });
    }

private:
    std::string database_name() {
        if (known_.empty())
            known_ = db->call([](base::Tx& tx) {
                return tx.value<std::string>("SELECT current_database()").value();
            });
        return known_;
    }
    std::string known_;
};

}  // namespace

TEST_CASE("a job is done, and its result is kept", "[worker]") {
    Queue queue;
    queue.serve([&](const schema::Job& job, std::stop_token) -> boost::json::object {
        CHECK(job.spec == R"({"a": 1})");
        queue.stop.request_stop();
        return {{"run", 7}};
    });
    CHECK(queue.shown().state == JobState::done);
    CHECK(queue.shown().result == R"({"run": 7})");
}

TEST_CASE("a job whose worker died is done by another when its lease is over", "[worker]") {
    Queue queue;
    auto past = std::chrono::system_clock::now() - 1h;
    queue.db->call([&](base::Tx& tx) {
        tx.exec("UPDATE job SET due_at = due_at - interval '1 day'");
        REQUIRE(schema::claim_job(tx, {JobKind::train}, "dead", past, past + 1min));
    });
    queue.serve([&](const schema::Job& job, std::stop_token) -> boost::json::object {
        CHECK(job.attempts == 2);
        queue.stop.request_stop();
        return {};
    });
    CHECK(queue.shown().state == JobState::done);
}

TEST_CASE("a job whose process died five times fails and says so", "[worker]") {
    Queue queue;
    auto past = std::chrono::system_clock::now() - 1h;
    queue.db->call([&](base::Tx& tx) {
        tx.exec("UPDATE job SET due_at = due_at - interval '1 day'");
        for (int death = 0; death < 5; ++death) {
            auto at = past + death * 2min;
            REQUIRE(schema::claim_job(tx, {JobKind::train}, "dead", at, at + 1min));
        }
        schema::add_job(tx, JobKind::train, R"({"b": 2})", "", past + 30min, past);
    });
    queue.serve([&](const schema::Job& job, std::stop_token) -> boost::json::object {
        CHECK(job.spec == R"({"b": 2})");
        queue.stop.request_stop();
        return {};
    });
    CHECK(queue.shown().state == JobState::failed);
    CHECK(queue.shown().result->find("process died") != std::string::npos);
}

TEST_CASE("a worker whose database is away while it holds a job goes on later", "[worker]") {
    Queue queue;
    std::binary_semaphore away{0};
    int tries = 0;
    std::set<int> attempts;
    std::jthread slot([&] {
        queue.serve([&](const schema::Job& job, std::stop_token stop) -> boost::json::object {
            attempts.insert(job.attempts);
            if (++tries == 1) {
                queue.shut();
                base::rest(stop, 30s);  // until the lease is over
                away.release();
                queue.db->call([](base::Tx& tx) { tx.exec("SELECT 1"); });
            }
            queue.stop.request_stop();
            return {{"tries", tries}};
        });
    });
    away.acquire();
    queue.open();
    slot.join();
    CHECK(attempts == std::set{1});  // an outage is no fault of the job
    CHECK(queue.shown().state == JobState::done);
    CHECK(queue.shown().worker == std::nullopt);
}

TEST_CASE(
    "a worker that ends lets its job go at once, and still says what came of it",
    "[worker]"
) {
    Queue queue;
    int attempts = 1;
    queue.serve([&](const schema::Job& job, std::stop_token stop) -> boost::json::object {
        CHECK(job.attempts == 1);
        queue.stop.request_stop();
        CHECK(stop.stop_requested());
        // Cut off from here on, the job would be another worker's soon, and its first try.
        auto end = std::chrono::steady_clock::now() + 30s;
        while ((attempts = queue.shown().attempts) > 0 && std::chrono::steady_clock::now() < end)
            std::this_thread::yield();
        return {{"run", 7}};
    });
    CHECK(attempts == 0);
    CHECK(queue.shown().attempts == 1);
    CHECK(queue.shown().state == JobState::done);
    CHECK(queue.shown().result == R"({"run": 7})");
}

TEST_CASE(
    "a job that is told wrongly fails at once, and another fault is tried again",
    "[worker]"
) {
    Queue queue;
    SECTION("told wrongly") {
        queue.serve([&](const schema::Job&, std::stop_token) -> boost::json::object {
            queue.stop.request_stop();
            throw base::UsageError("model 'x'", "no such kind");
        });
        CHECK(queue.shown().state == JobState::failed);
    }
    SECTION("of what does not change") {
        queue.serve([&](const schema::Job&, std::stop_token) -> boost::json::object {
            queue.stop.request_stop();
            throw worker::Final(base::Error("snapshot 'x'", "has one class"));
        });
        CHECK(queue.shown().state == JobState::failed);
    }
    SECTION("another fault") {
        queue.serve([&](const schema::Job&, std::stop_token) -> boost::json::object {
            queue.stop.request_stop();
            throw base::Error("disk", "full");
        });
        CHECK(queue.shown().state == JobState::waiting);
        CHECK(queue.shown().attempts == 1);
    }
    SECTION("parked") {
        auto due = std::chrono::system_clock::now() + 1h;
        queue.serve([&](const schema::Job&, std::stop_token) -> boost::json::object {
            queue.stop.request_stop();
            throw Parked{due};
        });
        CHECK(queue.shown().state == JobState::waiting);
        CHECK(queue.shown().attempts == 0);
    }
}
