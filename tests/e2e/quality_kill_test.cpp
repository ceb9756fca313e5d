// A worker that dies in the middle of an examination.
#include <csignal>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "tests/e2e/tilth.hpp"
#include "tests/support/test_database.hpp"

using namespace std::chrono_literals;
using e2e::comes;
using e2e::Tilth;

namespace {

constexpr int rows = 6'000;  // some seconds of comparing

// Each text twice, and not quite the same.
std::string table() {
    std::string all = "id,text\n";
    for (int i = 0; i < rows; ++i) {
        all += fmt::format("{},", i);
        for (int word = 0; word < 30; ++word)
            all += fmt::format("w{} ", (i / 2 * 31 + word * 7) % 9973);
        all += i % 2 == 0 ? "end\n" : "the end\n";
    }
    return all;
}

struct Place {
    test::TestDatabase database;
    Tilth tilth;

    Place() {
        tilth.database = database.url();
        const auto file = tilth.home.write("t.csv", table());
        tilth.answer({"ingest", file.string(), "--source", "t", "--key", "id"});
        tilth.answer({"quality", "duplicates", "t", "--by", "text", "--queue"});
    }
    long long jobs(const std::string& that) {
        return database.number("SELECT count(*) FROM job WHERE " + that);
    }
    // Works until the queue is empty.
    void work() {
        test::Program worker(tilth.command({"worker"}));
        CHECK(comes([&] { return jobs("true") == 0; }));
        worker.signal(SIGTERM);
        CHECK(worker.end().code == 0);
    }
    long long found() { return database.number("SELECT count(*) FROM duplicate"); }
    long long clusters() {
        return database.number("SELECT count(DISTINCT cluster) FROM duplicate");
    }
    long long which() {
        return database.number("SELECT sum(hashtext(key || kind || score)) FROM duplicate");
    }
};

}  // namespace

TEST_CASE("an examination whose worker is killed is done by another, once", "[e2e][kill]") {
    Place whole, killed;
    whole.work();
    const auto before = killed.which();  // what gathering found
    REQUIRE(before != whole.which());
    {
        test::Program worker(killed.tilth.command({"worker"}));
        REQUIRE(comes([&] { return killed.jobs("leased_until IS NOT NULL") == 1; }));
        std::this_thread::sleep_for(100ms);
        worker.signal(SIGKILL);
        worker.end();
    }
    REQUIRE(killed.jobs("leased_until > now()") == 1);
    CHECK(killed.which() == before);
    // As if the lease's minute were over.
    killed.database.number(
        "WITH over AS (UPDATE job SET leased_until = now() - interval '1 second' RETURNING 1) "
        "SELECT count(*) FROM over"
    );
    killed.work();
    CHECK(killed.database.number("SELECT count(*) FROM job_history WHERE state = 'done'") == 1);
    CHECK(killed.database.number("SELECT max(attempts) FROM job_history") == 2);
    CHECK(killed.found() > rows / 2);
    CHECK(killed.found() == whole.found());
    CHECK(killed.clusters() == whole.clusters());
    CHECK(killed.which() == whole.which());
}
