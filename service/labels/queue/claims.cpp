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

std::vector<labeling::TaskInHand> claim_more(
    Work& work,
    const labeling::StoredProject& stored,
    const labeling::Claiming& claiming,
    const std::optional<labeling::QueuePlace>& place,
    int n,
    int in_hand,
    bool skipped_too
) {
    if (n <= 0) return {};
    auto& tx = work.tx;
    const auto user = claiming.user_id;
    auto gold = labeling::claim_gold(tx, stored, user, n, work.now, lease_time);
    labeling::ClaimedInHand claimed;
    if (auto rest = n - static_cast<int>(gold.size()); rest > 0)
        claimed = labeling::claim(tx, claiming, place, rest, in_hand);
    labeling::count_given(tx, stored, user, gold.size() + claimed.tasks.size());
    if (!claimed.tasks.empty()) return std::move(claimed.in_hand);
    if (gold.empty() &&
        (!skipped_too ||
         labeling::claim_skipped(tx, stored.id, user, n, work.now, lease_time).empty()))
        return {};
    return labeling::tasks_in_hand(tx, stored.id, user, {}, in_hand, work.now);
}

}  // namespace service
