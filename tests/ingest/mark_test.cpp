#include "ingest/pipeline/mark.hpp"

#include <catch2/catch.hpp>

using ingest::Mark;

// Batch 0 is a..b, 1 is b..c, 2 is c..d, 3 is d..e, 4 is e..f.
const Mark zero{0, {"a"}, "b"}, one{1, {"b", "a"}, "c"}, two{2, {"c", "b", "a"}, "d"},
    three{3, {"d", "c", "b"}, "e"}, four{4, {"e", "d", "c"}, "f"};

ingest::ResumePoint point_of(const std::vector<Mark>& marks) {
    return ingest::resume_point(marks);
}

TEST_CASE("when no batch is missing reading goes on behind the newest", "[ingest][mark]") {
    CHECK(point_of({}).cursor.empty());
    CHECK(point_of({zero}).cursor == "b");
    CHECK(point_of({zero}).number == 1);
    CHECK(point_of({zero, one}).cursor == "c");
    CHECK(point_of({three, one, two}).cursor == "e");
    CHECK(point_of({three, one, two}).number == 4);
    CHECK(point_of({three, one, two}).stored.empty());
}

TEST_CASE("reading goes on at the oldest missing batch, over what is stored", "[ingest][mark]") {
    using ingest::Stored;
    auto first = point_of({one, two});
    CHECK(first.cursor == "a");
    CHECK(first.number == 0);
    CHECK(first.stored == std::deque<Stored>{{"b", "c"}, {"c", "d"}});

    auto middle = point_of({three, one, four});  // 2 never came
    CHECK(middle.cursor == "c");
    CHECK(middle.number == 2);
    CHECK(middle.stored == std::deque<Stored>{{"d", "e"}, {"e", "f"}});

    auto both = point_of({zero, one, four});  // 2 and 3 never came
    CHECK(both.cursor == "c");
    CHECK(both.number == 2);
    CHECK(both.stored == std::deque<Stored>{{"e", "f"}});
}

TEST_CASE("a mark of batches that were cut otherwise is not trusted", "[ingest][mark]") {
    const Mark shorter{2, {"c", "b", "a"}, "c2"};
    auto point = point_of({three, shorter, four});
    CHECK(point.cursor == "c2");
    CHECK(point.number == 3);
    CHECK(point.stored.empty());

    const Mark next{4, {"d2", "c2", "c"}, "e2"};  // the old 3 is of other batches
    point = point_of({three, shorter, next});
    CHECK(point.cursor == "c2");
    CHECK(point.number == 3);
    CHECK(point.stored == std::deque<ingest::Stored>{{"d2", "e2"}});
}

TEST_CASE("a mark is read as it was written", "[ingest][mark]") {
    const Mark mark{17, {"{\"file\":\"a\\nb\"}", ""}, "x y"};
    CHECK(ingest::read_mark(ingest::write_mark(mark)) == mark);
    CHECK_FALSE(ingest::read_mark(""));
    CHECK_FALSE(ingest::read_mark("what"));
    CHECK_FALSE(ingest::read_mark("1\nb"));
}
