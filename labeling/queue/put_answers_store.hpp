#pragma once

#include <span>
#include <string>
#include <vector>

#include "labeling/queue/task_store.hpp"

// The statements that store answers, of one or of thousands: an array a column, in PostgreSQL's
// text form. Whoever adds them counts what they change (tally_store.hpp) and notes it
// (event_store.hpp).
namespace labeling {

struct AnswerColumns {
    std::string tasks, users, tokens, attempts, classes, values, milliseconds;
    std::string times;      // when they were given
    std::string hours;      // the hours of these
    std::string versions;   // of the classes
    std::string replacing;  // when those that they correct counted no more
};
// Answers without a time of their own are of `now`.
AnswerColumns columns_of(std::span<const Answer> answers, Time now);

// Stores answers, one of a person to a task each, whose leases are held under their tokens and
// attempts. Returns the place in the batch.
std::size_t put_answers(base::Batch& batch, const AnswerColumns& answers);
// Puts other answers in the place of those at the attempts, which must be their people's last.
std::size_t put_corrections(base::Batch& batch, const AnswerColumns& answers);

// What either of them stored.
struct StoredAnswers {
    std::int64_t answers = 0;
    std::string closed{};  // bigint[]: the tasks that have all they wanted now
};
StoredAnswers stored_in(const base::Rows& rows);

}  // namespace labeling
