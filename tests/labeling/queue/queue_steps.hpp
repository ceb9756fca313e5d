#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/database/database.hpp"
#include "labeling/queue/task_store.hpp"
#include "tests/labeling/store_fixture.hpp"

// Steps of people at the queue, each in a transaction of its own at a moment of its own.

inline std::vector<labeling::Claimed> claim(
    LabelingWorld& world,
    std::int64_t user,
    int n = 1,
    std::chrono::seconds lease = std::chrono::seconds(60)
) {
    auto now = world.now();
    return world.db->call([&](base::Tx& tx) {
        return labeling::claim(tx, world.project.id, user, n, now, lease);
    });
}

inline labeling::Answer
answer_to(const labeling::Claimed& task, std::int64_t user, int class_id = 0) {
    labeling::Answer answer;
    answer.task = task.task;
    answer.user_id = user;
    answer.token = task.token;
    answer.attempt = task.attempt;
    answer.class_id = class_id;
    return answer;
}

inline labeling::Submitted submit(LabelingWorld& world, const labeling::Answer& answer) {
    auto now = world.now();
    return world.db->call([&](base::Tx& tx) { return labeling::submit(tx, answer, now); });
}

inline std::vector<std::string> keys(const std::vector<labeling::Claimed>& tasks) {
    std::vector<std::string> result;
    for (const auto& task : tasks) result.push_back(task.key);
    return result;
}
