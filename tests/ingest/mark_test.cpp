#include "ingest/mark.hpp"

#include <catch2/catch.hpp>

using ingest::Mark;

TEST_CASE("the two lanes' marks tell where to read on", "[ingest][mark]") {
    // Batch 0 is a..b, 1 is b..c, 2 is c..d, 3 is d..e.
    const Mark zero{0, "", "a", "b"}, one{1, "a", "b", "c"}, two{2, "b", "c", "d"},
        three{3, "c", "d", "e"};

    CHECK(ingest::resume_point({}, {}).cursor.empty());
    CHECK(ingest::resume_point(zero, {}).cursor == "b");
    CHECK(ingest::resume_point(zero, {}).number == 1);
    CHECK(ingest::resume_point(zero, one).cursor == "c");
    CHECK(ingest::resume_point(two, one).cursor == "d");
    CHECK(ingest::resume_point(two, one).number == 3);

    auto lost_zero = ingest::resume_point({}, one);
    CHECK(lost_zero.cursor == "a");
    CHECK(lost_zero.number == 0);
    CHECK(lost_zero.stored == one);

    auto lost_two = ingest::resume_point(zero, three);
    CHECK(lost_two.cursor == "c");
    CHECK(lost_two.number == 2);
    CHECK(lost_two.stored == three);
}

TEST_CASE("a mark of batches that were cut otherwise is not trusted", "[ingest][mark]") {
    const Mark shorter{2, "b", "c", "c2"}, three{3, "c", "d", "e"};
    auto point = ingest::resume_point(shorter, three);
    CHECK(point.cursor == "c2");
    CHECK(point.number == 3);
    CHECK_FALSE(point.stored);
}

TEST_CASE("a mark is read as it was written", "[ingest][mark]") {
    const Mark mark{17, "{\"file\":\"a\\nb\"}", "", "x y"};
    CHECK(ingest::read_mark(ingest::write_mark(mark)) == mark);
    CHECK_FALSE(ingest::read_mark(""));
    CHECK_FALSE(ingest::read_mark("what"));
}
