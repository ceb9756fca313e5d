// What is put into the queue, changed there and taken out.
//
// Records go in batches, each one statement that says what became of them. What there is of a task
// already decides: one that waits takes the new priority, one that is done stays so unless it is to
// be asked again, and what picked it first stays with it, so that a sample drawn by chance remains
// one.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "labeling/queue/tally_store.hpp"
#include "labeling/queue/task_store.hpp"
#include "labeling/sql.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace labeling {

namespace {

constexpr std::size_t enqueue_batch = 5'000;

// A page of records: how many of them were put into the queue, and the last one.
struct Looked {
    std::int64_t added = 0, unfit = 0;
    std::int64_t rk = 0;
    std::string key;
};
BOOST_DESCRIBE_STRUCT(Looked, (), (added, unfit, rk, key))

// float8[] in PostgreSQL's text form.
std::string array_of(const std::vector<double>& values) {
    return fmt::format("{{{}}}", fmt::join(values, ","));
}

struct EnqueuedRow {
    std::int64_t known = 0, unfit = 0, added = 0, changed = 0;
};
BOOST_DESCRIBE_STRUCT(EnqueuedRow, (), (known, unfit, added, changed))

struct KeyRow {
    std::string key;
};
BOOST_DESCRIBE_STRUCT(KeyRow, (), (key))

// Claims must not be planned for an empty queue.
constexpr std::int64_t worth_analyzing = 50;

}  // namespace

Enqueued put_into_queue(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<QueueRequest>& requests,
    bool again,
    Time now
) {
    Enqueued result;
    const auto needed = schema::array_of(needed_fields(project.project.question));
    for (std::size_t first = 0; first < requests.size(); first += enqueue_batch) {
        std::vector<std::int64_t> rks;
        std::vector<std::string> keys, reasons, pickers;
        std::vector<double> priorities, scores;
        std::vector<std::int64_t> runs;
        for (auto i = first; i < std::min(first + enqueue_batch, requests.size()); ++i) {
            if (!std::isfinite(requests[i].priority))
                throw base::Error(
                    "record '" + requests[i].key + "'", "its priority is not a finite number"
                );
            rks.push_back(schema::record_key(project.project.source, requests[i].key));
            keys.push_back(requests[i].key);
            reasons.push_back(requests[i].reason);
            priorities.push_back(requests[i].priority);
            pickers.push_back(requests[i].picked_by);
            runs.push_back(requests[i].run);
            scores.push_back(requests[i].picked_by.empty() ? std::nan("") : requests[i].score);
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
                                                   again,
                                                   schema::array_of(pickers),
                                                   schema::array_of(runs),
                                                   array_of(scores),
                                                   needed
                                               ))
                .value();
        };
        auto there = tasks_of(tx, project, keys);
        auto put = there.empty() ? ask() : counted(tx, there, ask);
        count_queued(tx, project.id, put.added, project.project.overlap);
        result.added += put.added;
        result.changed += put.changed;
        result.unfit += put.unfit;
        result.waiting += put.known - put.unfit - put.added - put.changed;
        std::sort(keys.begin(), keys.end());
        auto distinct = std::unique(keys.begin(), keys.end()) - keys.begin();
        result.unknown += static_cast<std::int64_t>(distinct) - put.known;
    }
    return result;
}

Enqueued enqueue(
    base::Tx& tx,
    const StoredProject& project,
    const std::vector<QueueRequest>& requests,
    bool again,
    Time now
) {
    auto result = put_into_queue(tx, project, requests, again, now);
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

std::vector<WaitingTask> waiting_tasks(base::Tx& tx, const StoredProject& project) {
    return base::rows_as<WaitingTask>(tx.exec(sql::file["waiting_tasks"], project.id));
}

std::vector<PickedTasks> picked_tasks(base::Tx& tx, std::int64_t project_id) {
    return base::rows_as<PickedTasks>(tx.exec(sql::file["picked_tasks"], project_id));
}

Enqueued enqueue_unlabeled(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t at_most,
    double priority,
    const std::string& reason,
    Time now
) {
    constexpr int page = 5000;
    Enqueued result;
    const auto needed = schema::array_of(needed_fields(project.project.question));
    auto rk = std::numeric_limits<std::int64_t>::min();
    std::string key;
    while (result.added < at_most) {
        auto looked = base::first_as<Looked>(tx.exec(
            sql::file["enqueue_unlabeled"],
            project.id,
            project.source_id,
            at_most - result.added,
            priority,
            reason,
            project.project.overlap,
            schema::timestamp(now),
            rk,
            key,
            page,
            needed
        ));
        if (!looked) break;
        result.added += looked->added;
        result.unfit += looked->unfit;
        count_queued(tx, project.id, looked->added, project.project.overlap);
        rk = looked->rk;
        key = looked->key;
    }
    if (result.added >= worth_analyzing) tx.exec(sql::file["analyze_tasks"]);
    return result;
}

}  // namespace labeling
