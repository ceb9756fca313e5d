#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "labeling/queue/task_store.hpp"
#include "service/labels/queue/order.hpp"
#include "service/verb.hpp"

// What waits to be labeled, in which order, and why.
namespace service {

struct QueueRecords {
    std::string project;
    std::int64_t add = 0;  // records that have neither label nor task
    std::string where;     // only those that this condition holds for
    std::optional<double> priority{};
    std::string assign{};  // a user
    bool release = false, remove = false;
    double twice = 0;                      // "double"
    std::optional<QueueOrder> order{};     // of what is added, or waits
    std::optional<std::int64_t> run{};     // by whose predictions
    std::optional<double> random_share{};  // 0.1 by default
    std::optional<std::int64_t>
        label_errors{};    // a run whose suspected label errors are asked again
    bool waiting = false;  // put what waits in that order
    std::size_t pool = 20'000;
    std::uint64_t seed = 1;
    static const base::Settings<QueueRecords> settings;
};
struct QueueState {
    std::string project{};
    std::int64_t added = 0, changed = 0;
    std::int64_t unfit = 0;           // not added: they lack a field that the question is about
    std::int64_t open = 0, done = 0;  // tasks
    std::int64_t answers = 0, wanted = 0;
    std::int64_t looked_at = 0;  // records, or labels, that were chosen from
    std::vector<labeling::PickedTasks> picked{};
};
BOOST_DESCRIBE_STRUCT(
    QueueState,
    (),
    (project, added, changed, unfit, open, done, answers, wanted, looked_at, picked)
)
// Puts records in if `add` is given; else changes the tasks that the condition holds for: gives
// them to one person only, or to all again, takes them out, or sets their priority. With an order
// the records that a run is least sure of come first, with a share by chance among them; with
// `waiting` what waits is put in that order. base::Error where the run is of another project.
QueueState queue_records(Work& work, const QueueRecords& request);

// Puts what a run picked (0: no run did) into a project's queue, so that it is asked in this
// order, with what picked it. Labels that the run takes for wrong (`again`) are asked again of
// people who have not answered them.
labeling::Enqueued send_to_queue(
    Work& work,
    const labeling::StoredProject& project,
    std::int64_t run,
    const std::vector<training::ReviewItem>& picked,
    bool again
);

}  // namespace service
