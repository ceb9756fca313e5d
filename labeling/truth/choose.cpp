// Which method fits these answers: the criterion behind `auto`.
//
// No method wins everywhere, and what they are judged by must not be what they were fitted to: with
// gold, half of it chooses and the other half is left to judge the choice by; without, answers are
// left out of the fit and predicted. Of methods that are level by one standard error the simplest
// is taken (the rule of Breiman, Friedman, Olshen and Stone, 1984), since the finer ones differ
// from it by noise then, and are harder to explain to those whose answers are judged.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/numbers/random.hpp"
#include "labeling/truth/score.hpp"
#include "labeling/truth/truth.hpp"

namespace labeling {

namespace {

constexpr Method by_simplicity[] = {
    Method::mv,
    Method::wawa,
    Method::onecoin,
    Method::lfc,
    Method::ds,
    Method::glad,
    Method::mace};
constexpr std::size_t gold_enough = 30;
constexpr std::size_t most_rows_for_slow = 2'000'000;
constexpr std::size_t most_cells = 20'000'000;

struct Candidate {
    Method method;
    std::vector<double>
        gain{};  // per judged item, higher is better; the same items for each candidate
    double mean = 0;
};

double mean_of(const std::vector<double>& values) {
    double sum = 0;
    for (double v : values) sum += v;
    return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

// The first candidate whose mean is within one standard error of the best's.
Choice simplest_good(std::vector<Candidate> candidates, std::string_view criterion) {
    for (auto& c : candidates) c.mean = mean_of(c.gain);
    const auto& best = *std::max_element(
        candidates.begin(), candidates.end(), [](auto& a, auto& b) { return a.mean < b.mean; }
    );
    auto within = [&](const Candidate& c) {
        double squares = 0, difference = best.mean - c.mean;
        auto n = static_cast<double>(c.gain.size());
        for (std::size_t i = 0; i < c.gain.size(); ++i) {
            double d = best.gain[i] - c.gain[i] - difference;
            squares += d * d;
        }
        return difference <= std::sqrt(squares / n / std::max(1.0, n - 1));
    };
    const auto& chosen = *std::find_if(candidates.begin(), candidates.end(), within);

    std::string figures;
    for (const auto& c : candidates)
        figures += fmt::format(
            "{}{} {:.4f}", figures.empty() ? "" : ", ", base::name_of(c.method), c.mean
        );
    auto why = fmt::format("{} over {} items: {}", criterion, chosen.gain.size(), figures);
    if (&chosen != &best)
        why += fmt::format(
            "; {} is the simplest within one standard error of {}",
            base::name_of(chosen.method),
            base::name_of(best.method)
        );
    return {chosen.method, why};
}

bool too_dear(const Judgements& judgements, Method method) {
    bool slow = method == Method::glad || method == Method::mace;
    return (slow && judgements.rows.size() > most_rows_for_slow) ||
           memory_needed(judgements, method) > most_memory;
}

Choice by_gold(
    const Judgements& judgements,
    const std::vector<std::pair<std::size_t, std::uint32_t>>& gold,
    const std::stop_token& stop
) {
    std::vector<Candidate> candidates;
    for (auto method : by_simplicity) {
        if (too_dear(judgements, method)) continue;
        auto truth = infer(judgements, method, stop);
        Candidate candidate{.method = method};
        for (auto [question, label] : gold)
            candidate.gain.push_back(chance_right(truth, question, label));
        candidates.push_back(std::move(candidate));
    }
    return simplest_good(std::move(candidates), "accuracy on held-out gold");
}

// P(row.answer) by what the worker did on other questions, shrunk towards what all do.
class Predictor {
public:
    Predictor(const Judgements& judgements, const Truth& truth)
        : truth_(truth),
          k_(truth.classes),
          own_(judgements.workers.size() * k_ * k_),
          pooled_(k_ * k_, 0.1) {
        for (const auto& row : judgements.rows) {
            truth.posterior.spread(row.question, shares_);
            for (std::size_t c = 0; c < k_; ++c) {
                own_[(row.worker * k_ + c) * k_ + row.answer] += shares_[c];
                pooled_[c * k_ + row.answer] += shares_[c];
            }
        }
        for (std::size_t c = 0; c < k_; ++c) {
            double sum = 0;
            for (std::size_t a = 0; a < k_; ++a) sum += pooled_[c * k_ + a];
            for (std::size_t a = 0; a < k_; ++a) pooled_[c * k_ + a] /= sum;
        }
    }

    double operator()(const Judgement& row) {
        constexpr double strength = 4;
        truth_.posterior.spread(row.question, shares_);
        double p = 0;
        for (std::size_t c = 0; c < k_; ++c) {
            const double* counts = &own_[(row.worker * k_ + c) * k_];
            double sum = strength;
            for (std::size_t a = 0; a < k_; ++a) sum += counts[a];
            double answer = (counts[row.answer] + strength * pooled_[c * k_ + row.answer]) / sum;
            p += shares_[c] * answer;
        }
        return p;
    }

private:
    const Truth& truth_;
    std::size_t k_;
    std::vector<double> own_;
    std::vector<double> pooled_;
    std::vector<double> shares_;  // of one question
};

struct Parted {
    Judgements kept;
    std::vector<Judgement> left_out;
};

// Leaves out one of `parts`, drawn by question and worker; at least `stay` answers to each question
// are kept.
Parted leave_out(const Judgements& judgements, std::uint64_t parts, std::uint64_t part, int stay) {
    Parted result;
    result.kept.questions = judgements.questions;
    result.kept.workers = judgements.workers;
    result.kept.answers = judgements.answers;
    std::vector<int> stays(judgements.questions.size());
    for (const auto& row : judgements.rows) ++stays[row.question];
    for (const auto& row : judgements.rows) {
        auto draw = base::seed_of(
            judgements.questions[row.question], base::seed_of(judgements.workers[row.worker])
        );
        if (draw % parts == part && stays[row.question] > stay) {
            --stays[row.question];
            result.left_out.push_back(row);
        } else {
            result.kept.rows.push_back(row);
        }
    }
    return result;
}

Choice by_likelihood(const Judgements& judgements, const std::stop_token& stop) {
    auto k = judgements.answers.size();
    if (judgements.workers.size() * k * k > most_cells)
        return {Method::onecoin, "too many classes and workers for tables of confusion"};

    auto [kept, left_out] = leave_out(judgements, 5, 0, 1);
    if (left_out.size() < 20)
        return {Method::mv, "fewer than 20 answers can be left out to compare methods by"};

    std::vector<Candidate> candidates;
    for (auto method : by_simplicity) {
        if (too_dear(judgements, method)) continue;
        auto truth = infer(kept, method, stop);
        Predictor predict(kept, truth);
        Candidate candidate{.method = method};
        for (const auto& row : left_out)
            candidate.gain.push_back(std::log(std::max(predict(row), 1e-12)));
        candidates.push_back(std::move(candidate));
    }
    return simplest_good(std::move(candidates), "mean log-likelihood of answers left out");
}

constexpr Method numeric_by_simplicity[] =
    {Method::mean, Method::median, Method::lfc_n, Method::catd, Method::pm};

Choice numbers_by_gold(
    const Judgements& judgements,
    const std::vector<std::pair<std::size_t, double>>& gold,
    const std::stop_token& stop
) {
    std::vector<Candidate> candidates;
    for (auto method : numeric_by_simplicity) {
        auto estimates = estimate(judgements, method, stop);
        Candidate candidate{.method = method};
        for (auto [question, value] : gold)
            candidate.gain.push_back(-std::abs(estimates.value[question] - value));
        candidates.push_back(std::move(candidate));
    }
    return simplest_good(std::move(candidates), "negative absolute error on held-out gold");
}

// Leaves out each answer once, a fifth at a time, if two others to its question stay.
Choice numbers_by_prediction(const Judgements& judgements, const std::stop_token& stop) {
    constexpr std::uint64_t parts = 5;
    auto numbers = *judgements.numbers();
    std::vector<Candidate> candidates;
    for (auto method : numeric_by_simplicity) candidates.push_back({.method = method});
    for (std::uint64_t part = 0; part < parts; ++part) {
        auto [kept, left_out] = leave_out(judgements, parts, part, 2);
        if (left_out.empty()) continue;
        for (auto& candidate : candidates) {
            auto estimates = estimate(kept, candidate.method, stop);
            for (const auto& row : left_out) {
                double error = estimates.value[row.question] - numbers[row.answer];
                candidate.gain.push_back(-error * error);
            }
        }
    }
    if (candidates[0].gain.size() < 20)
        return {Method::mean, "too few answers to compare methods for numbers by"};
    return simplest_good(
        std::move(candidates), "negative squared error in predicting answers left out"
    );
}

}  // namespace

bool looks_numeric(const Judgements& judgements) {
    auto numbers = judgements.numbers();
    if (!numbers) return false;
    return numbers->size() > 20 || std::any_of(numbers->begin(), numbers->end(), [](double v) {
               return v != std::floor(v);
           });
}

bool chooses_by(const std::string& question) {
    return base::seed_of(question, 7) % 2 == 0;
}

Choice choose(const Judgements& judgements, const Gold& gold, const std::stop_token& stop) {
    if (judgements.rows.empty()) throw base::Error("truth", "there are no answers to infer from");
    bool numeric = looks_numeric(judgements);
    std::vector<std::pair<std::size_t, std::uint32_t>> labels;
    std::vector<std::pair<std::size_t, double>> values;
    std::size_t known = 0;
    auto indexes = indexes_of(judgements);
    for (std::size_t q = 0; q < judgements.questions.size(); ++q) {
        auto found = gold.find(judgements.questions[q]);
        if (found == gold.end()) continue;
        ++known;
        if (!chooses_by(judgements.questions[q])) continue;
        if (numeric) {
            if (auto value = base::parse_number(found->second)) values.emplace_back(q, *value);
        } else {
            auto label = indexes.find(found->second);
            labels.emplace_back(q, label == indexes.end() ? no_answer : label->second);
        }
    }
    bool enough = known >= gold_enough && labels.size() + values.size() > 1;
    if (numeric)
        return enough ? numbers_by_gold(judgements, values, stop)
                      : numbers_by_prediction(judgements, stop);
    return enough ? by_gold(judgements, labels, stop) : by_likelihood(judgements, stop);
}

}  // namespace labeling
