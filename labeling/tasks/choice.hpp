#pragma once

#include <array>

#include "labeling/tasks/task_type.hpp"

namespace labeling {

// One of several classes.
class ChoiceTask : public TaskType {
public:
    std::string_view name() const override { return "classification"; }
    std::string_view meaning() const override { return "one of several classes"; }
    std::string_view example() const override;

    std::span<const std::string_view> settings() const override { return acting; }
    std::optional<base::Fault> check(const Question&) const override { return std::nullopt; }

    std::string read(const Question& question, const std::string& answer, const AskedRecord&)
        const override;
    std::optional<std::string> answer_of_value(const Question& question, const std::string& value)
        const override;
    std::string with_classes(const Question&, const std::string& answer, const Rename& rename)
        const override;

    double likeness(const Question&, const std::string& a, const std::string& b) const override;
    std::unique_ptr<AnswerSet> gather(const Question& question) const override;
    std::vector<MetricInfo> metrics(const Question&) const override;
    std::span<const Method> methods() const override { return class_methods(); }

    std::string mistake(const Question& question, const std::string& truth, base::Random& random)
        const override;

    LabelShape shape() const override { return LabelShape::classes; }
    Target target() const override { return Target::one_class; }

private:
    static constexpr std::array<std::string_view, 1> acting{"class"};
};

}  // namespace labeling
