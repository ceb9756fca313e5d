#pragma once

#include <string>
#include <string_view>

// Files that new projects start from.
namespace labeling {

class TaskType;

// A whole file of a project of this kind, as TOML: it creates a project as it stands, and says in
// comments what else may be set and what it is for.
std::string project_template(const TaskType& type, std::string_view name, std::string_view source);

}  // namespace labeling
