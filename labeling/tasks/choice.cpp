// One of several classes: the question that most projects ask.
//
// Everything about classes is done on Judgements, where names are numbers, by the formulas of
// labeling/agreement and the models of labeling/truth.
#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "labeling/agreement/agreement.hpp"
#include "labeling/tasks/task_types.hpp"
#include "labeling/truth/score.hpp"

namespace labeling {

namespace {

constexpr auto usual = labeling::usual_metrics;

class ChoiceAnswers : public AnswerSet {
public:
    explicit ChoiceAnswers(const Project& project) : project_(project) {}

    void add(Judged answer) override { builder_.add(answer.key, answer.user, answer.label); }
    std::size_t size() const override { return built().rows.size(); }
    std::size_t records() const override { return built().questions.size(); }
    std::size_t people() const override { return built().workers.size(); }

    Agreement agreement(std::string_view metric, std::size_t replicates) const override {
        auto by = base::parse<Metric>(metric).value();
        if (!needs_order(by) || built().numbers())
            return labeling::agreement(built(), by, replicates);
        std::vector<std::string> scale;
        for (const auto& item : project_.classes) scale.push_back(item.name);
        return labeling::agreement(in_order(built(), scale), by, replicates);
    }

    Inferred infer(Method method, const Gold& gold) const override {
        const auto& judgements = built();
        Inferred result;
        if (method == Method::automatic) {
            auto choice = choose(judgements, gold);
            method = is_numeric(choice.method) ? Method::mv : choice.method;
            result.why = choice.why;
        }
        auto truth = labeling::infer(judgements, method);
        result.method = method;
        for (std::size_t w = 0; w < judgements.workers.size(); ++w)
            result.worker_accuracy.emplace_back(judgements.workers[w], truth.worker_accuracy[w]);
        std::map<std::string, std::int32_t> ids;
        for (const auto& item : project_.classes) ids[item.name] = item.id;
        bool any_gold = false;
        for (std::size_t q = 0; q < judgements.questions.size(); ++q) {
            result.labels.push_back(
                {.key = judgements.questions[q],
                 .label = {.class_id = ids.at(judgements.answers[truth.label[q]]), .value = {}},
                 .probability = truth.probability(q)}
            );
            any_gold = any_gold || gold.contains(judgements.questions[q]);
        }
        if (any_gold) {
            auto judged = score(judgements, truth, gold);
            result.judged = static_cast<std::int64_t>(judged.judged);
            result.accuracy = judged.accuracy;
        }
        return result;
    }

private:
    const Judgements& built() const {
        if (!judgements_) judgements_ = std::move(builder_).build();
        return *judgements_;
    }

    const Project& project_;
    mutable JudgementsBuilder builder_;
    mutable std::optional<Judgements> judgements_;
};

// The usual ones first, then the others as they stand in the enum.
std::span<const MetricInfo> all_metrics() {
    static const auto list = [] {
        std::vector<MetricInfo> made;
        auto add = [&](Metric metric) {
            made.push_back({base::name_of(metric), base::meaning_of(metric)});
        };
        for (auto metric : usual) add(metric);
        for (const auto& word : base::words<Metric>)
            if (std::find(usual.begin(), usual.end(), word.value) == usual.end()) add(word.value);
        return made;
    }();
    return list;
}

class ChoiceTask : public TaskType {
public:
    std::string_view name() const override { return "classification"; }
    std::string_view meaning() const override { return "one of several classes"; }

    std::optional<base::Fault> check(const Project& project) const override {
        if (!project.overlapping_spans) return std::nullopt;
        return base::Fault{
            .reason = "is for a project of spans",
            .mend = "leave it out",
            .at = "overlapping_spans"};
    }

    Given read(const Project& project, const Reply& reply, const std::function<std::string()>&)
        const override {
        if (!reply.value.text.empty())
            throw base::UsageError("'value'", "says nothing here", "answer with a class alone");
        for (const auto& item : project.classes)
            if (item.name == reply.class_name) return {.class_id = item.id, .value = {}};
        throw base::UsageError(
            "class '" + reply.class_name + "'", "the project has no such class", "choose another"
        );
    }

    std::unique_ptr<AnswerSet> gather(const Project& project) const override {
        return std::make_unique<ChoiceAnswers>(project);
    }
    std::span<const MetricInfo> metrics() const override { return all_metrics(); }
    std::size_t usual_metrics() const override { return usual.size(); }

    LabelShape shape() const override { return LabelShape::classes; }
};

}  // namespace

const TaskType& choice_task() {
    static const ChoiceTask type;
    return type;
}

}  // namespace labeling
