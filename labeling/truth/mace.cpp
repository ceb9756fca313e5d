// MACE (Hovy, Berg-Kirkpatrick, Vaswani and Hovy, Learning whom to trust with MACE, 2013), by the
// variational inference of the paper.
//
// It asks of each worker how often they spam, and what they answer then: few parameters a worker,
// so that it holds where most people answered little and the tables of Dawid and Skene would be
// noise.
#include <cmath>

#include "base/numbers/random.hpp"
#include "labeling/truth/em.hpp"

namespace labeling::detail {

namespace {

// Derivative of log gamma: recurrence up to 6, then the asymptotic series.
double digamma(double x) {
    double sum = 0;
    for (; x < 6; x += 1) sum -= 1 / x;
    double f = 1 / (x * x);
    return sum + std::log(x) - 0.5 / x - f * (1.0 / 12 - f * (1.0 / 120 - f / 252));
}

// A worker knows the answer, or spams by a strategy of their own. Priors: Beta(0.5, 0.5) and
// Dirichlet(10), as in the authors' program. Unlike there, the shares of the classes are estimated:
// with 12 % positives that is the difference between 81 and 93 % right.
struct Model {
    std::size_t k;
    std::vector<double> knows,
        spams;                     // by worker, exp of the expected logs: they need not sum to 1
    std::vector<double> strategy;  // workers x classes
    std::vector<double> share;     // of each class among the questions

    Model(const Judgements& judgements, std::size_t classes, base::Random& random)
        : k(classes),
          knows(judgements.workers.size()),
          spams(judgements.workers.size()),
          strategy(judgements.workers.size() * classes),
          share(classes, 1 / static_cast<double>(classes)) {
        for (std::size_t w = 0; w < knows.size(); ++w) {
            knows[w] = 0.5 + (random.uniform() - 0.5) * 0.8;
            spams[w] = 1 - knows[w];
            double sum = 0;
            for (std::size_t c = 0; c < k; ++c)
                sum += strategy[w * k + c] = 1 + (random.uniform() - 0.5) * 0.8;
            for (std::size_t c = 0; c < k; ++c) strategy[w * k + c] /= sum;
        }
    }

    // Posteriors under this model, and the evidence.
    double expect(const Judgements& judgements, std::vector<double>& posterior) const {
        for (std::size_t i = 0; i < posterior.size(); ++i) posterior[i] = std::log(share[i % k]);
        for (const auto& row : judgements.rows) {
            double spam = spams[row.worker] * strategy[row.worker * k + row.answer];
            double* at = &posterior[row.question * k];
            double log_spam = std::log(spam);
            for (std::size_t c = 0; c < k; ++c)
                at[c] += c == row.answer ? std::log(spam + knows[row.worker]) : log_spam;
        }
        double evidence = 0;
        for (std::size_t i = 0; i < posterior.size(); i += k)
            evidence += normalise_log(&posterior[i], k);
        return evidence;
    }

    void maximise(const Judgements& judgements, const std::vector<double>& posterior) {
        std::vector<double> known(knows.size(), 0.5), spammed(knows.size(), 0.5);
        std::vector<double> choice(strategy.size(), 10.0);
        std::fill(share.begin(), share.end(), 1.0);
        for (std::size_t i = 0; i < posterior.size(); ++i) share[i % k] += posterior[i];
        auto questions = static_cast<double>(judgements.questions.size());
        for (double& s : share) s /= questions + static_cast<double>(k);
        for (const auto& row : judgements.rows) {
            double spam = spams[row.worker] * strategy[row.worker * k + row.answer];
            double know = posterior[row.question * k + row.answer] * knows[row.worker] /
                          (spam + knows[row.worker]);
            known[row.worker] += know;
            spammed[row.worker] += 1 - know;
            choice[row.worker * k + row.answer] += 1 - know;
        }
        for (std::size_t w = 0; w < knows.size(); ++w) {
            double all = digamma(known[w] + spammed[w]);
            knows[w] = std::exp(digamma(known[w]) - all);
            spams[w] = std::exp(digamma(spammed[w]) - all);
            double sum = 0;
            for (std::size_t c = 0; c < k; ++c) sum += choice[w * k + c];
            for (std::size_t c = 0; c < k; ++c)
                strategy[w * k + c] = std::exp(digamma(choice[w * k + c]) - digamma(sum));
        }
    }
};

}  // namespace

void mace(const Judgements& judgements, Truth& truth) {
    constexpr int starts = 10;
    constexpr int iterations = 50;
    auto k = truth.classes;
    base::Random random(1);
    std::vector<double> posterior(judgements.questions.size() * k);
    double best = 0;
    for (int start = 0; start < starts; ++start) {
        Model model(judgements, k, random);
        double evidence = model.expect(judgements, posterior);
        for (int i = 1; i < iterations; ++i) {
            model.maximise(judgements, posterior);
            double next = model.expect(judgements, posterior);
            bool converged = std::abs(next - evidence) < 1e-7 * std::abs(evidence);
            evidence = next;
            if (converged) break;
        }
        if (start == 0 || evidence > best) {
            best = evidence;
            truth.posterior = posterior;
        }
    }
    truth.iterations = iterations;
}

}  // namespace labeling::detail
