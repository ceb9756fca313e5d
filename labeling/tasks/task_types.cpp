#include "labeling/tasks/task_types.hpp"

#include <array>
#include <stdexcept>

namespace labeling {

std::span<const TaskType* const> task_types() {
    static const std::array all{&choice_task(), &spans_task()};
    return all;
}

const TaskType& task_type(std::string_view kind) {
    for (const auto* type : task_types())
        if (type->name() == kind) return *type;
    throw std::logic_error("no kind of project '" + std::string(kind) + "'");
}

std::vector<std::string> kinds() {
    std::vector<std::string> names;
    for (const auto* type : task_types()) names.emplace_back(type->name());
    return names;
}

}  // namespace labeling
