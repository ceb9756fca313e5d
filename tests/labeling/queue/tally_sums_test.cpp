#include "labeling/queue/tally.hpp"

#include <vector>

#include <catch2/catch.hpp>

using namespace labeling;

namespace {

Tallies sums_of(const std::vector<TalliedTask>& tasks, const std::vector<TalliedPart>& parts) {
    Tallies sums;
    add_tallies(sums, tasks, parts, 1);
    return sums;
}

}  // namespace

TEST_CASE("a task is free for all but those who have a part in it", "[labeling][tally]") {
    const auto sums = sums_of(
        {{.id = 7, .project = 1, .state = TaskStage::open, .answers = 1, .wanted = 3, .leases = 1}},
        {{7, 2, false}, {7, 3, true}}
    );
    CHECK(sums.at({1, 0}) == Tally{.open = 1, .answers = 1, .wanted = 3, .leases = 1, .free = 1});
    CHECK(sums.at({1, 2}) == Tally{.free = -1});
    CHECK(sums.at({1, 3}) == Tally{.free = -1, .skipped = 1});
}

TEST_CASE(
    "a task without room waits, and one that is done counts for nobody",
    "[labeling][tally]"
) {
    const std::vector<TalliedPart> parts{{7, 2, false}};
    auto sums = sums_of(
        {{.id = 7,
          .project = 1,
          .state = TaskStage::open,
          .wanted = 1,
          .leases = 1,
          .disputed = true}},
        parts
    );
    CHECK(
        sums.at({1, 0}) == Tally{.open = 1, .wanted = 1, .leases = 1, .waiting = 1, .disputed = 1}
    );
    CHECK(sums.at({1, 2}) == Tally{.waiting = -1});
    sums = sums_of(
        {{.id = 7, .project = 1, .state = TaskStage::done, .answers = 1, .wanted = 1}}, parts
    );
    CHECK(sums.at({1, 0}) == Tally{.done = 1, .answers = 1, .wanted = 1});
    CHECK_FALSE(sums.contains({1, 2}));
}

TEST_CASE("an assigned task is for its person alone, until they have a part", "[labeling][tally]") {
    const TalliedTask task{
        .id = 7, .project = 1, .state = TaskStage::open, .wanted = 2, .assigned = 5};
    auto sums = sums_of({task}, {{7, 2, false}});
    CHECK(sums.at({1, 0}) == Tally{.open = 1, .wanted = 2});
    CHECK(sums.at({1, 2}) == Tally{});
    CHECK(sums.at({1, 5}) == Tally{.free = 1});
    sums = sums_of({task}, {{7, 5, false}});
    CHECK(sums.at({1, 5}) == Tally{});
}

TEST_CASE("answers of gold and audits are not the project's", "[labeling][tally]") {
    const auto sums = sums_of(
        {{.id = 7, .project = 1, .state = TaskStage::gold, .answers = 4, .wanted = 1, .leases = 2},
         {.id = 8, .project = 1, .state = TaskStage::cancelled, .answers = 2, .wanted = 3}},
        {{7, 2, false}}
    );
    CHECK(sums.at({1, 0}) == Tally{.cancelled = 1, .answers = 2});
    CHECK_FALSE(sums.contains({1, 2}));
}
