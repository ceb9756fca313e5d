#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/time/time.hpp"

namespace base {
class Batch;
class Tx;
}  // namespace base

// The kept counts of a project's tasks: how many are open, done and left for each person
// (label_tally). Whatever changes tasks, or who has a part in one, goes through one of these, in
// its transaction; a test compares them with the rows.
namespace labeling {

struct StoredProject;

namespace tally_detail {
void leave(base::Tx& tx, const std::string& tasks);
void come(base::Tx& tx, const std::string& tasks);
std::string array_of_tasks(const std::vector<std::int64_t>& tasks);
}  // namespace tally_detail

// Runs a change of some tasks, which are locked first: their states, counts, leases, assignment.
// Those that have room then may be had by people who were further on in the queue.
template <typename Change>
auto counted(base::Tx& tx, const std::vector<std::int64_t>& tasks, Change change) {
    auto ids = tally_detail::array_of_tasks(tasks);
    tally_detail::leave(tx, ids);
    if constexpr (std::is_void_v<std::invoke_result_t<Change&>>) {
        change();
        tally_detail::come(tx, ids);
    } else {
        auto result = change();
        tally_detail::come(tx, ids);
        return result;
    }
}
// The tasks of these records, if there are any, for counted().
std::vector<std::int64_t>
tasks_of(base::Tx& tx, const StoredProject& project, const std::vector<std::string>& keys);

// Behind claim_tasks in the same batch: what it claimed for this person. Behind submit_answer:
// whether it stored an answer, and closed the task or not.
void count_claimed(base::Batch& batch, std::int64_t user_id);
void count_answered(base::Batch& batch, std::int64_t task);
// So many new tasks that want so many answers each.
void count_queued(base::Tx& tx, std::int64_t project_id, std::int64_t tasks, int wanted);
// So many labels more, or less.
void count_labels(base::Tx& tx, std::int64_t project_id, std::int64_t labels);
// So many tasks more, or less, whose answers disagree.
void count_disputed(base::Tx& tx, std::int64_t project_id, std::int64_t tasks);
void count_disputed(base::Batch& batch, std::int64_t project_id, std::int64_t tasks);
// Behind put_truth in the same batch: the labels that it wrote.
void count_put_labels(base::Batch& batch, std::int64_t project_id);

// What the counts by class and by hour are told of a label: what it is, and what it was before.
// A side without a time is not there.
struct LabelCounted {
    std::optional<int> class_id;
    std::optional<double> probability;
    std::optional<base::Time> set_at;
    std::optional<int> class_was;
    std::optional<double> probability_was;
    std::optional<base::Time> set_at_was;
};
BOOST_DESCRIBE_STRUCT(
    LabelCounted,
    (),
    (class_id, probability, set_at, class_was, probability_was, set_at_was)
)
// After a change of one label by another statement than put_truth.
void count_label(base::Tx& tx, std::int64_t project_id, const LabelCounted& label);
// After a change that may have been of any label of the project.
void count_truth_anew(base::Tx& tx, std::int64_t project_id);
// After a change that may have been of any task or label of the project: counts all of them again.
void count_anew(base::Tx& tx, std::int64_t project_id);

}  // namespace labeling
