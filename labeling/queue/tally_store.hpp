#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/database/batch.hpp"
#include "base/time/time.hpp"
#include "labeling/queue/tally.hpp"

namespace base {
class Tx;
}

// The kept counts of a project's tasks: how many are open, done and left for each person
// (label_tally). Whatever changes tasks, or who has a part in one, goes through one of these, in
// its transaction; a test compares them with the rows.
namespace labeling {

struct StoredProject;

// Tasks as they count, asked for in a batch.
class LaterTallied {
public:
    LaterTallied(base::Batch& batch, const std::vector<std::int64_t>& tasks);

    std::vector<TalliedTask> tasks() const;
    std::vector<TalliedPart> parts() const;

private:
    base::Batch& batch_;
    std::size_t tasks_, parts_;
};

// Counts to be added, in a batch. Where others are at all rows of a count, it takes one more
// statement: call end() when the batch has run.
class LaterCounted {
public:
    LaterCounted(base::Batch& batch, Tallies tallies);
    void end();

private:
    base::Batch& batch_;
    Tallies tallies_;
    std::size_t place_ = 0;
};

namespace tally_detail {
Tallies leave(base::Tx& tx, const std::vector<std::int64_t>& tasks);
void come(base::Tx& tx, const std::vector<std::int64_t>& tasks, Tallies tallies);
}  // namespace tally_detail

// Runs a change of some tasks, which are locked first: their states, counts, leases, assignment.
// Those that have room then may be had by people who were further on in the queue.
template <typename Change>
auto counted(base::Tx& tx, const std::vector<std::int64_t>& tasks, Change change) {
    auto tallies = tally_detail::leave(tx, tasks);
    if constexpr (std::is_void_v<std::invoke_result_t<Change&>>) {
        change();
        tally_detail::come(tx, tasks, std::move(tallies));
    } else {
        auto result = change();
        tally_detail::come(tx, tasks, std::move(tallies));
        return result;
    }
}
// The tasks of these records, if there are any, for counted().
std::vector<std::int64_t>
tasks_of(base::Tx& tx, const StoredProject& project, const std::vector<std::string>& keys);

// All parts that anybody has in what this person holds.
base::Later<std::vector<TalliedPart>> parts_in_hand(base::Batch& batch, std::int64_t user_id);
// What tasks count for more, or less, since this person claimed them, who had no part in them
// before; `parts` may be of other tasks, too. Or since an answer was stored, by which a task was
// `closed` or not.
Tallies tally_claimed(
    std::span<const TalliedTask> tasks,
    std::vector<TalliedPart> parts,
    std::int64_t user_id
);
Tallies tally_answered(const LaterTallied& now, bool closed);
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
