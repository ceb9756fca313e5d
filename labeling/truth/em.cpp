// What the methods share, votes by share and by weight, and expectation maximisation for one error
// rate a worker.
//
// Starting from the votes makes the result deterministic and keeps classes from trading places,
// which random starts allow. At most 50 rounds: what has not settled by then moves by less than
// people disagree. Everything goes over rows and candidates, so that a round costs what the answers
// are, however many classes there are.
#include "labeling/truth/em.hpp"

#include <algorithm>
#include <limits>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "base/run/stopping.hpp"

namespace labeling {

namespace {

constexpr std::size_t most_pairs = 64'000'000;

// The rows in `order` by what `key` says of them, below `keys`; equal ones as they stood.
template <typename Key>
std::vector<std::uint32_t>
sorted_by(const std::vector<std::uint32_t>& order, std::size_t keys, Key key) {
    std::vector<std::uint32_t> place(keys + 1), sorted(order.size());
    for (auto row : order) ++place[key(row) + 1];
    for (std::size_t i = 0; i < keys; ++i) place[i + 1] += place[i];
    for (auto row : order) sorted[place[key(row)]++] = row;
    return sorted;
}

}  // namespace

Votes::Votes(const Judgements& from, bool all, std::stop_token token)
    : judgements(from), entry(from.rows.size()), stop(std::move(token)) {
    const auto& rows = judgements.rows;
    blank.classes = judgements.answers.size();
    blank.rest.resize(judgements.questions.size());
    blank.first.reserve(judgements.questions.size() + 1);
    std::vector<std::uint32_t> given;
    for (std::size_t i = 0, end = 0; i < rows.size(); i = end) {
        given.clear();
        for (end = i; end < rows.size() && rows[end].question == rows[i].question; ++end)
            given.push_back(rows[end].answer);
        if (all) {
            given.resize(blank.classes);
            for (std::uint32_t c = 0; c < given.size(); ++c) given[c] = c;
        } else {
            std::sort(given.begin(), given.end());
            given.erase(std::unique(given.begin(), given.end()), given.end());
        }
        auto first = blank.candidate.size();
        for (auto row = i; row < end; ++row) {
            auto at = std::lower_bound(given.begin(), given.end(), rows[row].answer);
            entry[row] =
                static_cast<std::uint32_t>(first + static_cast<std::size_t>(at - given.begin()));
        }
        blank.candidate.insert(blank.candidate.end(), given.begin(), given.end());
        blank.first.push_back(blank.candidate.size());
    }
    blank.share.resize(blank.candidate.size());
}

void Votes::look_up() const {
    base::go_on();
    if (stop.stop_requested()) throw base::Interrupted();
}

bool asks_all(const Judgements& judgements) {
    return judgements.rows.size() * judgements.answers.size() <= most_pairs;
}

std::vector<std::uint32_t> by_worker_and_answer(const Judgements& judgements) {
    const auto& rows = judgements.rows;
    std::vector<std::uint32_t> order(rows.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    order = sorted_by(order, judgements.answers.size(), [&](auto row) { return rows[row].answer; });
    return sorted_by(order, judgements.workers.size(), [&](auto row) { return rows[row].worker; });
}

double normalise(Posterior& posterior, std::size_t question, double log_rest, double others) {
    auto begin = posterior.first[question], end = posterior.first[question + 1];
    double most = others > 0 ? log_rest : -std::numeric_limits<double>::infinity();
    for (auto e = begin; e < end; ++e) most = std::max(most, posterior.share[e]);
    double rest = others > 0 ? std::exp(log_rest - most) : 0;
    double sum = rest * others;
    for (auto e = begin; e < end; ++e)
        sum += posterior.share[e] = std::exp(posterior.share[e] - most);
    for (auto e = begin; e < end; ++e) posterior.share[e] /= sum;
    posterior.rest[question] = rest / sum;
    return most + std::log(sum);
}

// Ties fall by a hash of the question: the same in every run, and no class is favoured by its
// place.
std::vector<std::uint32_t> likeliest(const Judgements& judgements, const Posterior& posterior) {
    std::vector<std::uint32_t> label(judgements.questions.size());
    for (std::size_t q = 0; q < label.size(); ++q) {
        auto tied = posterior.top(q).count;
        auto draw = tied == 1 ? 0 : base::seed_of(judgements.questions[q]) % tied;
        label[q] = posterior.top_class(q, draw);
    }
    return label;
}

Posterior vote_shares(const Votes& votes) {
    auto posterior = votes.blank;
    for (auto entry : votes.entry) posterior.share[entry] += 1;
    for (std::size_t q = 0; q < posterior.questions(); ++q) {
        double given = 0;
        for (auto e = posterior.first[q]; e < posterior.first[q + 1]; ++e)
            given += posterior.share[e];
        for (auto e = posterior.first[q]; e < posterior.first[q + 1]; ++e)
            posterior.share[e] /= given;
    }
    return posterior;
}

// Worker agreement with aggregate: votes weighted by how often a worker is with the majority; a tie
// counts in shares.
Posterior wawa(const Votes& votes) {
    const auto& judgements = votes.judgements;
    auto share = vote_shares(votes);
    std::vector<Posterior::Top> most(share.questions());
    for (std::size_t q = 0; q < most.size(); ++q) most[q] = share.top(q);
    std::vector<double> right(judgements.workers.size()), given(judgements.workers.size());
    for (std::size_t i = 0; i < judgements.rows.size(); ++i) {
        const auto& row = judgements.rows[i];
        const auto& top = most[row.question];
        if (share.share[votes.entry[i]] >= top.probability - 1e-9)
            right[row.worker] += 1 / static_cast<double>(top.count);
        given[row.worker] += 1;
    }
    auto weighted = votes.blank;
    std::vector<double> sum(share.questions());
    for (std::size_t i = 0; i < judgements.rows.size(); ++i) {
        const auto& row = judgements.rows[i];
        double weight = right[row.worker] / given[row.worker];
        weighted.share[votes.entry[i]] += weight;
        sum[row.question] += weight;
    }
    for (std::size_t q = 0; q < share.questions(); ++q)
        for (auto e = share.first[q]; e < share.first[q + 1]; ++e)
            weighted.share[e] = sum[q] > 0 ? weighted.share[e] / sum[q] : share.share[e];
    return weighted;
}

// Dawid and Skene with one number a worker, the chance of being right; wrong answers spread evenly
// over the other classes.
void one_coin(const Votes& votes, Truth& truth) {
    const auto& rows = votes.judgements.rows;
    auto k = static_cast<double>(votes.blank.classes);
    double log_others = std::log(std::max(1.0, k - 1));
    std::vector<double> right(votes.judgements.workers.size()), given(right.size());
    for (const auto& row : rows) given[row.worker] += 1;

    auto maximise = [&](const Posterior& posterior) {
        std::fill(right.begin(), right.end(), 0.0);
        double all = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            double p = posterior.share[votes.entry[i]];
            right[rows[i].worker] += p;
            all += p;
        }
        // A worker starts from what workers do on average, with the weight of two answers.
        double mean = (all + 1) / (static_cast<double>(rows.size()) + 2);
        for (std::size_t w = 0; w < right.size(); ++w) {
            double p = std::clamp((right[w] + 2 * mean) / (given[w] + 2), 1e-9, 1 - 1e-9);
            right[w] = std::log(p) - std::log(1 - p) + log_others;
        }
    };
    // Classes are equally likely before any answer.
    auto expect = [&](Posterior& posterior) {
        std::fill(posterior.share.begin(), posterior.share.end(), 0.0);
        for (std::size_t i = 0; i < rows.size(); ++i)
            posterior.share[votes.entry[i]] += right[rows[i].worker];
        for (std::size_t q = 0; q < posterior.questions(); ++q)
            normalise(posterior, q, 0, k - static_cast<double>(posterior.candidates(q)));
    };
    iterate(votes, truth, 1e-6, maximise, expect);
}

}  // namespace labeling
