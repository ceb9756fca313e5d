#include <algorithm>
#include <cmath>

#include "labeling/truth/em.hpp"

namespace labeling::detail {

namespace {

double sigmoid(double x) {
    return 1 / (1 + std::exp(-x));
}

// P(right) = sigmoid(ability of the worker * exp(ease of the question)); ability ~ N(1, 1), ease ~
// N(0, 1).
struct Fit {
    const Judgements& judgements;
    std::vector<double> ability;
    std::vector<double> ease;

    explicit Fit(const Judgements& j)
        : judgements(j), ability(j.workers.size(), 1.0), ease(j.questions.size(), 0.0) {}

    double chance(const Judgement& row) const {
        return std::clamp(
            sigmoid(ability[row.worker] * std::exp(ease[row.question])), 1e-9, 1 - 1e-9
        );
    }

    // One Newton step for each parameter on its own, abilities first. Both likelihoods are concave
    // enough in one parameter that a step of at most 1 climbs.
    void improve(const std::vector<double>& posterior, std::size_t k) {
        std::vector<double> slope(ability.size()), bend(ability.size(), 1.0);
        for (std::size_t w = 0; w < ability.size(); ++w) slope[w] = 1 - ability[w];
        for (const auto& row : judgements.rows) {
            double scale = std::exp(ease[row.question]), p = chance(row);
            slope[row.worker] += (posterior[row.question * k + row.answer] - p) * scale;
            bend[row.worker] += p * (1 - p) * scale * scale;
        }
        for (std::size_t w = 0; w < ability.size(); ++w)
            ability[w] += std::clamp(slope[w] / bend[w], -1.0, 1.0);

        slope.assign(ease.size(), 0.0);
        bend.assign(ease.size(), 1.0);
        for (std::size_t q = 0; q < ease.size(); ++q) slope[q] = -ease[q];
        for (const auto& row : judgements.rows) {
            double scale = ability[row.worker] * std::exp(ease[row.question]), p = chance(row);
            slope[row.question] += (posterior[row.question * k + row.answer] - p) * scale;
            bend[row.question] += p * (1 - p) * scale * scale;
        }
        for (std::size_t q = 0; q < ease.size(); ++q)
            ease[q] = std::clamp(ease[q] + std::clamp(slope[q] / bend[q], -1.0, 1.0), -3.0, 3.0);
    }
};

}  // namespace

void glad(const Judgements& judgements, Truth& truth) {
    constexpr int most_iterations = 50;
    auto k = truth.classes;
    double others = std::max<double>(1, static_cast<double>(k) - 1);
    truth.posterior = vote_shares(judgements);
    std::vector<double> next(truth.posterior.size());
    Fit fit(judgements);
    for (truth.iterations = 0; truth.iterations < most_iterations;) {
        ++truth.iterations;
        for (int step = 0; step < 3; ++step) fit.improve(truth.posterior, k);

        std::fill(next.begin(), next.end(), 0.0);
        for (const auto& row : judgements.rows) {
            double p = fit.chance(row);
            next[row.question * k + row.answer] += std::log(p) - std::log((1 - p) / others);
        }
        double change = 0;
        for (std::size_t i = 0; i < next.size(); ++i) {
            if (i % k == 0) normalise_log(&next[i], k);
            change = std::max(change, std::abs(next[i] - truth.posterior[i]));
        }
        truth.posterior.swap(next);
        if (change < 1e-5) break;
    }
}

}  // namespace labeling::detail
