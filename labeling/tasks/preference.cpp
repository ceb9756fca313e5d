// The better of two candidates, or neither: two answers of a chat, two translations.
#include <array>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "labeling/tasks/answer_json.hpp"
#include "labeling/tasks/candidates.hpp"
#include "labeling/tasks/class_answers.hpp"
#include "labeling/tasks/task_types.hpp"

namespace labeling {

namespace {

constexpr std::string_view level = "tie";

class PreferenceTask : public TaskType {
public:
    std::string_view name() const override { return "pairwise"; }
    std::string_view meaning() const override { return "the better of two candidates"; }
    std::string_view example() const override {
        return R"(candidates = ["answer_a", "answer_b"]
ties = true
)";
    }

    std::span<const std::string_view> settings() const override { return acting; }
    std::optional<base::Fault> check(const Question& question) const override {
        return check_candidates(question, 2, 2);
    }

    std::string read(const Question& question, const std::string& answer, const AskedRecord& record)
        const override {
        auto value = parse_answer(answer);
        if (!value.is_string()) not_an_answer("the name of the better candidate");
        std::string name(value.get_string());
        if (!known(question, name))
            throw base::UsageError(
                "candidate '" + name + "'", "is none of the question's", "choose another"
            );
        require_candidates(question, record);
        return answer_of_class(name);
    }
    std::optional<std::string> answer_of_value(const Question& question, const std::string& value)
        const override {
        if (!known(question, value)) return std::nullopt;
        return answer_of_class(value);
    }
    std::string with_classes(const Question&, const std::string& answer, const Rename&)
        const override {
        return answer;
    }

    // Half alike if only one of them says that they are level.
    double likeness(const Question&, const std::string& a, const std::string& b) const override {
        if (a == b) return 1;
        return class_of(a) == level || class_of(b) == level ? 0.5 : 0;
    }
    std::unique_ptr<AnswerSet> gather(const Question& question) const override {
        std::vector<std::string> scale{question.candidates.front()};
        if (question.ties) scale.emplace_back(level);
        scale.push_back(question.candidates.back());
        return std::make_unique<ClassAnswers>(std::move(scale));
    }
    std::vector<MetricInfo> metrics(const Question&) const override {
        return ClassAnswers::metrics();
    }
    std::span<const Method> methods() const override { return class_methods(); }

    std::string mistake(const Question& question, const std::string& truth, base::Random& random)
        const override {
        auto right = class_of(truth);
        if (right == level) return answer_of_class(question.candidates[random.below(2)]);
        return answer_of_class(
            question.candidates[question.candidates[0] == right ? std::size_t{1} : std::size_t{0}]
        );
    }

    LabelShape shape() const override { return LabelShape::preference; }
    Target target() const override { return Target::parts; }

private:
    static constexpr std::array<std::string_view, 2> acting{"candidates", "ties"};

    static bool known(const Question& question, std::string_view name) {
        return is_candidate(question, name) || (question.ties && name == level);
    }
};

}  // namespace

const TaskType& preference_task() {
    static const PreferenceTask type;
    return type;
}

}  // namespace labeling
