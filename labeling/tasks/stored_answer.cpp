#include "labeling/tasks/stored_answer.hpp"

#include "base/error.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

StoredAnswer stored_answer(const Question& question, const std::string& answer) {
    if (task_type(question.kind).shape() != LabelShape::classes)
        return {.class_id = {}, .value = answer};
    auto name = class_of(answer);
    for (const auto* classes : {&question.classes, &question.retired})
        for (const auto& item : *classes)
            if (item.name == name) return {.class_id = item.id, .value = {}};
    throw base::Error("class '" + name + "'", "the project has no such class", "choose another");
}

std::string answer_of(const std::string& class_name, const std::string& value) {
    return class_name.empty() ? value : answer_of_class(class_name);
}

}  // namespace labeling
