#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "labeling/projects/project_store.hpp"

// Answers of a person that turned out to be worth nothing. Each function is one step inside the
// caller's transaction: all of it is done, truths included, or nothing.
namespace labeling {

struct InvalidateRequest {
    std::int64_t user_id = 0;
    std::string reason;
    std::optional<Time> since{}, until{};  // when they were given; since <= time < until
    std::string made_by;
};
// Takes the person's answers back, and keeps them: they count no more, their tasks wait again for
// others, labels are merged anew. Returns how many; nothing is noted where there are none.
std::int64_t
invalidate(base::Tx& tx, const StoredProject& project, const InvalidateRequest& request, Time now);

// Undoes the last invalidation of a person's answers that stands. Returns how many count again;
// nothing if none stands.
std::optional<std::int64_t> restore_invalidated(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t user_id,
    const std::string& made_by,
    Time now
);

struct Invalidation {
    std::string user, reason;
    std::optional<Time> since, until;
    std::int64_t answers = 0;
    std::string made_by;
    Time made_at;
    std::optional<std::string> restored_by;
    std::optional<Time> restored_at;
};
BOOST_DESCRIBE_STRUCT(
    Invalidation,
    (),
    (user, reason, since, until, answers, made_by, made_at, restored_by, restored_at)
)
// The oldest first.
std::vector<Invalidation> list_invalidations(base::Tx& tx, std::int64_t project_id);

}  // namespace labeling
