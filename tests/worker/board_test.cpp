#include "worker/board.hpp"

#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "tests/support/test_database.hpp"

using namespace std::chrono_literals;
using schema::Doing;
using schema::WorkerLine;
using worker::Board;

namespace {

std::vector<WorkerLine> told(test::TestDatabase& db) {
    return db->call([](base::Tx& tx) { return schema::list_workers(tx, "", 100); });
}

// Waits until what is told is as wanted; what is told then.
template <typename Wanted>
std::vector<WorkerLine> told_when(test::TestDatabase& db, const Wanted& wanted) {
    for (int i = 0; i < 1000 && !wanted(told(db)); ++i) std::this_thread::sleep_for(10ms);
    return told(db);
}

}  // namespace

TEST_CASE("a worker tells what it does, and is gone when it ends", "[worker][board]") {
    test::TestDatabase db;
    {
        Board board(*db, {"host-1-0", "host-1-1"});
        auto lines = told_when(db, [](const auto& all) { return all.size() == 2; });
        REQUIRE(lines.size() == 2);
        CHECK(lines[0].doing == Doing::idle);
        {
            const Board::Busy busy(board, 1, Doing::crawl, "site", 7);
            lines = told_when(db, [](const auto& all) { return all[1].doing == Doing::crawl; });
            CHECK(lines[0].doing == Doing::idle);
            CHECK(lines[1].doing == Doing::crawl);
            CHECK(lines[1].about == "site");
            CHECK(lines[1].job == 7);
            CHECK(lines[1].since >= lines[1].started_at);
        }
        lines = told_when(db, [](const auto& all) { return all[1].doing == Doing::idle; });
        CHECK(lines[1].doing == Doing::idle);
        CHECK_FALSE(lines[1].job);
    }
    CHECK(told(db).empty());
}

TEST_CASE("workers that died are forgotten after a while, and not counted", "[worker][board]") {
    test::TestDatabase db;
    const auto now = std::chrono::system_clock::now();
    const auto tell = [&](const std::string& name, Doing doing, base::Time seen) {
        db->call([&](base::Tx& tx) {
            schema::tell_workers(
                tx,
                {{.name = name,
                  .doing = doing,
                  .about = {},
                  .job = {},
                  .version = "1",
                  .started_at = seen,
                  .since = seen,
                  .seen_at = seen}},
                now - 1h
            );
        });
    };
    tell("dead", Doing::train, now - 10min);
    tell("old", Doing::train, now - 2h);
    tell("alive", Doing::train, now);
    tell("free", Doing::idle, now);
    const auto lines = told(db);
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].name == "alive");
    CHECK(lines[1].name == "dead");
    const auto counts =
        db->call([&](base::Tx& tx) { return schema::count_workers(tx, now - 30s); });
    CHECK(counts.all == 2);
    CHECK(counts.busy == 1);
}
