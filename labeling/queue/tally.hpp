#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include <boost/describe/class.hpp>

#include "base/words.hpp"

// What tasks count for: how many of a project are open, done and left for each person. Pure.
namespace labeling {

// How a task stands in its project.
enum class TaskStage : std::uint8_t { open, done, cancelled, gold, audit };
constexpr auto words_of(TaskStage) {
    return std::to_array<base::Word<TaskStage>>({
        {TaskStage::open, "open", "people are asked"},
        {TaskStage::done, "done", "it has all answers that it wants"},
        {TaskStage::cancelled, "cancelled", "nobody is asked any more"},
        {TaskStage::gold, "gold", "its truth is known, and people are tried by it"},
        {TaskStage::audit, "audit", "its answers try the project's labels"},
    });
}

// A task, as its row says.
struct TalliedTask {
    std::int64_t id = 0, project = 0;
    TaskStage state = TaskStage::open;
    std::int64_t answers = 0, wanted = 0, leases = 0;
    std::optional<std::int64_t> assigned{};  // to this person alone
    bool disputed = false;                   // its answers disagree
};
BOOST_DESCRIBE_STRUCT(
    TalliedTask,
    (),
    (id, project, state, answers, wanted, leases, assigned, disputed)
)

// A person who has a part in a task: holds, answered or skipped it.
struct TalliedPart {
    std::int64_t task = 0, user = 0;
    bool skipped = false;
};
BOOST_DESCRIBE_STRUCT(TalliedPart, (), (task, user, skipped))

// The columns of label_tally that tasks count for. A project's own are under user 0; a person's are
// what is to be added to those: of what is free for all, what they have a part in is not for them.
struct Tally {
    std::int64_t open = 0, done = 0, cancelled = 0, answers = 0, wanted = 0, leases = 0;
    std::int64_t free = 0;     // open, with room for one person more
    std::int64_t waiting = 0;  // open, and others have all the room
    std::int64_t skipped = 0, disputed = 0;

    bool operator==(const Tally&) const = default;
};
BOOST_DESCRIBE_STRUCT(
    Tally,
    (),
    (open, done, cancelled, answers, wanted, leases, free, waiting, skipped, disputed)
)

using Tallies = std::map<std::pair<std::int64_t, std::int64_t>, Tally>;  // by project and user

// Adds what these tasks count for, `sign` times; `parts` are all that anybody has in them.
void add_tallies(
    Tallies& sums,
    std::span<const TalliedTask> tasks,
    std::span<const TalliedPart> parts,
    int sign
);

}  // namespace labeling
