#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/database/steps.hpp"
#include "labeling/answers.hpp"
#include "labeling/export/exporter.hpp"
#include "labeling/projects/project_store.hpp"
#include "labeling/tasks/task_type.hpp"
#include "labeling/truth/truth.hpp"

namespace labeling {

// The answers of a project that count: questions are record keys, workers user names, answers class
// names. All classes of the project are among the answers if `all_classes`. Read in pages.
Judgements
load_judgements(base::Steps steps, const StoredProject& project, bool all_classes = false);
// The same by the project's type of task, which `project` must outlive; with or without answers to
// gold.
std::unique_ptr<AnswerSet>
gather_answers(base::Steps steps, const StoredProject& project, bool with_gold = true);

struct StandingAnswer {
    std::int64_t rk = 0;  // of the record
    Time submitted_at;
    Judged said;
};
// One by one, record by record; `after_page` may take transactions of its own.
void each_answer(
    base::Steps steps,
    const StoredProject& project,
    bool with_gold,
    const std::function<void(const StandingAnswer&)>& take,
    const std::function<void()>& after_page = {}
);
// The imported labels, as answers, by record key.
Gold load_gold(base::Steps steps, const StoredProject& project);

struct Resolved {
    Method method = Method::mv;
    std::string why;           // if the method was chosen here
    std::int64_t records = 0;  // with answers
    std::int64_t workers = 0;
    std::int64_t answers = 0;
    std::int64_t added = 0;  // labels
    std::int64_t changed = 0;
    std::int64_t below_target = 0;  // records less probable than the project's target
    std::int64_t asked_again = 0;   // of these, where the project allows one more answer
    std::int64_t closed = 0;        // tasks that waited for one more only because they were unsure
    std::int64_t judged = 0;        // records whose label is also known by import
    double accuracy = 0;            // on these
    std::vector<std::pair<std::string, double>> worker_accuracy{};  // estimated, by name
    std::vector<std::string> machines_left_out{};  // why, where the project lets machines count
};
// Infers the truth of all records that have answers, of people or of machines that count (see
// labeling/machine/beside_store.hpp), and stores it with probability and method.
// `method` may be automatic; without one it is the project's. With `keep_imported`, records whose
// label was imported keep it. Throws base::Error if there are no answers.
Resolved resolve_truth(
    base::Steps steps,
    const std::string& project,
    std::optional<Method> method,
    bool keep_imported,
    Time now
);
// Merges the answers about a task's record anew, after one came or went: people are trusted as far
// as the last inference of the project found. Its label is withdrawn if there are none. Does
// nothing if the label was imported, or if nothing was held true yet and the task still wants
// answers.
struct Refreshed {
    std::int64_t task = 0;
    std::optional<double> probability{};  // of the label by the answers; nothing if not merged
    std::string before{};                 // what the record's label said, or ""
    std::string after{};                  // what it says now
    std::optional<double> likeness{};     // of the answers to each other, if they were looked at
    bool gold = false;                    // its truth is known
};
Refreshed refresh_truth(base::Tx& tx, const StoredProject& project, std::int64_t task, Time now);

}  // namespace labeling
