#include "labeling/truth/weigh.hpp"

#include <algorithm>
#include <cmath>

namespace labeling {

double trust_in(const Trust& trust, const std::string& person) {
    auto known = trust.find(person);
    return known == trust.end() ? usual_trust : known->second;
}

Truth weigh(const Judgements& judgements, const Trust& trust, std::size_t classes) {
    auto given = judgements.answers.size();
    auto all = std::max({classes, given, std::size_t{2}});
    std::vector<double> weight;
    Truth truth{.method = Method::wawa};
    truth.classes = given;
    for (const auto& worker : judgements.workers) {
        // Nobody is always right, nor always wrong.
        double right = std::clamp(trust_in(trust, worker), 0.02, 0.98);
        truth.worker_accuracy.push_back(right);
        weight.push_back(std::log(right / (1 - right) * static_cast<double>(all - 1)));
    }
    truth.posterior.assign(judgements.questions.size() * given, 0.0);
    for (const auto& row : judgements.rows)
        truth.posterior[row.question * given + row.answer] += weight[row.worker];
    for (std::size_t q = 0; q < judgements.questions.size(); ++q) {
        auto* row = truth.posterior.data() + q * given;
        double most = std::max(0.0, *std::max_element(row, row + given));
        double sum = static_cast<double>(all - given) * std::exp(-most);
        for (std::size_t c = 0; c < given; ++c) sum += row[c] = std::exp(row[c] - most);
        for (std::size_t c = 0; c < given; ++c) row[c] /= sum;
        truth.label.push_back(static_cast<std::uint32_t>(std::max_element(row, row + given) - row));
    }
    return truth;
}

}  // namespace labeling
