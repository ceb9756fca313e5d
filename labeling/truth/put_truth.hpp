#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/database/steps.hpp"
#include "labeling/projects/project_store.hpp"
#include "labeling/tasks/task_type.hpp"
#include "labeling/truth/truth_store.hpp"

namespace labeling::detail {

// The method of labels that came from outside.
inline constexpr std::string_view imported = "import";
// The method of labels that a reviewer decided.
inline constexpr std::string_view adjudicated = "adjudicated";
// The method of labels that rules made (labeling/rules): whatever people say takes their place.
inline constexpr std::string_view ruled = "rules";

// How many labels there were, and what became of them.
struct Put {
    std::int64_t given = 0, known = 0, added = 0, changed = 0;
};
BOOST_DESCRIBE_STRUCT(Put, (), (given, known, added, changed))

// Writes labels batch by batch. Doing it again changes nothing. With `keep_imported`, labels
// that were imported or adjudicated stay as they are.
Put put_truth(
    base::Steps steps,
    const StoredProject& project,
    const std::vector<InferredLabel>& labels,
    const std::string& method,
    bool keep_imported,
    Time now
);
// Writes the labels of a few thousand records so, and counts them.
void put_truth(
    base::Batch& batch,
    const StoredProject& project,
    const std::vector<InferredLabel>& labels,
    const std::string& method,
    Time now
);

// What refresh_truth() has to know of tasks and their records, asked for beside other things.
struct TruthAsked {
    std::size_t label = 0, answers = 0;  // places in the batch
};
TruthAsked ask_truth(base::Batch& batch, const std::vector<std::int64_t>& tasks);
// As refresh_truth() of truth_store.hpp for each task that there is, in the order of their numbers;
// most of what it writes waits in `writes`.
std::vector<Refreshed> refresh_truth(
    base::Batch& told,
    const TruthAsked& asked,
    base::Batch& writes,
    const StoredProject& project,
    Time now
);
// Asks one more person about each record that is done, less probable than the project's target and
// has fewer than `at_most` answers, and ends the waiting of those that were asked about once more
// and are not unsure now. Each returns how many tasks; count_anew() follows.
std::int64_t extend_unsure(base::Tx& tx, const StoredProject& project, int at_most);
std::int64_t close_sure(base::Tx& tx, const StoredProject& project, Time now);
// The label of a task goes.
void withdraw_label(base::Tx& tx, const StoredProject& project, std::int64_t task);

}  // namespace labeling::detail
