#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "labeling/projects/project_store.hpp"
#include "labeling/queue/assignment.hpp"
#include "labeling/queue/tally_store.hpp"
#include "labeling/tasks/task_type.hpp"

// The queue of a labeling project. Each function is one step inside the caller's transaction, safe
// beside any number of others.
namespace labeling {

struct QueueRequest {
    std::string key;  // of a record of the project's source
    double priority = 0;
    std::string reason{};  // why it should be labeled: "added", "margin", ..
    // What picked it: an order, "random" or "label-error"; by the predictions of which run, and how
    // doubtful it was. Empty: nothing did.
    std::string picked_by{};
    std::int64_t run = 0;
    double score = 0;
};
struct Enqueued {
    std::int64_t added = 0;
    std::int64_t changed =
        0;  // were waiting with another priority or reason, or were done and wait again
    std::int64_t waiting = 0;  // nothing to do
    std::int64_t unknown = 0;  // no such record
    std::int64_t unfit = 0;    // records without a field that the question needs
};
// Puts records into the queue; the same request again changes nothing. A task that is done stays
// done, or, with `again`, wants as many more answers as the project's overlap, from people who have
// not seen it; for a "label-error" once for each run.
Enqueued enqueue(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<QueueRequest>& requests,
    bool again,
    Time now
);
// The same, but that the server's statistics are left as they are: for who puts in many batches.
Enqueued put_into_queue(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<QueueRequest>& requests,
    bool again,
    Time now
);
// A record whose task waits for answers.
struct WaitingTask {
    std::int64_t rk = 0;
    std::string key;
    int version = 0;  // of the record, when it was queued
};
BOOST_DESCRIBE_STRUCT(WaitingTask, (), (rk, key, version))
std::vector<WaitingTask> waiting_tasks(base::Tx& tx, const StoredProject& project);

// Tasks that were picked, by what and by which run.
struct PickedTasks {
    std::string picked_by;
    std::int64_t run = 0;
    std::int64_t tasks = 0, done = 0;
    std::optional<double> mean_score;
};
BOOST_DESCRIBE_STRUCT(PickedTasks, (), (picked_by, run, tasks, done, mean_score))
std::vector<PickedTasks> picked_tasks(base::Tx& tx, std::int64_t project_id);

// Of these records those that have neither label nor task, in the same order.
std::vector<std::string> neither_labeled_nor_queued(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<std::string>& keys
);
// Puts up to `at_most` records that have neither label nor task into the queue, in an order that is
// random but always the same. Tells how many were added, and passed by as unfit.
Enqueued enqueue_unlabeled(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t at_most,
    double priority,
    const std::string& reason,
    Time now
);

// Changes of the waiting tasks of these records. Each returns how many tasks it was of.
// Given to this person only; nobody: to everybody again.
std::int64_t assign(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<std::string>& keys,
    std::optional<std::int64_t> user_id
);
std::int64_t set_priority(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<std::string>& keys,
    double priority
);
// A random share of all tasks wants one person more, each task once; doing it again changes
// nothing.
std::int64_t double_tasks(base::Tx& tx, const StoredProject& project, double share);
// Out of the queue. Answers stay, and whoever holds one of them may still answer.
std::int64_t remove_tasks(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<std::string>& keys,
    Time now
);

// A task in somebody's hands. What comes of it must name task, token and attempt.
struct Claimed {
    std::int64_t task = 0;
    std::int64_t token = 0;
    int attempt = 1;
    std::int64_t rk = 0;
    std::string key;
    int version = 0;  // of the record, when it was queued
    double priority = 0;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(Claimed, (), (task, token, attempt, rk, key, version, priority, reason))
// Leases up to `n` tasks to a user until now + `lease`: see assignment.hpp for which. Never waits
// for others' claims. Empty if there is nothing for this user, or the project is not active.
std::vector<Claimed> claim(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t user_id,
    int n,
    Time now,
    std::chrono::seconds lease
);
// The same of tasks that the user skipped, those first that were skipped first: for when there is
// nothing else for them.
std::vector<Claimed> claim_skipped(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t user_id,
    int n,
    Time now,
    std::chrono::seconds lease
);

// Each returns false if the lease is no longer this user's under this token: it was over and the
// task was given on.
bool renew(base::Tx& tx, std::int64_t task, std::int64_t user_id, std::int64_t token, Time until);
bool release(base::Tx& tx, std::int64_t task, std::int64_t user_id, std::int64_t token, Time now);
// The task goes to others; to this user only by claim_skipped(), or if it is undone.
bool skip(
    base::Tx& tx,
    std::int64_t task,
    std::int64_t user_id,
    std::int64_t token,
    const std::string& reason,
    Time now
);

// The project of a task; nothing if there is no such task.
std::optional<std::int64_t> project_of_task(base::Tx& tx, std::int64_t task);
// The record of a task as it was queued, read when it is asked for. The transaction outlives it.
class TaskRecord : public AskedRecord {
public:
    TaskRecord(base::Tx& tx, std::int64_t task) : tx_(tx), task_(task) {}
    std::string text() const override;
    std::optional<Size> picture() const override;
    std::optional<Recording> recording() const override;
    base::JsonText payload() const override;

private:
    struct Read {
        std::string body;
        std::optional<int> width, height;
        base::JsonText payload;
        bool recorded = false;
        std::optional<double> seconds;
        BOOST_DESCRIBE_CLASS(Read, (), (body, width, height, payload, recorded, seconds), (), ())
    };
    const Read& read() const;

    base::Tx& tx_;
    std::int64_t task_;
    mutable std::optional<Read> read_;
};

struct Answer {
    std::int64_t task = 0;
    std::int64_t user_id = 0;
    std::int64_t token = 0;
    int attempt = 1;
    std::optional<std::int32_t> class_id{};
    std::optional<std::string> value{};          // JSON, for what a class cannot say
    std::optional<std::int32_t> milliseconds{};  // the person took
    std::optional<Time> at{};                    // when it was given; nothing: now
    std::optional<int> schema_version{};         // of the classes then; nothing: the present ones
    std::optional<Time> replaces_at{};  // of a correction: when the one before it counted no more;
                                        // nothing: when it was given
};
// In all projects.
std::int64_t count_open_tasks(base::Tx& tx);

enum class Submitted {
    accepted,   // stored now
    repeated,   // this very answer was stored before; nothing changed
    different,  // another answer was stored under this lease; nothing changed
    stale,      // the lease was over and the task was given on, or the answer was undone; nothing
                // stored
    unknown_class,  // nothing stored
    unknown_task,   // nothing stored
};
// The answer that was stored at an attempt.
std::optional<std::string>
answer_given(base::Tx& tx, std::int64_t task, std::int64_t user_id, int attempt);
// Stores one answer, and closes the task when it has all it wanted. Sent again after a lost
// connection, it is stored once.
Submitted submit(base::Tx& tx, const Answer& answer, Time now);
// The same in a batch.
class LaterSubmitted {
public:
    LaterSubmitted(base::Batch& batch, const Answer& answer, Time now);

    // Whether it was stored; if not, explain_submit() tells why.
    bool stored() const;
    // What is to be counted if it was (tally_store.hpp).
    Tallies tallies() const;

private:
    base::Batch& batch_;
    std::size_t place_;
    LaterTallied tallied_;
};
// submit() and, if it is accepted, settle().
Submitted
submit_and_settle(base::Tx& tx, const StoredProject& project, const Answer& answer, Time now);
// Why an answer was not stored.
Submitted explain_submit(base::Tx& tx, const Answer& answer);

// Merges the task's answers anew and, if the project allows it, asks one more person about a task
// that has all answers it wanted and is still less probable than the project's target. How alike
// the answers are is counted for the user whose answer it follows, if one is named.
void settle(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t task,
    Time now,
    std::optional<std::int64_t> user_id = {}
);

// Takes back the user's last answer or skip in the project and leases its task to them again;
// nothing if there is none. The answer stays in the history, withdrawn.
std::optional<Claimed> undo_last(
    base::Tx& tx,
    std::int64_t project_id,
    std::int64_t user_id,
    Time now,
    std::chrono::seconds lease
);

}  // namespace labeling
