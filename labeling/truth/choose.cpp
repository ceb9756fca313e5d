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
constexpr std::size_t most_rows_for_slow = 1'000'000;
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

bool too_slow(const Judgements& judgements, Method method) {
    return (method == Method::glad || method == Method::mace) &&
           judgements.rows.size() * judgements.answers.size() > most_rows_for_slow;
}

Choice by_gold(
    const Judgements& judgements,
    const std::vector<std::pair<std::size_t, std::uint32_t>>& gold
) {
    std::vector<Candidate> candidates;
    for (auto method : by_simplicity) {
        if (too_slow(judgements, method)) continue;
        auto truth = infer(judgements, method);
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
        for (const auto& row : judgements.rows)
            for (std::size_t c = 0; c < k_; ++c) {
                double p = truth.posterior[row.question * k_ + c];
                own_[(row.worker * k_ + c) * k_ + row.answer] += p;
                pooled_[c * k_ + row.answer] += p;
            }
        for (std::size_t c = 0; c < k_; ++c) {
            double sum = 0;
            for (std::size_t a = 0; a < k_; ++a) sum += pooled_[c * k_ + a];
            for (std::size_t a = 0; a < k_; ++a) pooled_[c * k_ + a] /= sum;
        }
    }

    double operator()(const Judgement& row) const {
        constexpr double strength = 4;
        double p = 0;
        for (std::size_t c = 0; c < k_; ++c) {
            const double* counts = &own_[(row.worker * k_ + c) * k_];
            double sum = strength;
            for (std::size_t a = 0; a < k_; ++a) sum += counts[a];
            double answer = (counts[row.answer] + strength * pooled_[c * k_ + row.answer]) / sum;
            p += truth_.posterior[row.question * k_ + c] * answer;
        }
        return p;
    }

private:
    const Truth& truth_;
    std::size_t k_;
    std::vector<double> own_;
    std::vector<double> pooled_;
};

Choice by_likelihood(const Judgements& judgements) {
    auto k = judgements.answers.size();
    if (judgements.workers.size() * k * k > most_cells)
        return {Method::onecoin, "too many classes and workers for tables of confusion"};

    // An answer may be left out if another answer to its question stays.
    Judgements kept = judgements;
    kept.rows.clear();
    std::vector<Judgement> left_out;
    std::vector<int> stays(judgements.questions.size());
    for (const auto& row : judgements.rows) ++stays[row.question];
    for (const auto& row : judgements.rows) {
        auto draw = base::seed_of(
            judgements.questions[row.question], base::seed_of(judgements.workers[row.worker])
        );
        if (draw % 5 == 0 && stays[row.question] > 1) {
            --stays[row.question];
            left_out.push_back(row);
        } else {
            kept.rows.push_back(row);
        }
    }
    if (left_out.size() < 20)
        return {Method::mv, "fewer than 20 answers can be left out to compare methods by"};

    std::vector<Candidate> candidates;
    for (auto method : by_simplicity) {
        if (too_slow(judgements, method)) continue;
        auto truth = infer(kept, method);
        Predictor predict(kept, truth);
        Candidate candidate{.method = method};
        for (const auto& row : left_out)
            candidate.gain.push_back(std::log(std::max(predict(row), 1e-12)));
        candidates.push_back(std::move(candidate));
    }
    return simplest_good(std::move(candidates), "mean log-likelihood of answers left out");
}

Choice numbers_by_gold(
    const Judgements& judgements,
    const std::vector<std::pair<std::size_t, double>>& gold
) {
    std::vector<Candidate> candidates;
    for (auto method : {Method::mean, Method::median}) {
        auto estimates = estimate(judgements, method);
        Candidate candidate{.method = method};
        for (auto [question, value] : gold)
            candidate.gain.push_back(-std::abs(estimates.value[question] - value));
        candidates.push_back(std::move(candidate));
    }
    return simplest_good(std::move(candidates), "negative absolute error on held-out gold");
}

// Leaves out each answer in turn.
Choice numbers_by_prediction(const Judgements& judgements) {
    auto numbers = *judgements.numbers();
    Candidate mean{.method = Method::mean}, median{.method = Method::median};
    std::vector<double> values;
    for (std::size_t i = 0; i < judgements.rows.size();) {
        values.clear();
        auto question = judgements.rows[i].question;
        for (; i < judgements.rows.size() && judgements.rows[i].question == question; ++i)
            values.push_back(numbers[judgements.rows[i].answer]);
        auto n = values.size();
        if (n < 3) continue;
        std::sort(values.begin(), values.end());
        double sum = 0;
        for (double v : values) sum += v;
        for (std::size_t left = 0; left < n; ++left) {
            auto other = [&](std::size_t j) { return values[j < left ? j : j + 1]; };
            double middle = (other((n - 1) / 2) + other((n - 2) / 2)) / 2;
            double average = (sum - values[left]) / static_cast<double>(n - 1);
            mean.gain.push_back(-(average - values[left]) * (average - values[left]));
            median.gain.push_back(-(middle - values[left]) * (middle - values[left]));
        }
    }
    if (mean.gain.size() < 20)
        return {Method::mean, "too few answers to compare mean and median by"};
    return simplest_good(
        {mean, median}, "negative squared error in predicting an answer from the others"
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

Choice choose(const Judgements& judgements, const Gold& gold) {
    if (judgements.rows.empty()) throw base::Error("truth", "there are no answers to infer from");
    bool numeric = looks_numeric(judgements);
    std::vector<std::pair<std::size_t, std::uint32_t>> labels;
    std::vector<std::pair<std::size_t, double>> values;
    std::size_t known = 0;
    for (std::size_t q = 0; q < judgements.questions.size(); ++q) {
        auto found = gold.find(judgements.questions[q]);
        if (found == gold.end()) continue;
        ++known;
        if (!chooses_by(judgements.questions[q])) continue;
        if (numeric) {
            if (auto value = parse_number(found->second)) values.emplace_back(q, *value);
        } else {
            labels.emplace_back(q, index_of(judgements, found->second));
        }
    }
    bool enough = known >= gold_enough && labels.size() + values.size() > 1;
    if (numeric)
        return enough ? numbers_by_gold(judgements, values) : numbers_by_prediction(judgements);
    return enough ? by_gold(judgements, labels) : by_likelihood(judgements);
}

}  // namespace labeling
