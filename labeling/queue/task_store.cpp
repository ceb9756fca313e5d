// The queue in the database: each verb is one statement, or two where the first says why not.
//
// Submitting sets the lease, the answer and the task together or not at all; a row that does not
// change is asked about afterwards, outside of the common way. The kept counts follow in a statement
// of their own, which sees who has a part in a task now that it is locked. Claims are in
// claim_store.cpp.
#include "labeling/queue/task_store.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "labeling/queue/event_store.hpp"
#include "labeling/queue/tally_store.hpp"
#include "labeling/sql.hpp"
#include "labeling/tasks/stored_answer.hpp"
#include "labeling/truth/truth_store.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

constexpr std::size_t batch = 5'000;

// A page of records: how many of them were put into the queue, and the last one.
struct Looked {
    std::int64_t added = 0;
    std::int64_t rk = 0;
    std::string key;
};
BOOST_DESCRIBE_STRUCT(Looked, (), (added, rk, key))

// float8[] in PostgreSQL's text form.
std::string array_of(const std::vector<double>& values) {
    return fmt::format("{{{}}}", fmt::join(values, ","));
}

struct EnqueuedRow {
    std::int64_t known = 0, added = 0, changed = 0;
};
BOOST_DESCRIBE_STRUCT(EnqueuedRow, (), (known, added, changed))

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

struct KeyRow {
    std::string key;
};
BOOST_DESCRIBE_STRUCT(KeyRow, (), (key))

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

// Claims must not be planned for an empty queue.
constexpr std::int64_t worth_analyzing = 50;

Enqueued enqueue(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<QueueRequest>& requests,
    bool again,
    Time now
) {
    Enqueued result;
    for (std::size_t first = 0; first < requests.size(); first += batch) {
        std::vector<std::int64_t> rks;
        std::vector<std::string> keys, reasons;
        std::vector<double> priorities;
        for (auto i = first; i < std::min(first + batch, requests.size()); ++i) {
            if (!std::isfinite(requests[i].priority))
                throw base::Error(
                    "record '" + requests[i].key + "'", "its priority is not a finite number"
                );
            rks.push_back(schema::record_key(project.project.source, requests[i].key));
            keys.push_back(requests[i].key);
            reasons.push_back(requests[i].reason);
            priorities.push_back(requests[i].priority);
        }
        auto ask = [&] {
            return base::first_as<EnqueuedRow>(tx.exec(
                                                   sql::file["enqueue_tasks"],
                                                   project.id,
                                                   project.source_id,
                                                   schema::array_of(rks),
                                                   schema::array_of(keys),
                                                   array_of(priorities),
                                                   schema::array_of(reasons),
                                                   project.project.overlap,
                                                   schema::timestamp(now),
                                                   again
                                               ))
                .value();
        };
        auto there = tasks_of(tx, project, keys);
        auto put = there.empty() ? ask() : counted(tx, there, ask);
        count_queued(tx, project.id, put.added, project.project.overlap);
        result.added += put.added;
        result.changed += put.changed;
        result.waiting += put.known - put.added - put.changed;
        std::sort(keys.begin(), keys.end());
        auto distinct = std::unique(keys.begin(), keys.end()) - keys.begin();
        result.unknown += static_cast<std::int64_t>(distinct) - put.known;
    }
    if (result.added >= worth_analyzing) tx.exec(sql::file["analyze_tasks"]);
    return result;
}

namespace {

template <typename Query, typename Value>
std::int64_t change_tasks(
    base::Tx& tx,
    const Query& query,
    const StoredProject& project,
    const std::vector<std::string>& keys,
    const Value& value
) {
    std::vector<std::int64_t> rks;
    for (const auto& key : keys) rks.push_back(schema::record_key(project.project.source, key));
    auto a = schema::array_of(rks), b = schema::array_of(keys);
    return counted(tx, tasks_of(tx, project, keys), [&] {
        return static_cast<std::int64_t>(
            tx.change(query, project.id, project.source_id, a, b, value)
        );
    });
}

}  // namespace

std::int64_t assign(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<std::string>& keys,
    std::optional<std::int64_t> user_id
) {
    return change_tasks(tx, sql::file["assign_tasks"], project, keys, user_id);
}

std::int64_t set_priority(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<std::string>& keys,
    double priority
) {
    return change_tasks(tx, sql::file["set_priority"], project, keys, priority);
}

std::int64_t double_tasks(base::Tx& tx, const StoredProject& project, double share) {
    auto doubled = tx.change(sql::file["double_tasks"], project.id, share);
    count_anew(tx, project.id);
    return static_cast<std::int64_t>(doubled);
}

std::int64_t remove_tasks(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<std::string>& keys,
    Time now
) {
    return change_tasks(tx, sql::file["remove_tasks"], project, keys, schema::timestamp(now));
}

std::vector<std::string> neither_labeled_nor_queued(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<std::string>& keys
) {
    std::vector<std::int64_t> rks;
    for (const auto& key : keys) rks.push_back(schema::record_key(project.project.source, key));
    auto rows = base::rows_as<KeyRow>(tx.exec(
        sql::file["neither_labeled_nor_queued"],
        project.id,
        project.source_id,
        schema::array_of(rks),
        schema::array_of(keys)
    ));
    std::vector<std::string> fresh;
    for (auto& row : rows) fresh.push_back(std::move(row.key));
    return fresh;
}

std::int64_t enqueue_unlabeled(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t at_most,
    double priority,
    const std::string& reason,
    Time now
) {
    constexpr int page = 5000;
    std::int64_t added = 0;
    auto rk = std::numeric_limits<std::int64_t>::min();
    std::string key;
    while (added < at_most) {
        auto looked = base::first_as<Looked>(tx.exec(
            sql::file["enqueue_unlabeled"],
            project.id,
            project.source_id,
            at_most - added,
            priority,
            reason,
            project.project.overlap,
            schema::timestamp(now),
            rk,
            key,
            page
        ));
        if (!looked) break;
        added += looked->added;
        count_queued(tx, project.id, looked->added, project.project.overlap);
        rk = looked->rk;
        key = looked->key;
    }
    if (added >= worth_analyzing) tx.exec(sql::file["analyze_tasks"]);
    return added;
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
    if (stored.empty()) return explain_submit(tx, answer);
    count_answered(tx, answer.task, stored[0]["closed"].as<bool>());
    note_answer(tx, answer, now);
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
