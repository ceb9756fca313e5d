#include "labeling/queue/assignment.hpp"

#include <algorithm>
#include <tuple>

namespace labeling {

bool may_take(const TaskState& task, std::int64_t user, Time now) {
    int taken = 0;
    for (const auto& part : task.parts) {
        bool running = part.state == Part::State::held && part.expires > now;
        bool answered = part.state == Part::State::answered;
        if (part.user == user && (running || answered || part.state == Part::State::skipped))
            return false;
        if (running || answered) ++taken;
    }
    return taken < task.wanted;
}

std::vector<std::size_t>
next_tasks(std::span<const TaskState> tasks, std::int64_t user, std::size_t n, Time now) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < tasks.size(); ++i)
        if (may_take(tasks[i], user, now)) found.push_back(i);
    std::sort(found.begin(), found.end(), [&](std::size_t a, std::size_t b) {
        return std::tuple(-tasks[a].priority, tasks[a].id) <
               std::tuple(-tasks[b].priority, tasks[b].id);
    });
    if (found.size() > n) found.resize(n);
    return found;
}

Next after_answers(double probability, double target, int answers, int at_most) {
    return probability < target && answers < at_most ? Next::one_more : Next::done;
}

}  // namespace labeling
