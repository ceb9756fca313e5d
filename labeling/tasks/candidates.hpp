#pragma once

#include <optional>
#include <string>

#include "base/json/shape.hpp"
#include "labeling/projects/question.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

// What is compared or ranked: fields of the record, such as the answers of two models.
// What is wrong with a question's candidates, if there must be from `least` to `most`.
std::optional<base::Fault>
check_candidates(const Question& question, std::size_t least, std::size_t most);
// Throws base::UsageError if the record lacks one of them.
void require_candidates(const Question& question, const AskedRecord& record);
bool is_candidate(const Question& question, std::string_view name);

}  // namespace labeling
