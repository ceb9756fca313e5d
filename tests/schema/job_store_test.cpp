#include "schema/jobs/job_store.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "base/database/database.hpp"
#include "tests/support/test_database.hpp"

using namespace schema;
using namespace std::chrono_literals;

namespace {

const Time start{std::chrono::seconds(1767225600)};

struct Queue {
    test::TestDatabase db;

    std::int64_t add(JobKind kind, Time due = start, const std::string& dedup = "") {
        return *db->call([&](base::Tx& tx) { return add_job(tx, kind, "{}", dedup, due, start); });
    }
    std::optional<Job> claim(JobKind kind, Time now = start) {
        return db->call([&](base::Tx& tx) { return claim_job(tx, {kind}, "w", now, now + 1min); });
    }
    std::string listed(const JobChoice& choice = {}, Time now = start) {
        std::string text;
        for (const auto& job : db->call([&](base::Tx& tx) { return list_jobs(tx, choice, now); }))
            text += std::to_string(job.id) + " " + std::string(base::name_of(job.kind)) + " " +
                    std::string(base::name_of(job.state)) + "\n";
        return text;
    }
    void told(JobKind kind, const std::string& spec, const std::string& dedup = "") {
        db->call([&](base::Tx& tx) { add_job(tx, kind, spec, dedup, start, start); });
    }
    JobEntry show(std::int64_t id) {
        return db->call([&](base::Tx& tx) { return show_job(tx, id, start); }).value();
    }
    bool cancel(std::int64_t id) {
        return db->call([&](base::Tx& tx) { return cancel_job(tx, id, start + 5s); });
    }
};

}  // namespace

TEST_CASE("jobs are listed with the newest first, those that ended too", "[schema][jobs]") {
    Queue queue;
    queue.add(JobKind::crawl);
    queue.add(JobKind::train);
    queue.add(JobKind::quality, start + 1h);
    auto job = queue.claim(JobKind::crawl);
    REQUIRE(job);
    CHECK(job->kind == JobKind::crawl);
    CHECK(queue.listed() == "3 quality waiting\n2 train waiting\n1 crawl running\n");
    CHECK(
        queue.listed({}, start + 2min) == "3 quality waiting\n2 train waiting\n1 crawl waiting\n"
    );
    CHECK(queue.show(1).worker == "w");
    CHECK(queue.show(1).attempts == 1);

    CHECK(queue.db->call([&](base::Tx& tx) {
        return finish_job(tx, *job, JobState::done, R"({"run": 7})", start + 9s);
    }));
    CHECK(queue.listed() == "3 quality waiting\n2 train waiting\n1 crawl done\n");
    CHECK(queue.listed({.kind = JobKind::train}) == "2 train waiting\n");
    CHECK(queue.listed({.state = JobState::done}) == "1 crawl done\n");
    CHECK(queue.listed({.before = 3, .at_most = 1}) == "2 train waiting\n");
    CHECK(queue.show(1).result == R"({"run": 7})");
    CHECK(queue.show(1).ended_at == start + 9s);
    CHECK_FALSE(queue.show(1).due_at);
    CHECK_FALSE(queue.db->call([](base::Tx& tx) { return show_job(tx, 99, start); }));
}

TEST_CASE("a job that is cancelled is taken from its worker", "[schema][jobs]") {
    Queue queue;
    queue.add(JobKind::train);
    auto waiting = queue.add(JobKind::train, start + 1h);
    auto held = queue.claim(JobKind::train);
    REQUIRE(held);
    CHECK(queue.cancel(held->id));
    CHECK(queue.cancel(waiting));
    CHECK_FALSE(queue.cancel(held->id));
    CHECK(queue.listed() == "2 train cancelled\n1 train cancelled\n");
    CHECK_FALSE(queue.db->call([&](base::Tx& tx) { return renew_job(tx, *held, start + 1h); }));
    CHECK_FALSE(queue.db->call([&](base::Tx& tx) {
        return finish_job(tx, *held, JobState::done, "{}", start + 9s);
    }));
    CHECK_FALSE(queue.claim(JobKind::train, start + 2h));
}

TEST_CASE("of the jobs of a source one is at work at a time", "[schema][jobs]") {
    Queue queue;
    auto first = queue.add(JobKind::ingest, start, "source:s/one.csv");
    auto second = queue.add(JobKind::ingest, start, "source:s/two.csv");
    auto whole = queue.add(JobKind::ingest, start, "source:s");
    auto other = queue.add(JobKind::ingest, start, "source:s2/one.csv");
    auto replay = queue.add(JobKind::ingest, start, "replay:s");
    auto end = [&](const std::optional<Job>& job) {
        queue.db->call([&](base::Tx& tx) {
            finish_job(tx, job.value(), JobState::done, "{}", start);
        });
    };
    auto one = queue.claim(JobKind::ingest);
    CHECK(one.value().id == first);
    CHECK(queue.claim(JobKind::ingest).value().id == other);
    CHECK(queue.claim(JobKind::ingest).value().id == replay);
    CHECK_FALSE(queue.claim(JobKind::ingest));
    end(one);
    auto two = queue.claim(JobKind::ingest);
    CHECK(two.value().id == second);
    CHECK_FALSE(queue.claim(JobKind::ingest));
    end(two);
    CHECK(queue.claim(JobKind::ingest).value().id == whole);
    queue.add(JobKind::ingest, start, "source:s/three.csv");
    CHECK_FALSE(queue.claim(JobKind::ingest));
    // What a worker left when it died is given on, and holds the others back again.
    CHECK(queue.claim(JobKind::ingest, start + 2min).value().id == first + 2);
}

TEST_CASE("two workers that claim at once get no two jobs of a source", "[schema][jobs]") {
    Queue queue;
    queue.add(JobKind::ingest, start, "source:s/one.csv");
    queue.add(JobKind::ingest, start, "source:s/two.csv");
    std::optional<Job> late;
    std::atomic<bool> ended = false;
    std::jthread other;
    queue.db->call([&](base::Tx& tx) {
        REQUIRE(claim_job(tx, {JobKind::ingest}, "w", start, start + 1min));
        other = std::jthread([&] {
            late = queue.claim(JobKind::ingest);
            ended = true;
        });
        // It has begun to claim, and can not see what is not committed.
        while (!ended &&
               queue.db.number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = "
                               "'Lock' AND datname = current_database()") == 0)
            std::this_thread::yield();
    });
    other.join();
    CHECK_FALSE(late);
}

TEST_CASE("jobs of one source are listed by it, those that ended too", "[schema][jobs]") {
    Queue queue;
    queue.told(JobKind::ingest, R"({"source": "a"})");
    queue.told(JobKind::ingest, R"({"source": "b"})");
    queue.told(JobKind::quality, R"({"source": "a"})", "source:a/quality");
    queue.told(JobKind::train, R"({"snapshot": "a"})");
    CHECK(queue.cancel(1));
    CHECK(queue.listed({.source = "a"}) == "3 quality waiting\n1 ingest cancelled\n");
    CHECK(queue.listed({.source = "a", .before = 3}) == "1 ingest cancelled\n");
    CHECK(queue.listed({.kind = JobKind::ingest, .source = "b"}) == "2 ingest waiting\n");
    CHECK(queue.listed({.source = "none"}).empty());
    auto named = [&](const std::string& dedup) {
        return queue.db->call([&](base::Tx& tx) { return job_named(tx, dedup); });
    };
    CHECK(named("source:a/quality") == 3);
    CHECK_FALSE(named("source:a"));
}
