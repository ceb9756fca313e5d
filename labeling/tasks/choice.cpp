// One of several classes: the question that most projects ask. In a hierarchy a class may stand
// below another; the answer is the most exact one that holds.
#include "labeling/tasks/choice.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "labeling/tasks/answer_json.hpp"
#include "labeling/tasks/class_answers.hpp"
#include "labeling/tasks/task_types.hpp"

namespace labeling {

std::string_view ChoiceTask::example() const {
    return R"([[class]]
name = "yes"
hotkey = "y"
[[class]]
name = "no"
hotkey = "n"
)";
}

std::string
ChoiceTask::read(const Question& question, const std::string& answer, const AskedRecord&) const {
    return answer_of_class(known_class(question, parse_answer(answer)));
}

std::optional<std::string>
ChoiceTask::answer_of_value(const Question& question, const std::string& value) const {
    for (const auto& one : question.classes)
        if (one.name == value || one.value == value) return answer_of_class(one.name);
    return std::nullopt;
}

std::string
ChoiceTask::with_classes(const Question&, const std::string& answer, const Rename& rename) const {
    auto name = rename({}, class_of(answer));
    return name ? answer_of_class(*name) : "null";
}

double ChoiceTask::likeness(const Question&, const std::string& a, const std::string& b) const {
    return a == b ? 1 : 0;
}

std::unique_ptr<AnswerSet> ChoiceTask::gather(const Question& question) const {
    std::vector<std::string> scale;
    for (const auto& item : question.classes) scale.push_back(item.name);
    return std::make_unique<ClassAnswers>(std::move(scale));
}

std::vector<MetricInfo> ChoiceTask::metrics(const Question&) const {
    return ClassAnswers::metrics();
}

// Any other class with equal chance.
std::string ChoiceTask::mistake(
    const Question& question,
    const std::string& truth,
    base::Random& random
) const {
    std::vector<const LabelClass*> others;
    auto right = class_of(truth);
    for (const auto& item : question.classes)
        if (item.name != right) others.push_back(&item);
    if (others.empty()) return truth;
    return answer_of_class(others[random.below(others.size())]->name);
}

namespace {

class HierarchyTask : public ChoiceTask {
public:
    std::string_view name() const override { return "hierarchical"; }
    std::string_view meaning() const override {
        return "one of several classes, some of which stand below others";
    }
    std::string_view example() const override {
        return R"([[class]]
name = "animal"
[[class]]
name = "cat"
parent = "animal"
[[class]]
name = "dog"
parent = "animal"
[[class]]
name = "plant"
)";
    }

    std::span<const std::string_view> settings() const override { return acting; }

    std::optional<base::Fault> check(const Question& question) const override {
        for (std::size_t i = 0; i < question.classes.size(); ++i) {
            std::set<std::string_view> above{question.classes[i].name};
            auto at = fmt::format("class[{}].parent", i);
            for (const auto* one = &question.classes[i]; !one->parent.empty();) {
                const auto* next = find(question, one->parent);
                if (!next)
                    return base::Fault{
                        .reason = fmt::format("'{}' is no class", one->parent),
                        .mend = "name one of the classes",
                        .at = at};
                if (!above.insert(next->name).second)
                    return base::Fault{
                        .reason = fmt::format("leads from '{}' back to itself", next->name),
                        .mend = "let one of them stand at the top",
                        .at = at};
                one = next;
            }
        }
        return std::nullopt;
    }

    // Twice the depth of what is above both, over their own depths (Wu and Palmer, Verb semantics
    // and lexical selection, 1994); classes without anything in common are not alike at all.
    double likeness(const Question& question, const std::string& a, const std::string& b)
        const override {
        auto first = path(question, class_of(a)), second = path(question, class_of(b));
        std::size_t common = 0;
        while (common < std::min(first.size(), second.size()) && first[common] == second[common])
            ++common;
        return 2.0 * static_cast<double>(common) /
               static_cast<double>(first.size() + second.size());
    }

private:
    static constexpr std::array<std::string_view, 2> acting{"class", "class.parent"};

    static const LabelClass* find(const Question& question, std::string_view name) {
        for (const auto& item : question.classes)
            if (item.name == name) return &item;
        return nullptr;
    }

    // From the top down to the class itself.
    static std::vector<std::string_view> path(const Question& question, const std::string& name) {
        std::vector<std::string_view> names;
        for (const auto* one = find(question, name); one; one = find(question, one->parent))
            names.emplace_back(one->name);
        if (names.empty()) names.emplace_back(name);
        std::reverse(names.begin(), names.end());
        return names;
    }
};

}  // namespace

const TaskType& choice_task() {
    static const ChoiceTask type;
    return type;
}

const TaskType& hierarchy_task() {
    static const HierarchyTask type;
    return type;
}

}  // namespace labeling
