#pragma once

#include <string>
#include <vector>

#include "labeling/projects/project_store.hpp"
#include "service/labels/tasks.hpp"

namespace service {

// Puts what machines suggest into the tasks of a person that the project shows it with, and notes
// that it was shown.
void show_suggestions(
    Work& work,
    const labeling::StoredProject& stored,
    std::int64_t user,
    std::vector<Task>& tasks
);

// Keeps with an answer whether its author saw a suggestion; `kept`: the answer was stored just now,
// at this attempt. What is to be told of one now, where the project says so.
std::optional<SuggestionTold> tell_suggestion(
    Work& work,
    const labeling::StoredProject& stored,
    std::int64_t user,
    std::int64_t task,
    int attempt,
    const std::string& said,
    bool kept
);

}  // namespace service
