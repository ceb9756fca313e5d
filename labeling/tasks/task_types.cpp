#include "labeling/tasks/task_types.hpp"

#include <array>
#include <stdexcept>

#include <boost/json.hpp>

namespace labeling {

std::span<const TaskType* const> task_types() {
    static const std::array all{
        &choice_task(),
        &choices_task(),
        &hierarchy_task(),
        &spans_task(),
        &relations_task(),
        &text_task(),
        &number_task(),
        &preference_task(),
        &ranking_task(),
        &rows_task(),
        &boxes_task(),
        &polygons_task(),
        &keypoints_task(),
        &segments_task(),
        &form_task(),
    };
    return all;
}

Question TaskType::as_truth(Question question) const {
    question.step.reset();
    question.at_least.reset();
    question.at_most.reset();
    return question;
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

std::span<const Method> class_methods() {
    static constexpr std::array methods{
        Method::mv,
        Method::wawa,
        Method::ds,
        Method::onecoin,
        Method::glad,
        Method::mace,
        Method::lfc,
        Method::catd,
        Method::pm,
    };
    return methods;
}

std::string class_of(const std::string& answer) {
    bool plain = answer.size() >= 2 && answer.front() == '"' && answer.back() == '"' &&
                 answer.find('\\') == std::string::npos;
    if (plain) return answer.substr(1, answer.size() - 2);
    auto value = boost::json::parse(answer);
    return std::string(value.as_string());
}

std::string answer_of_class(std::string_view name) {
    return boost::json::serialize(boost::json::string(name));
}

}  // namespace labeling
