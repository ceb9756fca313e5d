#include "service/labels/queue/claims.hpp"

#include <algorithm>

#include "labeling/quality/gold_store.hpp"
#include "labeling/queue/own_work_store.hpp"
#include "labeling/queue/people_store.hpp"

namespace service {

Room room_for(
    Work& work,
    const labeling::StoredProject& stored,
    std::int64_t user,
    std::int64_t held,
    std::int64_t wanted
) {
    Room room{.tasks = wanted, .limit = {}};
    auto limit = [&](const char* name, std::int64_t most, auto used) {
        if (most == 0 || room.tasks == 0) return;
        auto left = std::max<std::int64_t>(0, most - held - used());
        if (left < room.tasks) room = {.tasks = left, .limit = name};
    };
    const auto& limits = stored.project.limits;
    limit("limits.in_hand", limits.in_hand, [] { return std::int64_t{0}; });
    limit("limits.in_all", limits.in_all, [&] {
        return labeling::answers_of(work.tx, stored.id, user);
    });
    limit("limits.per_day", limits.per_day, [&] {
        auto day = std::chrono::floor<std::chrono::days>(work.now);
        return labeling::answers_since(work.tx, stored.id, user, day);
    });
    return room;
}

std::vector<labeling::Claimed> claim_more(
    Work& work,
    const labeling::StoredProject& stored,
    std::int64_t user,
    int n,
    bool skipped_too
) {
    if (n <= 0) return {};
    auto more = labeling::claim_gold(work.tx, stored, user, n, work.now, lease_time);
    if (auto rest = n - static_cast<int>(more.size()); rest > 0)
        for (auto& task : labeling::claim(work.tx, stored.id, user, rest, work.now, lease_time))
            more.push_back(std::move(task));
    labeling::count_given(work.tx, stored, user, more.size());
    if (more.empty() && skipped_too)
        more = labeling::claim_skipped(work.tx, stored.id, user, n, work.now, lease_time);
    return more;
}

}  // namespace service
