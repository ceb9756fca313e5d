#include "labeling/truth/score.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"

namespace labeling {

namespace {

[[noreturn]] void nothing_known() {
    throw base::Error(
        "truth",
        "no answered question has a known truth",
        "check that both files use the same question names"
    );
}

}  // namespace

std::uint32_t index_of(const Judgements& judgements, const std::string& label) {
    auto found = std::find(judgements.answers.begin(), judgements.answers.end(), label);
    if (found == judgements.answers.end()) return no_answer;
    return static_cast<std::uint32_t>(found - judgements.answers.begin());
}

std::unordered_map<std::string_view, std::uint32_t> indexes_of(const Judgements& judgements) {
    std::unordered_map<std::string_view, std::uint32_t> indexes;
    for (std::uint32_t i = 0; i < judgements.answers.size(); ++i)
        indexes.emplace(judgements.answers[i], i);
    return indexes;
}

double chance_right(const Truth& truth, std::size_t question, std::uint32_t label) {
    if (label == no_answer) return 0;
    auto top = truth.posterior.top(question);
    if (truth.posterior.at(question, label) < top.probability - 1e-9) return 0;
    return 1 / static_cast<double>(top.count);
}

ClassScore score(const Judgements& judgements, const Truth& truth, const Gold& gold) {
    struct Counts {
        double both = 0, given = 0, real = 0;
    };
    std::map<std::string, Counts> counts;
    ClassScore result;
    auto indexes = indexes_of(judgements);
    for (std::size_t q = 0; q < judgements.questions.size(); ++q) {
        auto found = gold.find(judgements.questions[q]);
        if (found == gold.end()) continue;
        const auto& given = judgements.answers[truth.label[q]];
        ++result.judged;
        if (auto label = indexes.find(found->second); label != indexes.end())
            result.accuracy += chance_right(truth, q, label->second);
        counts[given].given += 1;
        counts[found->second].real += 1;
        if (given == found->second) counts[given].both += 1;
    }
    if (result.judged == 0) nothing_known();
    result.accuracy /= static_cast<double>(result.judged);
    for (const auto& [label, c] : counts) result.macro_f1 += 2 * c.both / (c.given + c.real);
    result.macro_f1 /= static_cast<double>(counts.size());
    return result;
}

NumberScore score(const Judgements& judgements, const Estimates& estimates, const Gold& gold) {
    NumberScore result;
    for (std::size_t q = 0; q < judgements.questions.size(); ++q) {
        auto found = gold.find(judgements.questions[q]);
        if (found == gold.end()) continue;
        auto real = base::parse_number(found->second);
        if (!real)
            throw base::Error(
                "truth",
                "the truth '" + found->second + "' of question '" + found->first + "' is no number"
            );
        double error = estimates.value[q] - *real;
        ++result.judged;
        result.mae += std::abs(error);
        result.rmse += error * error;
    }
    if (result.judged == 0) nothing_known();
    result.mae /= static_cast<double>(result.judged);
    result.rmse = std::sqrt(result.rmse / static_cast<double>(result.judged));
    return result;
}

}  // namespace labeling
