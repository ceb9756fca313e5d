#include "labeling/queue/assignment.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using labeling::Part;
using labeling::TaskState;

namespace {

const labeling::Time now{std::chrono::hours(1000)};

Part held(std::int64_t user, labeling::Time until) {
    return {user, Part::State::held, until};
}

}  // namespace

TEST_CASE("a task goes to as many people as it wants answers", "[labeling][assignment]") {
    TaskState task{1, 0, 2, {}};
    CHECK(labeling::may_take(task, 7, now));
    task.parts = {held(1, now + 1min), {2, Part::State::answered, {}}};
    CHECK_FALSE(labeling::may_take(task, 7, now));
    CHECK(labeling::may_take(task, 7, now + 1min));  // the lease is over
}

TEST_CASE("nobody gets a task twice", "[labeling][assignment]") {
    TaskState task{1, 0, 5, {}};
    for (auto state : {Part::State::answered, Part::State::skipped}) {
        task.parts = {{7, state, {}}};
        CHECK_FALSE(labeling::may_take(task, 7, now));
        CHECK(labeling::may_take(task, 8, now));
    }
    task.parts = {held(7, now + 1s)};
    CHECK_FALSE(labeling::may_take(task, 7, now));
    CHECK(labeling::may_take(task, 7, now + 1s));
    task.parts = {{7, Part::State::released, {}}};
    CHECK(labeling::may_take(task, 7, now));
}

TEST_CASE("higher priority comes first, then age", "[labeling][assignment]") {
    std::vector<TaskState> tasks{
        {1, 0, 1, {}}, {2, 5, 1, {}}, {3, 5, 1, {}}, {4, 9, 1, {held(1, now + 1s)}}};
    CHECK(labeling::next_tasks(tasks, 7, 3, now) == std::vector<std::size_t>{1, 2, 0});
    CHECK(labeling::next_tasks(tasks, 7, 1, now + 1s) == std::vector<std::size_t>{3});
}

TEST_CASE(
    "one more answer is asked for only below the target and the limit",
    "[labeling][assignment]"
) {
    CHECK(labeling::after_answers(0.8, 0.95, 3, 5) == labeling::Next::one_more);
    CHECK(labeling::after_answers(0.95, 0.95, 3, 5) == labeling::Next::done);
    CHECK(labeling::after_answers(0.5, 0.95, 5, 5) == labeling::Next::done);
}
