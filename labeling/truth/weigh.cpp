#include "labeling/truth/weigh.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace labeling {

double trust_in(const Trust& trust, const std::string& person) {
    auto known = trust.find(person);
    return known == trust.end() ? usual_trust : known->second;
}

Truth weigh(const Judgements& judgements, const Trust& trust, std::size_t classes) {
    auto given = judgements.answers.size();
    auto all = std::max({classes, given, std::size_t{2}});
    std::vector<double> weight;
    Truth truth;
    truth.method = Method::wawa;
    truth.classes = given;
    for (const auto& worker : judgements.workers) {
        // Nobody is always right, nor always wrong.
        double right = std::clamp(trust_in(trust, worker), 0.02, 0.98);
        truth.worker_accuracy.push_back(right);
        weight.push_back(std::log(right / (1 - right) * static_cast<double>(all - 1)));
    }
    auto& posterior = truth.posterior;
    posterior.classes = given;
    for (std::size_t i = 0; i < judgements.rows.size();) {
        auto question = judgements.rows[i].question;
        std::map<std::uint32_t, double> votes;
        for (; i < judgements.rows.size() && judgements.rows[i].question == question; ++i)
            votes[judgements.rows[i].answer] += weight[judgements.rows[i].worker];
        double most = 0;
        for (const auto& [answer, sum] : votes) most = std::max(most, sum);
        // A class that nobody gave has no vote.
        double other = std::exp(-most);
        double sum = static_cast<double>(all - votes.size()) * other;
        for (auto& [answer, vote] : votes) sum += vote = std::exp(vote - most);
        std::uint32_t best = votes.begin()->first;
        for (const auto& [answer, share] : votes) {
            posterior.candidate.push_back(answer);
            posterior.share.push_back(share / sum);
            if (share > votes[best]) best = answer;
        }
        posterior.first.push_back(posterior.candidate.size());
        posterior.rest.push_back(other / sum);
        truth.label.push_back(best);
    }
    return truth;
}

}  // namespace labeling
