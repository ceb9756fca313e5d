#include <algorithm>
#include <cmath>

#include "labeling/truth/em.hpp"

namespace labeling {

namespace {

// P(right) = sigmoid(ability of the worker * exp(ease of the question)); ability ~ N(1, 1), ease ~
// N(0, 1).
class Fit {
public:
    explicit Fit(const Votes& votes)
        : votes_(votes),
          ability_(votes.judgements.workers.size(), 1.0),
          ease_(votes.judgements.questions.size(), 0.0),
          scale_(ease_.size(), 1.0) {}

    double chance(const Judgement& row) const {
        double x = ability_[row.worker] * scale_[row.question];
        return std::clamp(1 / (1 + std::exp(-x)), 1e-9, 1 - 1e-9);
    }

    // One Newton step for each parameter on its own, abilities first. Both likelihoods are concave
    // enough in one parameter that a step of at most 1 climbs.
    void improve(const Posterior& posterior) {
        votes_.look_up();
        const auto& rows = votes_.judgements.rows;
        slope_.resize(ability_.size());
        bend_.assign(ability_.size(), 1.0);
        for (std::size_t w = 0; w < ability_.size(); ++w) slope_[w] = 1 - ability_[w];
        for (std::size_t i = 0; i < rows.size(); ++i) {
            double scale = scale_[rows[i].question], p = chance(rows[i]);
            slope_[rows[i].worker] += (posterior.share[votes_.entry[i]] - p) * scale;
            bend_[rows[i].worker] += p * (1 - p) * scale * scale;
        }
        for (std::size_t w = 0; w < ability_.size(); ++w)
            ability_[w] += std::clamp(slope_[w] / bend_[w], -1.0, 1.0);

        votes_.look_up();
        slope_.resize(ease_.size());
        bend_.assign(ease_.size(), 1.0);
        for (std::size_t q = 0; q < ease_.size(); ++q) slope_[q] = -ease_[q];
        for (std::size_t i = 0; i < rows.size(); ++i) {
            double p = chance(rows[i]);
            double scale = ability_[rows[i].worker] * scale_[rows[i].question];
            slope_[rows[i].question] += (posterior.share[votes_.entry[i]] - p) * scale;
            bend_[rows[i].question] += p * (1 - p) * scale * scale;
        }
        for (std::size_t q = 0; q < ease_.size(); ++q) {
            double step = std::clamp(slope_[q] / bend_[q], -1.0, 1.0);
            ease_[q] = std::clamp(ease_[q] + step, -3.0, 3.0);
            scale_[q] = std::exp(ease_[q]);
        }
    }

private:
    const Votes& votes_;
    std::vector<double> ability_, ease_;
    std::vector<double> scale_;  // exp(ease)
    std::vector<double> slope_, bend_;
};

}  // namespace

void glad(const Votes& votes, Truth& truth) {
    const auto& rows = votes.judgements.rows;
    auto k = static_cast<double>(votes.blank.classes);
    double log_others = std::log(std::max(1.0, k - 1));
    Fit fit(votes);
    auto maximise = [&](const Posterior& posterior) {
        for (int step = 0; step < 3; ++step) fit.improve(posterior);
    };
    auto expect = [&](Posterior& posterior) {
        std::fill(posterior.share.begin(), posterior.share.end(), 0.0);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            double p = fit.chance(rows[i]);
            posterior.share[votes.entry[i]] += std::log(p / (1 - p)) + log_others;
        }
        for (std::size_t q = 0; q < posterior.questions(); ++q)
            normalise(posterior, q, 0, k - static_cast<double>(posterior.candidates(q)));
    };
    iterate(votes, truth, 1e-5, maximise, expect);
}

}  // namespace labeling
