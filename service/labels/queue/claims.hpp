#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "labeling/queue/claim_store.hpp"
#include "service/verb.hpp"

// How much of the queue a person is given at once.
namespace service {

constexpr auto lease_time = std::chrono::minutes(10);

struct Room {
    std::int64_t tasks = 0;
    std::string limit;  // that leaves no more
};
// How many of `wanted` more tasks the project's limits allow to a person with so many in hand.
Room room_for(
    Work& work,
    const labeling::StoredProject& stored,
    std::int64_t user,
    std::int64_t held,
    std::int64_t wanted
);

// Leases up to n more tasks to a person, gold among the others; what they skipped only if
// `skipped_too` and there is nothing else. Returns up to `in_hand` tasks that they hold then, or
// nothing if no more were leased.
std::vector<labeling::TaskInHand> claim_more(
    Work& work,
    const labeling::StoredProject& stored,
    const labeling::Claiming& claiming,
    const std::optional<labeling::QueuePlace>& place,
    int n,
    int in_hand,
    bool skipped_too
);

// One task out of turn, as it is in the person's hands then; refused if they may not have it.
labeling::TaskInHand claim_named(
    Work& work,
    const labeling::StoredProject& stored,
    const schema::User& who,
    std::int64_t task,
    std::int64_t held
);

}  // namespace service
