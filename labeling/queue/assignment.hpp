#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace labeling {

using Time = std::chrono::system_clock::time_point;

// What one annotator has to do with one task.
struct Part {
    enum class State { held, answered, skipped, released };
    std::int64_t user = 0;
    State state = State::held;
    Time expires;  // of a held part
};

struct TaskState {
    std::int64_t id = 0;
    double priority = 0;  // higher first
    int wanted = 1;       // answers of different people
    std::vector<Part> parts;
};

// Whether this annotator may take the task at `now`: it has fewer answers and running leases than
// it wants, and the annotator neither has answered nor skipped it nor holds it. A lease that is
// over counts for nothing.
bool may_take(const TaskState& task, std::int64_t user, Time now);

// Indexes of up to `n` tasks for the annotator, highest priority first, older (lower id) first
// among equals. The claim of the store takes the same tasks.
std::vector<std::size_t>
next_tasks(std::span<const TaskState> tasks, std::int64_t user, std::size_t n, Time now);

enum class Next { done, one_more };

// After a task has all the answers it wanted: whether to ask one more person. `probability` is that
// of its likeliest class, `target` the project's; never more than `at_most` answers in all.
Next after_answers(double probability, double target, int answers, int at_most);

}  // namespace labeling
