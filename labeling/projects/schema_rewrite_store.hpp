#pragma once

#include <cstdint>

#include "labeling/projects/project_store.hpp"
#include "labeling/projects/schema_change.hpp"

// Answers and labels, as a change of a project's classes has them read. Each function is one step
// inside the caller's transaction.
namespace labeling {

struct Rewritten {
    std::int64_t answers = 0;  // that are read otherwise since, or asked again
    std::int64_t labels = 0;   // likewise
    std::int64_t queued = 0;   // records that wait to be asked again
};

// By a change of `before` into `after`, which makes the schema version after that of `before`. With
// `keeps`, what stood there is kept for restore_rows().
Rewritten rewrite_rows(
    base::Tx& tx,
    const StoredProject& before,
    const StoredProject& after,
    const AnswersThen& then,
    bool keeps,
    Time now
);
// Puts back what a change that made `version` kept, but where people have answered anew.
Rewritten restore_rows(base::Tx& tx, const StoredProject& project, int version, Time now);

}  // namespace labeling
