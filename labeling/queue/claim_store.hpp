#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "labeling/queue/people_store.hpp"
#include "labeling/queue/task_store.hpp"

// Claims that wait for the server as seldom as can be: what has to be known first is asked for
// beside other things, and what is in the person's hands afterwards comes with the claim.
//
//     base::Batch batch(tx);
//     auto place = labeling::find_place(batch, claiming);
//     auto other = ..(batch, ..);
//     auto claimed = labeling::claim(tx, claiming, *place, 3, 5);
namespace labeling {

struct Claiming {
    std::int64_t project_id = 0, user_id = 0;
    Time now;
    std::chrono::seconds lease{};
};

// Where a person goes on in the queue.
struct QueuePlace {
    bool active = false;
    std::optional<double> mark_priority;  // none: at its beginning
    std::optional<std::int64_t> mark_task;
    std::optional<std::string> mark_xid;
    std::string xid = {};    // of the oldest transaction that runs
    bool ended = false;      // some leases are over
    std::int64_t free = 0;   // tasks for this person, by the kept counts
    std::int64_t freed = 0;  // before the mark, since it was made
};
BOOST_DESCRIBE_STRUCT(
    QueuePlace,
    (),
    (active, mark_priority, mark_task, mark_xid, ended, free, freed)
)
// What a batch will tell of it: nothing if there is no such project.
class LaterPlace {
public:
    LaterPlace(base::Batch& batch, std::size_t oldest, std::size_t place)
        : batch_(batch), oldest_(oldest), place_(place) {}
    std::optional<QueuePlace> operator*() const;

private:
    base::Batch& batch_;
    std::size_t oldest_, place_;
};
LaterPlace find_place(base::Batch& batch, const Claiming& claiming);

struct ClaimedInHand {
    std::vector<Claimed> tasks;
    std::vector<TaskInHand> in_hand;  // of the person in this project, if any were claimed
};
// As claim() of task_store.hpp; tells up to `in_hand` tasks that the person holds then.
ClaimedInHand
claim(base::Tx& tx, const Claiming& claiming, std::optional<QueuePlace> place, int n, int in_hand);

// Leases one task though it is not its turn: one that the person skipped or left before, or with
// `any` also one that they have no part in. False if it is not to be had.
bool claim_named(base::Tx& tx, const Claiming& claiming, std::int64_t task, bool any);

}  // namespace labeling
