// The queue in the database: each verb is one statement, or two where the first says why not.
//
// A claim picks, leases and counts in a single statement with SKIP LOCKED, so that any number of
// people can claim at once without waiting for each other, and a task never has more leases than it
// wants answers. Submitting sets the lease, the answer and the counters together or not at all; a
// row that does not change is asked about afterwards, outside of the common way.
#include "labeling/queue/task_store.hpp"

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "labeling/queue/news_store.hpp"
#include "labeling/sql.hpp"
#include "labeling/tasks/stored_answer.hpp"
#include "labeling/truth/truth_store.hpp"
#include "schema/records/record.hpp"

namespace labeling {

namespace {

struct ClaimRow : Claimed {
    std::int64_t freed = 0;  // leases that were over; the same in each row
};
BOOST_DESCRIBE_STRUCT(ClaimRow, (Claimed), (freed))

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

bool end_lease(
    base::Tx& tx,
    std::int64_t task,
    std::int64_t user_id,
    std::int64_t token,
    const std::string& state,
    const std::string& reason,
    Time now
) {
    return tx.change(
               sql::file["end_lease"], task, user_id, token, state, reason, schema::timestamp(now)
           ) == 1;
}

}  // namespace

std::vector<Claimed> claim(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t user_id,
    int n,
    Time now,
    std::chrono::seconds lease
) {
    std::vector<Claimed> tasks;
    for (bool freed = true; freed && static_cast<int>(tasks.size()) < n;) {
        auto rows = base::rows_as<ClaimRow>(tx.exec(
            sql::file["claim_tasks"],
            project_id,
            user_id,
            schema::timestamp(now),
            schema::timestamp(now + lease),
            n - static_cast<int>(tasks.size())
        ));
        freed = rows.front().freed > 0;
        for (auto& row : rows)
            if (row.task != 0) tasks.push_back(std::move(row));
    }
    return tasks;
}

std::vector<Claimed> claim_skipped(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t user_id,
    int n,
    Time now,
    std::chrono::seconds lease
) {
    return base::rows_as<Claimed>(tx.exec(
        sql::file["claim_skipped"],
        project_id,
        user_id,
        schema::timestamp(now),
        schema::timestamp(now + lease),
        n
    ));
}

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
    return end_lease(tx, task, user_id, token, "skipped", reason, now);
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

Submitted submit(base::Tx& tx, const Answer& answer, Time now) {
    auto stored = tx.exec(
        sql::file["submit_answer"],
        answer.task,
        answer.user_id,
        answer.token,
        answer.attempt,
        answer.class_id,
        answer.value,
        answer.milliseconds,
        schema::timestamp(now)
    );
    return stored.empty() ? explain_submit(tx, answer) : Submitted::accepted;
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

void settle(base::Tx& tx, const StoredProject& project, std::int64_t task, Time now) {
    auto refreshed = refresh_truth(tx, project, task, now);
    auto probability = refreshed.probability;
    auto target = project.project.truth.target;
    auto most = project.project.max_overlap;
    if (probability && *probability < target && most > 0) {
        auto answers = tx.value<int>(sql::file["answers_when_done"], task);
        if (answers && after_answers(*probability, target, *answers, most) == Next::one_more)
            tx.exec(sql::file["ask_one_more"], task);
    }
    tell_of_answer(tx, project, task, refreshed, now);
}

std::optional<Claimed> undo_last(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t user_id,
    Time now,
    std::chrono::seconds lease
) {
    auto task = tx.value<std::int64_t>(sql::file["last_answer"], user_id, project_id);
    if (!task) return std::nullopt;
    return base::first_as<Claimed>(tx.exec(
        sql::file["undo_answer"],
        *task,
        user_id,
        schema::timestamp(now),
        schema::timestamp(now + lease)
    ));
}

}  // namespace labeling
