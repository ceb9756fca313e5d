#include "schema/sources/run_stop_store.hpp"

#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/support/test_database.hpp"

namespace {

struct Running {
    test::TestDatabase db;
    std::int64_t run = 0;
    std::stop_source stop;

    Running() {
        run = db->call([](base::Tx& tx) {
            schema::Source source;
            source.name = "s";
            source.kind = "files";
            source.spec = "{}";
            auto now = std::chrono::system_clock::now();
            return schema::begin_run(tx, schema::add_source(tx, source, now)->id, "{}", now);
        });
    }
    void end(const std::string& state) {
        db->call([&](base::Tx& tx) {
            schema::end_run(tx, run, state, "", std::chrono::system_clock::now());
        });
    }
    std::string state() {
        return db->call([](base::Tx& tx) {
            return tx.value<std::string>("SELECT state FROM source_run WHERE ended_at IS NOT NULL")
                .value_or("at work");
        });
    }
};

}  // namespace

TEST_CASE("a stop marks a run as interrupted at once, and its own end comes after", "[schema]") {
    Running running;
    {
        schema::InterruptedByStop marked(*running.db, running.run, running.stop.get_token());
        running.stop.request_stop();
    }
    CHECK(running.state() == "interrupted");
    running.end("done");
    CHECK(running.state() == "done");
}

TEST_CASE("a run that has ended before the stop stays as it ended", "[schema]") {
    Running running;
    {
        schema::InterruptedByStop marked(*running.db, running.run, running.stop.get_token());
        running.end("failed");
        running.stop.request_stop();
    }
    CHECK(running.state() == "failed");
}

TEST_CASE("a run that nothing stops goes on", "[schema]") {
    Running running;
    { schema::InterruptedByStop marked(*running.db, running.run, running.stop.get_token()); }
    CHECK(running.state() == "at work");
}
