#include "service/labels/machine/shown_suggestion.hpp"

#include <algorithm>

#include "base/database/database.hpp"
#include "labeling/machine/suggestion_store.hpp"
#include "labeling/quality/gold_store.hpp"
#include "labeling/tasks/task_type.hpp"

namespace service {

void show_suggestions(
    Work& work,
    const labeling::StoredProject& stored,
    std::int64_t user,
    std::vector<Task>& tasks
) {
    if (stored.project.machine.suggestions == labeling::Suggesting::none) return;
    std::vector<std::int64_t> ids;
    for (const auto& task : tasks)
        if (!task.audit) ids.push_back(task.id);
    std::vector<labeling::TaskSuggestion> seen;
    for (auto& found : labeling::suggestions_of_tasks(work.tx, stored, user, ids)) {
        if (!labeling::shown_before(stored, user, found)) continue;
        auto task = std::find_if(tasks.begin(), tasks.end(), [&](const Task& each) {
            return each.id == found.task;
        });
        task->suggestion = ShownSuggestion{
            .answer = {found.answer}, .score = found.score, .annotator = found.annotator};
        seen.push_back(std::move(found));
    }
    labeling::note_seen(work.tx, user, seen, work.now);
}

std::optional<SuggestionTold> tell_suggestion(
    Work& work,
    const labeling::StoredProject& stored,
    std::int64_t user,
    std::int64_t task,
    int attempt,
    const std::string& said,
    bool kept
) {
    auto mode = stored.project.machine.suggestions;
    if (mode == labeling::Suggesting::none) return std::nullopt;
    auto found = labeling::suggestions_of_tasks(work.tx, stored, user, {task});
    if (found.empty()) return std::nullopt;
    bool told = mode == labeling::Suggesting::after;
    const auto& what = found.front();
    if (kept) labeling::note_suggestion(work.tx, stored, user, attempt, what, told, work.now);
    if (!told) return std::nullopt;
    const auto& question = stored.project.question;
    auto likeness =
        labeling::task_type(question.kind)
            .likeness(question, labeling::as_far_as(question, said, what.answer), what.answer);
    SuggestionTold now;
    now.answer = {what.answer};
    now.score = what.score;
    now.annotator = what.annotator;
    now.same = likeness >= labeling::right_likeness;
    now.likeness = likeness;
    return now;
}

}  // namespace service
