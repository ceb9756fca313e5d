#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/words.hpp"
#include "labeling/answers.hpp"
#include "labeling/truth/posterior.hpp"

namespace labeling {

// Ways to infer the truth from several people's answers.
enum class Method {
    mv,       // majority vote
    wawa,     // worker agreement with aggregate: votes weighted by agreement with the majority
    ds,       // Dawid & Skene 1979: a confusion matrix per worker, by EM
    onecoin,  // one accuracy per worker, errors and classes evenly likely; by EM
    glad,     // Whitehill et al. 2009: worker ability and question difficulty, by EM
    mace,     // Hovy et al. 2013: each worker knows or spams, by variational EM from several starts
    lfc,      // Raykar et al. 2010: Dawid & Skene with a prior, here each worker shrunk towards the
              // pooled confusion
    catd,  // Li et al. 2014: votes weighted by how small a worker's error is for sure; numbers too
    pm,  // Aydin et al. 2014, Li et al. 2014: votes weighted by distance to the truth; numbers too
    mean,  // of numbers
    median,
    lfc_n,      // Raykar et al. 2010 of numbers: a variance per worker, by EM
    automatic,  // "auto": see choose()
};

constexpr auto words_of(Method) {
    return std::to_array<base::Word<Method>>({
        {Method::mv, "mv", "majority vote"},
        {Method::wawa, "wawa", "votes weighted by agreement with the majority"},
        {Method::ds, "ds", "Dawid and Skene: a confusion matrix per worker"},
        {Method::onecoin, "onecoin", "one accuracy per worker"},
        {Method::glad, "glad", "ability of workers and difficulty of questions"},
        {Method::mace, "mace", "each worker knows or spams"},
        {Method::lfc, "lfc", "Dawid and Skene, workers shrunk towards what all do"},
        {Method::catd,
         "catd",
         "votes or numbers weighted by how surely a worker is near the truth"},
        {Method::pm, "pm", "votes or numbers weighted by how near a worker is to the truth"},
        {Method::mean, "mean", "of numbers, not of classes"},
        {Method::median, "median", "of numbers, not of classes"},
        {Method::lfc_n, "lfc-n", "of numbers: a variance per worker"},
        {Method::automatic, "auto", "the one that fits these answers best"},
    });
}

// Whether a method is for numbers and not for classes.
constexpr bool is_numeric(Method method) {
    return method == Method::mean || method == Method::median || method == Method::lfc_n;
}
// .. for numbers, and perhaps for classes too.
constexpr bool takes_numbers(Method method) {
    return is_numeric(method) || method == Method::catd || method == Method::pm;
}

// The truth as far as the answers tell. Rows follow Judgements::questions, columns
// Judgements::answers.
struct Truth {
    Method method = Method::mv;
    std::size_t classes = 0;
    Posterior posterior;  // of each question, summing to 1
    std::vector<std::uint32_t>
        label;  // the likeliest; a tie is broken by a hash of the question, the same in every run
    std::vector<double> worker_accuracy;  // expected share of right answers, by worker
    int iterations = 0;

    double probability(std::size_t question) const {
        return posterior.at(question, label[question]);
    }
};

// The memory that infer() may take, about and at most.
inline constexpr std::size_t most_memory = std::size_t{4} << 30;
std::size_t memory_needed(const Judgements& judgements, Method method);

// Infers by a method for classes; one for numbers and auto throw base::Error, as do no judgements
// at all, and more memory_needed() than most_memory. Deterministic. Asked to stop it throws
// base::Interrupted within a round.
//
// ds and lfc ask of every class whether it is true while answers x classes are 64 million or less;
// beyond, of those that the question was answered with.
Truth infer(const Judgements& judgements, Method method, std::stop_token stop = {});

// P(a worker answers column | the truth is row), classes x classes, from a truth inferred before;
// shrunk towards what all workers together do, by the weight of two answers a row, so that rare
// classes get a sensible row. More than 2,000 classes throw base::Error.
inline constexpr std::size_t most_tabled = 2000;
std::vector<double>
confusion(const Judgements& judgements, const Truth& truth, std::uint32_t worker);

struct Estimates {
    Method method = Method::mean;
    std::vector<double> value{};         // by question
    std::vector<double> spread{};        // standard deviation of its answers; 0 for one answer
    std::vector<double> worker_error{};  // root of the mean squared distance from them, by worker
};

// By a method that takes numbers; throws base::Error if an answer is no number or the method is
// another.
Estimates estimate(const Judgements& judgements, Method method, std::stop_token stop = {});

struct Choice {
    Method method = Method::mv;
    std::string why;  // one line: the criterion, the figures, the runner-up
};

// Chooses a method for these judgements.
//
// With gold for 30 questions or more: by expected accuracy on the half of them that chooses_by()
// tells, so that the other half can judge the result. Without: by the log-likelihood of a fifth of
// the answers that is left out of the fit. Of the methods within one standard error of the best (of
// the paired difference), the simplest is taken, in the order mv, wawa, onecoin, lfc, ds, glad,
// mace.
//
// Answers that look like numbers: mean, median, lfc-n, catd or pm, simplest first, by the mean
// absolute error on gold, or by the squared error in predicting answers that are left out.
Choice choose(const Judgements& judgements, const Gold& gold, const std::stop_token& stop = {});

// Whether choose() used this question's gold.
bool chooses_by(const std::string& question);

// Whether choose() takes the answers for numbers rather than classes: each is one, and there are
// more than 20 different ones or one has a fraction.
bool looks_numeric(const Judgements& judgements);

}  // namespace labeling
