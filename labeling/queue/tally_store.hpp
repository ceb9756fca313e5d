#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace base {
class Tx;
}

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

// After a claim of these tasks by one person, and after an answer, which closed the task or not.
void count_claimed(base::Tx& tx, const std::vector<std::int64_t>& tasks, std::int64_t user_id);
void count_answered(base::Tx& tx, std::int64_t task, bool closed);
// So many new tasks that want so many answers each.
void count_queued(base::Tx& tx, std::int64_t project_id, std::int64_t tasks, int wanted);
// So many labels more, or less.
void count_labels(base::Tx& tx, std::int64_t project_id, std::int64_t labels);
// After a change that may have been of any task or label of the project: counts all of them again.
void count_anew(base::Tx& tx, std::int64_t project_id);

}  // namespace labeling
