// Expectation maximisation for confusion tables (Dawid and Skene 1979) and for one error rate a
// worker, both from the shares of votes.
//
// Starting from the votes makes the result deterministic and keeps classes from trading places,
// which random starts allow. Counts get a small prior so that an answer never seen is not taken for
// impossible; `shrink` draws each table towards that of all workers (what Raykar and others, 2010,
// do by priors), which is what makes workers with few answers usable. At most 50 rounds: what has
// not settled by then moves by less than people disagree.
#include "labeling/truth/em.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace labeling::detail {

namespace {

constexpr int most_iterations = 50;
constexpr double still = 1e-6;  // the largest change of a posterior at which EM has converged
constexpr std::size_t most_cells = 100'000'000;

std::vector<double> class_shares(const std::vector<double>& posterior, std::size_t k) {
    std::vector<double> share(k, 0.01);
    for (std::size_t i = 0; i < posterior.size(); ++i) share[i % k] += posterior[i];
    double sum = 0;
    for (double s : share) sum += s;
    for (double& s : share) s /= sum;
    return share;
}

// One confusion table per worker from the posteriors: workers x truth x answer.
std::vector<double> tables(const Judgements& judgements, const Truth& truth, bool shrink) {
    auto k = truth.classes;
    auto cells = k * k;
    std::vector<double> table(judgements.workers.size() * cells);
    for (const auto& row : judgements.rows)
        for (std::size_t c = 0; c < k; ++c)
            table[row.worker * cells + c * k + row.answer] += truth.posterior[row.question * k + c];

    std::vector<double> prior(cells, 0.01);
    if (shrink) {
        constexpr double strength = 1;  // in answers per row
        for (std::size_t i = 0; i < table.size(); ++i) prior[i % cells] += table[i];
        for (std::size_t c = 0; c < k; ++c) {
            double sum = 0;
            for (std::size_t a = 0; a < k; ++a) sum += prior[c * k + a];
            for (std::size_t a = 0; a < k; ++a)
                prior[c * k + a] = 0.01 + strength * prior[c * k + a] / sum;
        }
    }
    for (std::size_t i = 0; i < table.size(); i += k) {
        double sum = 0;
        for (std::size_t a = 0; a < k; ++a) sum += table[i + a] += prior[i % cells + a];
        for (std::size_t a = 0; a < k; ++a) table[i + a] = std::log(table[i + a] / sum);
    }
    return table;
}

}  // namespace

double normalise_log(double* row, std::size_t classes) {
    double most = *std::max_element(row, row + classes);
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) sum += row[c] = std::exp(row[c] - most);
    for (std::size_t c = 0; c < classes; ++c) row[c] /= sum;
    return most + std::log(sum);
}

std::vector<double> vote_shares(const Judgements& judgements) {
    auto k = judgements.answers.size();
    std::vector<double> share(judgements.questions.size() * k), votes(judgements.questions.size());
    for (const auto& row : judgements.rows) {
        share[row.question * k + row.answer] += 1;
        votes[row.question] += 1;
    }
    for (std::size_t i = 0; i < share.size(); ++i) share[i] /= votes[i / k];
    return share;
}

// Worker agreement with aggregate: votes weighted by how often a worker is with the majority; a tie
// counts in shares.
std::vector<double> wawa(const Judgements& judgements) {
    auto k = judgements.answers.size();
    auto share = vote_shares(judgements);
    std::vector<double> right(judgements.workers.size()), given(judgements.workers.size());
    for (const auto& row : judgements.rows) {
        const double* votes = &share[row.question * k];
        double most = *std::max_element(votes, votes + k);
        double tied = static_cast<double>(std::count(votes, votes + k, most));
        if (votes[row.answer] == most) right[row.worker] += 1 / tied;
        given[row.worker] += 1;
    }
    std::vector<double> weighted(share.size()), sum(judgements.questions.size());
    for (const auto& row : judgements.rows) {
        double weight = right[row.worker] / given[row.worker];
        weighted[row.question * k + row.answer] += weight;
        sum[row.question] += weight;
    }
    for (std::size_t i = 0; i < weighted.size(); ++i)
        weighted[i] = sum[i / k] > 0 ? weighted[i] / sum[i / k] : share[i];
    return weighted;
}

// Dawid and Skene 1979, "Maximum likelihood estimation of observer error-rates"; with `shrink` the
// tables have a prior from all workers' pooled table, as in Raykar et al. 2010, "Learning from
// crowds".
void dawid_skene(const Judgements& judgements, Truth& truth, bool shrink) {
    auto k = truth.classes;
    if (judgements.workers.size() * k * k > most_cells)
        throw base::Error(
            "truth",
            std::to_string(k) + " classes and " + std::to_string(judgements.workers.size()) +
                " workers need too large confusion tables",
            "use onecoin or glad"
        );
    truth.posterior = vote_shares(judgements);
    std::vector<double> next(truth.posterior.size());
    for (truth.iterations = 0; truth.iterations < most_iterations;) {
        ++truth.iterations;
        auto share = class_shares(truth.posterior, k);
        auto table = tables(judgements, truth, shrink);
        for (std::size_t i = 0; i < next.size(); ++i) next[i] = std::log(share[i % k]);
        for (const auto& row : judgements.rows)
            for (std::size_t c = 0; c < k; ++c)
                next[row.question * k + c] += table[(row.worker * k + c) * k + row.answer];
        for (std::size_t i = 0; i < next.size(); i += k) normalise_log(&next[i], k);

        double change = 0;
        for (std::size_t i = 0; i < next.size(); ++i)
            change = std::max(change, std::abs(next[i] - truth.posterior[i]));
        truth.posterior.swap(next);
        if (change < still) break;
    }
}

// Dawid and Skene with one number a worker, the chance of being right; wrong answers spread evenly
// over the other classes.
void one_coin(const Judgements& judgements, Truth& truth) {
    auto k = truth.classes;
    double others = std::max<double>(1, static_cast<double>(k) - 1);
    truth.posterior = vote_shares(judgements);
    std::vector<double> next(truth.posterior.size());
    for (truth.iterations = 0; truth.iterations < most_iterations;) {
        ++truth.iterations;
        std::vector<double> right(judgements.workers.size()), given(judgements.workers.size());
        double all = 0;
        for (const auto& row : judgements.rows) {
            double p = truth.posterior[row.question * k + row.answer];
            right[row.worker] += p;
            given[row.worker] += 1;
            all += p;
        }
        // A worker starts from what workers do on average, with the weight of two answers.
        double mean = (all + 1) / (static_cast<double>(judgements.rows.size()) + 2);
        for (std::size_t w = 0; w < right.size(); ++w)
            right[w] = (right[w] + 2 * mean) / (given[w] + 2);

        std::fill(next.begin(), next.end(), 0.0);  // classes are equally likely before any answer
        for (const auto& row : judgements.rows) {
            double p = std::clamp(right[row.worker], 1e-9, 1 - 1e-9);
            next[row.question * k + row.answer] += std::log(p) - std::log((1 - p) / others);
        }
        for (std::size_t i = 0; i < next.size(); i += k) normalise_log(&next[i], k);

        double change = 0;
        for (std::size_t i = 0; i < next.size(); ++i)
            change = std::max(change, std::abs(next[i] - truth.posterior[i]));
        truth.posterior.swap(next);
        if (change < still) break;
    }
}

}  // namespace labeling::detail
