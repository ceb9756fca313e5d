#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "labeling/truth/truth.hpp"

// The methods behind labeling/truth/truth.hpp.
namespace labeling {

// Answers as the methods read them.
struct Votes {
    const Judgements& judgements;
    Posterior blank;                   // the candidates, with shares of 0
    std::vector<std::uint32_t> entry;  // by row: the candidate that it is a vote for
    std::stop_token stop;

    // Candidates are a question's answers, or all classes.
    Votes(const Judgements& judgements, bool all, std::stop_token stop);

    // Throws base::Interrupted if the work is to stop.
    void look_up() const;
};

// The likeliest class of each question.
std::vector<std::uint32_t> likeliest(const Judgements& judgements, const Posterior& posterior);

// Share of votes by class.
Posterior vote_shares(const Votes& votes);
Posterior wawa(const Votes& votes);

// These fill truth.posterior and truth.iterations.
void dawid_skene(const Votes& votes, Truth& truth, bool shrink);
void one_coin(const Votes& votes, Truth& truth);
void glad(const Votes& votes, Truth& truth);
void mace(const Votes& votes, Truth& truth);

// Whether Dawid and Skene ask of every class whether it is true, or only of those that a question
// was answered with: as long as there are few enough answers x classes.
bool asks_all(const Judgements& judgements);

// Makes probabilities of a question's shares, which are log-likelihoods; those of its other classes
// are `log_rest` + log weight, and their weights sum to `others`. Returns the log of the sum.
double normalise(Posterior& posterior, std::size_t question, double log_rest, double others);

// Rows by worker and then by answer.
std::vector<std::uint32_t> by_worker_and_answer(const Judgements& judgements);

// Both steps in turn, from the shares of votes, until no probability moves by more than `still`.
template <typename Maximise, typename Expect>
void iterate(const Votes& votes, Truth& truth, double still, Maximise maximise, Expect expect) {
    constexpr int most_iterations = 50;
    auto& posterior = truth.posterior;
    posterior = vote_shares(votes);
    std::vector<double> before, rest_before;
    auto moved = [](const std::vector<double>& from, const std::vector<double>& to) {
        double most = 0;
        for (std::size_t i = 0; i < from.size(); ++i)
            most = std::max(most, std::abs(to[i] - from[i]));
        return most;
    };
    for (truth.iterations = 0; truth.iterations < most_iterations;) {
        votes.look_up();
        ++truth.iterations;
        maximise(posterior);
        votes.look_up();
        before = posterior.share;
        rest_before = posterior.rest;
        expect(posterior);
        if (moved(before, posterior.share) < still && moved(rest_before, posterior.rest) < still)
            break;
    }
}

}  // namespace labeling
