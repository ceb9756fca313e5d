// The queue in the database: each verb is one statement, or two where the first says why not.
//
// Submitting sets the lease, the answer and the task together or not at all; a row that does not
// change is asked about afterwards, outside of the common way. The kept counts and what those who
// watch are told follow in statements of their own, which see who has a part in a task now that it
// is locked; they go in one batch with it, and do nothing where it did nothing. Claims are in
// claim_store.cpp, what puts tasks into the queue is in enqueue_store.cpp.
#include "labeling/queue/task_store.hpp"

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "labeling/queue/event_store.hpp"
#include "labeling/queue/put_answers_store.hpp"
#include "labeling/queue/tally_store.hpp"
#include "labeling/sql.hpp"
#include "labeling/tasks/stored_answer.hpp"
#include "labeling/truth/truth_store.hpp"
#include "schema/records/record.hpp"

namespace labeling {

namespace {

struct Explained {
    bool known_class = false;
    bool stored = false;  // at this attempt
    bool same = false;    // as this answer
};
BOOST_DESCRIBE_STRUCT(Explained, (), (known_class, stored, same))

struct GivenRow {
    std::string label, value;
};
BOOST_DESCRIBE_STRUCT(GivenRow, (), (label, value))

struct LastRow {
    std::int64_t task = 0;
    bool answered = false;  // or skipped
};
BOOST_DESCRIBE_STRUCT(LastRow, (), (task, answered))

bool end_lease(
    base::Tx& tx,
    std::int64_t task,
    std::int64_t user_id,
    std::int64_t token,
    const std::string& state,
    const std::string& reason,
    Time now
) {
    return counted(tx, {task}, [&] {
        auto at = schema::timestamp(now);
        return tx.change(sql::file["end_lease"], task, user_id, token, state, reason, at) == 1;
    });
}

}  // namespace

bool renew(base::Tx& tx, std::int64_t task, std::int64_t user_id, std::int64_t token, Time until) {
    return tx.change(sql::file["renew_lease"], task, user_id, token, schema::timestamp(until)) == 1;
}

bool release(base::Tx& tx, std::int64_t task, std::int64_t user_id, std::int64_t token, Time now) {
    return end_lease(tx, task, user_id, token, "released", "", now);
}

bool skip(
    base::Tx& tx,
    std::int64_t task,
    std::int64_t user_id,
    std::int64_t token,
    const std::string& reason,
    Time now
) {
    if (!end_lease(tx, task, user_id, token, "skipped", reason, now)) return false;
    note_skip(tx, task, user_id, reason, now);
    return true;
}

std::optional<std::int64_t> project_of_task(base::Tx& tx, std::int64_t task) {
    return tx.value<std::int64_t>(sql::file["project_of_task"], task);
}

const TaskRecord::Read& TaskRecord::read() const {
    if (!read_)
        read_ = base::first_as<Read>(tx_.exec(sql::file["record_of_task"], task_)).value_or(Read{});
    return *read_;
}

std::string TaskRecord::text() const {
    return read().body;
}

std::optional<AskedRecord::Size> TaskRecord::picture() const {
    if (!read().width || !read().height) return std::nullopt;
    return Size{.width = *read().width, .height = *read().height};
}

std::optional<AskedRecord::Recording> TaskRecord::recording() const {
    if (!read().recorded) return std::nullopt;
    return Recording{.seconds = read().seconds};
}

base::JsonText TaskRecord::payload() const {
    return read().payload;
}

std::int64_t count_open_tasks(base::Tx& tx) {
    return *tx.value<std::int64_t>(sql::file["count_open_tasks"]);
}

std::optional<std::string>
answer_given(base::Tx& tx, std::int64_t task, std::int64_t user_id, int attempt) {
    auto row = base::first_as<GivenRow>(tx.exec(sql::file["answer_given"], task, user_id, attempt));
    if (!row) return std::nullopt;
    return answer_of(row->label, row->value);
}

LaterSubmitted::LaterSubmitted(base::Batch& batch, const Answer& answer, Time now)
    : batch_(batch),
      place_(put_answers(batch, columns_of(std::span(&answer, 1), now))),
      tallied_(batch, {answer.task}) {
    note_answers(batch, std::span(&answer, 1), now);
}

bool LaterSubmitted::stored() const {
    return stored_in(batch_.rows(place_)).answers > 0;
}

Tallies LaterSubmitted::tallies() const {
    return tally_answered(tallied_, stored_in(batch_.rows(place_)).closed != "{}");
}

Submitted submit(base::Tx& tx, const Answer& answer, Time now) {
    base::Batch batch(tx);
    LaterSubmitted put(batch, answer, now);
    if (!put.stored()) return explain_submit(tx, answer);
    LaterCounted(batch, put.tallies()).end();
    return Submitted::accepted;
}

Submitted explain_submit(base::Tx& tx, const Answer& answer) {
    auto why = base::first_as<Explained>(tx.exec(
        sql::file["explain_submit"],
        answer.task,
        answer.user_id,
        answer.attempt,
        answer.class_id,
        answer.value
    ));
    if (!why) return Submitted::unknown_task;
    if (why->stored) return why->same ? Submitted::repeated : Submitted::different;
    return why->known_class ? Submitted::stale : Submitted::unknown_class;
}

std::optional<Claimed> undo_last(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t user_id,
    Time now,
    std::chrono::seconds lease
) {
    auto last = base::first_as<LastRow>(tx.exec(sql::file["last_answer"], user_id, project_id));
    if (!last) return std::nullopt;
    auto back = counted(tx, {last->task}, [&] {
        return base::first_as<Claimed>(tx.exec(
            sql::file["undo_answer"],
            last->task,
            user_id,
            schema::timestamp(now),
            schema::timestamp(now + lease)
        ));
    });
    if (back) note_undone(tx, last->task, user_id, last->answered, now);
    return back;
}

}  // namespace labeling
