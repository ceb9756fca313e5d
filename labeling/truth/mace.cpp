// MACE (Hovy, Berg-Kirkpatrick, Vaswani and Hovy, Learning whom to trust with MACE, 2013), by the
// variational inference of the paper.
//
// It asks of each worker how often they spam, and what they answer then: few parameters a worker,
// so that it holds where most people answered little and the tables of Dawid and Skene would be
// noise. What a worker answers when spamming is kept for the answers that the worker ever gave.
#include <algorithm>
#include <cmath>

#include "base/numbers/random.hpp"
#include "labeling/truth/em.hpp"

namespace labeling {

namespace {

// Derivative of log gamma: recurrence up to 6, then the asymptotic series.
double digamma(double x) {
    double sum = 0;
    while (x < 6) sum -= 1 / x++;
    double f = 1 / (x * x);
    return sum + std::log(x) - 0.5 / x - f * (1.0 / 12 - f * (1.0 / 120 - f / 252));
}

// A worker knows the answer, or spams by a strategy of their own. Priors: Beta(0.5, 0.5) and
// Dirichlet(10), as in the authors' program. Unlike there, the shares of the classes are estimated:
// with 12 % positives that is the difference between 81 and 93 % right.
class Model {
public:
    explicit Model(const Votes& votes)
        : votes_(votes),
          k_(static_cast<double>(votes.blank.classes)),
          cell_(votes.entry.size()),
          knows_(votes.judgements.workers.size()),
          spams_(knows_.size()),
          seen_(knows_.size()) {
        const auto& rows = votes.judgements.rows;
        const Judgement* last = nullptr;
        for (auto i : by_worker_and_answer(votes.judgements)) {
            const auto& row = rows[i];
            if (!last || last->worker != row.worker || last->answer != row.answer) {
                worker_.push_back(row.worker);
                seen_[row.worker] += 1;
            }
            last = &row;
            cell_[i] = static_cast<std::uint32_t>(worker_.size() - 1);
        }
        strategy_.resize(worker_.size());
    }

    // Anywhere near even chances.
    void start(base::Random& random) {
        std::vector<double> sum(knows_.size());
        std::size_t cell = 0;
        for (std::size_t w = 0; w < knows_.size(); ++w) {
            knows_[w] = 0.5 + (random.uniform() - 0.5) * 0.8;
            spams_[w] = 1 - knows_[w];
            sum[w] = k_ - seen_[w];
            for (; cell < worker_.size() && worker_[cell] == w; ++cell)
                sum[w] += strategy_[cell] = 1 + (random.uniform() - 0.5) * 0.8;
        }
        for (cell = 0; cell < worker_.size(); ++cell) strategy_[cell] /= sum[worker_[cell]];
        share_.assign(votes_.blank.classes, 1 / k_);
    }

    // Posteriors under this model, and the evidence.
    double expect(Posterior& posterior) {
        votes_.look_up();
        weigh();
        for (std::size_t e = 0; e < posterior.share.size(); ++e)
            posterior.share[e] = std::log(share_[posterior.candidate[e]]);
        std::vector<double> spam(posterior.questions());
        const auto& rows = votes_.judgements.rows;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            spam[rows[i].question] += log_spam_[cell_[i]];
            posterior.share[votes_.entry[i]] += log_gain_[cell_[i]];
        }
        double evidence = 0;
        for (std::size_t q = 0; q < posterior.questions(); ++q) {
            double others = 1;
            for (auto e = posterior.first[q]; e < posterior.first[q + 1]; ++e) {
                posterior.share[e] += spam[q];
                others -= share_[posterior.candidate[e]];
            }
            bool all = posterior.candidates(q) == posterior.classes;
            evidence += normalise(posterior, q, spam[q], all ? 0 : std::max(others, 1e-300));
        }
        return evidence;
    }

    void maximise(const Posterior& posterior) {
        votes_.look_up();
        share_classes(posterior);
        std::vector<double> known(knows_.size(), 0.5), spammed(knows_.size(), 0.5);
        std::vector<double> choice(strategy_.size(), 10.0), sum(knows_.size());
        const auto& rows = votes_.judgements.rows;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            double know = posterior.share[votes_.entry[i]] * knowing_[cell_[i]];
            known[rows[i].worker] += know;
            spammed[rows[i].worker] += 1 - know;
            choice[cell_[i]] += 1 - know;
        }
        for (std::size_t w = 0; w < knows_.size(); ++w) {
            double all = digamma(known[w] + spammed[w]);
            knows_[w] = std::exp(digamma(known[w]) - all);
            spams_[w] = std::exp(digamma(spammed[w]) - all);
            sum[w] = 10 * (k_ - seen_[w]);
        }
        for (std::size_t cell = 0; cell < choice.size(); ++cell) sum[worker_[cell]] += choice[cell];
        for (auto& s : sum) s = digamma(s);
        for (std::size_t cell = 0; cell < choice.size(); ++cell)
            strategy_[cell] = std::exp(digamma(choice[cell]) - sum[worker_[cell]]);
    }

    const std::vector<double>& shares() const { return share_; }

private:
    // The logs that every answer of a cell needs.
    void weigh() {
        log_spam_.resize(strategy_.size());
        log_gain_.resize(strategy_.size());
        knowing_.resize(strategy_.size());
        for (std::size_t cell = 0; cell < strategy_.size(); ++cell) {
            double spam = spams_[worker_[cell]] * strategy_[cell], know = knows_[worker_[cell]];
            log_spam_[cell] = std::log(spam);
            log_gain_[cell] = std::log(spam + know) - log_spam_[cell];
            knowing_[cell] = know / (spam + know);
        }
    }

    // A class has of questions whose candidate it is not what their rest gives to its share.
    void share_classes(const Posterior& posterior) {
        std::vector<double> sum(share_.size(), 1.0), missed(share_.size());
        double rest = 0;
        for (std::size_t q = 0; q < posterior.questions(); ++q) {
            rest += posterior.rest[q];
            for (auto e = posterior.first[q]; e < posterior.first[q + 1]; ++e) {
                sum[posterior.candidate[e]] += posterior.share[e];
                missed[posterior.candidate[e]] += posterior.rest[q];
            }
        }
        double all = static_cast<double>(posterior.questions()) + k_;
        for (std::size_t c = 0; c < share_.size(); ++c)
            share_[c] = (sum[c] + share_[c] * std::max(0.0, rest - missed[c])) / all;
    }

    const Votes& votes_;
    double k_;
    std::vector<std::uint32_t> cell_;    // by row: (worker, answer)
    std::vector<std::uint32_t> worker_;  // of each cell, ascending
    std::vector<double> knows_,
        spams_;                     // by worker, exp of the expected logs: they need not sum to 1
    std::vector<double> seen_;      // by worker: different answers given
    std::vector<double> strategy_;  // by cell
    std::vector<double> share_;     // of each class among the questions
    std::vector<double> log_spam_, log_gain_, knowing_;  // by cell
};

}  // namespace

void mace(const Votes& votes, Truth& truth) {
    constexpr int starts = 10;
    constexpr int iterations = 50;
    base::Random random(1);
    auto posterior = votes.blank;
    Model model(votes);
    double best = 0;
    for (int start = 0; start < starts; ++start) {
        model.start(random);
        double evidence = model.expect(posterior);
        for (int i = 1; i < iterations; ++i) {
            model.maximise(posterior);
            double next = model.expect(posterior);
            bool converged = std::abs(next - evidence) < 1e-7 * std::abs(evidence);
            evidence = next;
            if (converged) break;
        }
        if (start == 0 || evidence > best) {
            best = evidence;
            truth.posterior = posterior;
            truth.posterior.set_weights(model.shares());
        }
    }
    truth.iterations = iterations;
}

}  // namespace labeling
