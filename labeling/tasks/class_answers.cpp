#include "labeling/tasks/class_answers.hpp"

#include <algorithm>

#include "labeling/truth/score.hpp"

namespace labeling {

void ClassAnswers::add(Judged answer) {
    builder_.add(answer.key, answer.user, class_of(answer.value));
}

const Judgements& ClassAnswers::built() const {
    if (!judgements_) judgements_ = std::move(builder_).build();
    return *judgements_;
}

Agreement ClassAnswers::agreement(std::string_view metric, std::size_t replicates) const {
    auto by = base::parse<Metric>(metric).value();
    if (!needs_order(by) || built().numbers()) return labeling::agreement(built(), by, replicates);
    return labeling::agreement(in_order(built(), scale_), by, replicates);
}

Inferred ClassAnswers::infer(const Merging& merging) const {
    // By confusions a class may be the likeliest that nobody gave.
    if (merging.confusions && !judgements_)
        for (const auto& [name, share] : merging.confusions->prior) builder_.allow(name);
    const auto& judgements = built();
    Gold gold;
    for (const auto& [key, answer] : merging.gold) gold.emplace(key, class_of(answer));
    Inferred result;
    auto method = merging.method;
    if (merging.trust) {
        method = Method::wawa;
    } else if (method == Method::automatic) {
        auto choice = choose(judgements, gold);
        method = is_numeric(choice.method) ? Method::mv : choice.method;
        result.why = choice.why;
    }
    auto truth = merging.confusions ? weigh(judgements, *merging.confusions)
                 : merging.trust    ? weigh(judgements, *merging.trust, scale_.size())
                                    : labeling::infer(judgements, method);
    result.method = merging.confusions ? truth.method : method;
    if (!merging.trust) result.confusions = confusions_of(judgements, truth);
    for (std::size_t w = 0; w < judgements.workers.size(); ++w)
        result.worker_accuracy.emplace_back(judgements.workers[w], truth.worker_accuracy[w]);
    bool any_gold = false;
    for (std::size_t q = 0; q < judgements.questions.size(); ++q) {
        result.labels.push_back(
            {.key = judgements.questions[q],
             .value = answer_of_class(judgements.answers[truth.label[q]]),
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

// The usual ones first, then the others as they stand in the enum.
std::vector<MetricInfo> ClassAnswers::metrics() {
    std::vector<MetricInfo> made;
    auto add = [&](Metric metric, bool shown) {
        made.push_back(
            {std::string(base::name_of(metric)), std::string(base::meaning_of(metric)), shown}
        );
    };
    const auto& usual = usual_metrics;
    for (auto metric : usual) add(metric, true);
    for (const auto& word : base::words<Metric>)
        if (std::find(usual.begin(), usual.end(), word.value) == usual.end())
            add(word.value, false);
    return made;
}

}  // namespace labeling
