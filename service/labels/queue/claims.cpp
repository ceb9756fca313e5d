#include "service/labels/queue/claims.hpp"

#include <algorithm>

#include "labeling/quality/gold_store.hpp"
#include "labeling/queue/own_work_store.hpp"
#include "labeling/queue/people_store.hpp"
#include "service/project_access.hpp"
#include "service/refusal.hpp"

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

labeling::TaskInHand claim_named(
    Work& work,
    const labeling::StoredProject& stored,
    const schema::User& who,
    std::int64_t task,
    std::int64_t held
) {
    auto in_hand = [&] {
        return labeling::tasks_in_hand(work.tx, stored.id, who.id, task, 1, work.now);
    };
    if (auto found = in_hand(); !found.empty()) return std::move(found.front());
    auto refuse = [&](const std::string& why) -> Refusal {
        return {Refusal::Kind::conflict, "task " + std::to_string(task), why, "take the next one"};
    };
    auto room = room_for(work, stored, who.id, held, 1);
    if (room.tasks == 0) throw refuse("is one more than '" + room.limit + "' of the project lets");
    const labeling::Claiming claiming{
        .project_id = stored.id, .user_id = who.id, .now = work.now, .lease = lease_time};
    bool any = who.role != Role::label || reviews(work.tx, who, stored.id);
    if (!labeling::claim_named(work.tx, claiming, task, any))
        throw refuse("is not to be had: it was answered, or others have it");
    auto found = in_hand();
    if (found.empty()) throw refuse("has no record any more");
    return std::move(found.front());
}

}  // namespace service
