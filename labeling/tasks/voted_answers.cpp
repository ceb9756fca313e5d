#include "labeling/tasks/voted_answers.hpp"

#include <algorithm>
#include <map>

#include "labeling/truth/score.hpp"

namespace labeling {

std::vector<VotedAnswers::Candidate> VotedAnswers::candidates(const Record& record) const {
    std::map<std::string, std::vector<std::uint32_t>> given;
    for (const auto& answer : record.answers)
        for (auto& part : parts(answer.value)) {
            auto& givers = given[std::move(part)];
            if (givers.empty() || givers.back() != answer.person) givers.push_back(answer.person);
        }
    std::vector<Candidate> all;
    for (auto& [part, givers] : given) all.push_back({.part = part, .givers = std::move(givers)});
    return all;
}

Truth decide_votes(
    const Judgements& votes,
    const Merging& merging,
    std::size_t classes,
    Inferred& result
) {
    result.method = merging.trust ? Method::wawa : merging.method;
    if (votes.rows.empty()) {
        if (result.method == Method::automatic) result.method = Method::mv;
        return {};
    }
    if (result.method == Method::automatic) {
        auto choice = choose(votes, {});
        result.method = is_numeric(choice.method) ? Method::mv : choice.method;
        result.why = choice.why;
    }
    auto truth = merging.trust ? weigh(votes, *merging.trust, classes)
                               : labeling::infer(votes, result.method);
    for (std::size_t w = 0; w < votes.workers.size(); ++w)
        result.worker_accuracy.emplace_back(votes.workers[w], truth.worker_accuracy[w]);
    return truth;
}

Inferred VotedAnswers::infer(const Merging& merging) const {
    Inferred result;
    JudgementsBuilder builder;
    builder.allow("no");
    builder.allow("yes");
    std::vector<std::vector<Candidate>> given;
    std::size_t question = 0;
    for (const auto& record : by_record()) {
        given.push_back(candidates(record));
        for (const auto& one : given.back()) {
            auto name = std::to_string(question++);
            for (const auto& answer : record.answers) {
                const auto& by = one.givers;
                bool yes = std::find(by.begin(), by.end(), answer.person) != by.end();
                builder.add(name, names()[answer.person], yes ? "yes" : "no");
            }
        }
    }
    auto votes = std::move(builder).build();
    auto truth = decide_votes(votes, merging, 2, result);
    auto yes = index_of(votes, "yes");
    std::size_t asked = 0;
    for (std::size_t r = 0; r < given.size(); ++r) {
        for (auto& one : given[r]) {
            one.probability = truth.posterior.at(asked, yes);
            one.kept = truth.label[asked] == yes;
            ++asked;
        }
        InferredLabel label{.key = by_record()[r].key, .value = whole(given[r])};
        // A record is as sure as the least sure of its parts.
        for (const auto& one : given[r])
            label.probability =
                std::min(label.probability, one.kept ? one.probability : 1 - one.probability);
        result.labels.push_back(std::move(label));
    }
    judge(result, merging.gold);
    return result;
}

}  // namespace labeling
