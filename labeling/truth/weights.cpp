#include "labeling/truth/weights.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <boost/math/distributions/chi_squared.hpp>

namespace labeling {

namespace {

constexpr int most_passes = 100;

// A worker's error is known to be small only after many answers: the lower end of the 95 % interval
// of its inverse.
double least_chi_squared(double answers) {
    return boost::math::quantile(boost::math::chi_squared(answers), 0.025);
}

}  // namespace

std::vector<double> worker_weights(
    Method method,
    const std::vector<double>& distance,
    const std::vector<double>& answers
) {
    std::vector<double> weight(distance.size());
    if (method == Method::pm) {
        double most = 1e-8;
        for (double d : distance) most = std::max(most, d);
        for (std::size_t w = 0; w < weight.size(); ++w)
            weight[w] = -std::log(std::max(distance[w], 1e-8) / most + 1e-7) + 1e-7;
        return weight;
    }
    std::map<double, double> known;
    for (std::size_t w = 0; w < weight.size(); ++w) {
        if (answers[w] == 0) continue;
        auto [at, added] = known.try_emplace(answers[w]);
        if (added) at->second = least_chi_squared(answers[w]);
        weight[w] = at->second / (distance[w] + 1e-9);
    }
    return weight;
}

void weigh_votes(const Votes& votes, Truth& truth) {
    const auto& rows = votes.judgements.rows;
    auto& posterior = truth.posterior;
    posterior = vote_shares(votes);
    std::vector<double> given(votes.judgements.workers.size()), wrong(given.size());
    for (const auto& row : rows) given[row.worker] += 1;
    auto label = likeliest(votes.judgements, posterior);
    for (truth.iterations = 0; truth.iterations < most_passes;) {
        votes.look_up();
        ++truth.iterations;
        std::fill(wrong.begin(), wrong.end(), 0.0);
        for (const auto& row : rows)
            if (row.answer != label[row.question]) wrong[row.worker] += 1;
        auto weight = worker_weights(truth.method, wrong, given);
        std::vector<double> sum(posterior.questions());
        std::fill(posterior.share.begin(), posterior.share.end(), 0.0);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            posterior.share[votes.entry[i]] += weight[rows[i].worker];
            sum[rows[i].question] += weight[rows[i].worker];
        }
        for (std::size_t q = 0; q < posterior.questions(); ++q)
            for (auto e = posterior.first[q]; e < posterior.first[q + 1]; ++e)
                posterior.share[e] /= sum[q];
        auto next = likeliest(votes.judgements, posterior);
        if (next == label) break;
        label = std::move(next);
    }
}

}  // namespace labeling
