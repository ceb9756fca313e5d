// Unlabelled rows can do harm, and few labels leave no validation part that would show it. So the
// same rounds are learnt where the truth is known: in folds of the labelled rows. It is cheap where
// it matters, since few labels make small folds; the unlabelled rows are thinned, which can only
// make them look less useful than they are.
#include "training/semi_supervised/guard.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "training/folds/cross_validation.hpp"

namespace training {

namespace {

constexpr std::size_t most_unlabelled = 5000;

std::vector<Round> folds_to_judge(const Examples& train, std::uint64_t seed) {
    std::vector<Round> all;
    try {
        all = rounds_of(train, seed);
    } catch (const base::Error&) {  // too few rows, or all of one group
        return {};
    }
    const std::size_t most = train.rows <= 500 ? 5 : train.rows <= 5000 ? 3 : 1;
    if (all.size() > most) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(most));
    return all;
}

// Every so many, in their order.
Examples thinned(const Examples& rows) {
    if (rows.rows <= most_unlabelled) return rows;
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0; i < most_unlabelled; ++i)
        chosen.push_back(i * rows.rows / most_unlabelled);
    return take(rows, chosen);
}

bool of_one_class(const Examples& rows) {
    return std::all_of(rows.classes.begin(), rows.classes.end(), [&](int one) {
        return one == rows.classes.front();
    });
}

// Sums over the rows that were judged, by round.
class RoundSums {
public:
    void begin_fold() { at_ = 0; }
    void add(double cost, double error, std::size_t rows) {
        if (at_ == costs_.size()) {
            // A fold before this one had ended: it stays as it was in its last round.
            costs_.push_back(ended_cost_);
            errors_.push_back(ended_error_);
        }
        last_cost_ = cost * static_cast<double>(rows);
        last_error_ = error * static_cast<double>(rows);
        costs_[at_] += last_cost_;
        errors_[at_++] += last_error_;
    }
    void end_fold() {
        for (; at_ < costs_.size(); ++at_) {
            costs_[at_] += last_cost_;
            errors_[at_] += last_error_;
        }
        ended_cost_ += last_cost_;
        ended_error_ += last_error_;
    }
    std::vector<double> costs(std::size_t rows) const { return means(costs_, rows); }
    std::vector<double> errors(std::size_t rows) const { return means(errors_, rows); }

private:
    static std::vector<double> means(std::vector<double> sums, std::size_t rows) {
        for (double& sum : sums) sum /= static_cast<double>(rows);
        return sums;
    }

    std::vector<double> costs_, errors_;
    std::size_t at_ = 0;
    double last_cost_ = 0, last_error_ = 0;    // of this fold
    double ended_cost_ = 0, ended_error_ = 0;  // of the folds before
};

std::size_t best_of(const UnlabelledGuard& guard) {
    std::size_t best = 0;
    for (std::size_t round = 1; round < guard.costs.size(); ++round)
        if (guard.costs[round] < guard.costs[best] && guard.errors[round] <= guard.errors[0])
            best = round;
    return best;
}

}  // namespace

UnlabelledGuard guard_unlabelled(const RoundsInput& input, std::stop_token stop) {
    UnlabelledGuard out;
    const auto some = thinned(input.unlabelled);
    auto spec = input.spec;
    spec.decision = {};
    auto by_error = spec;
    by_error.objective = Objective::error;
    RoundSums sums;
    for (const auto& fold : folds_to_judge(input.train, spec.seed)) {
        auto learnt = take(input.train, fold.learnt);
        learnt.folds.clear();
        learnt.folds_in_time = false;
        const auto judged = take(input.train, fold.judged);
        if (of_one_class(learnt)) continue;
        sums.begin_fold();
        const auto see = [&](const TrainResult& fitted, const UnlabelledRound&) {
            sums.add(cost_on(judged, fitted, spec), cost_on(judged, fitted, by_error), judged.rows);
        };
        const auto alone = fit(learnt, input.validation, spec, {}, stop);
        see(alone, {});
        learn_rounds({learnt, some, input.validation, spec, input.how}, alone, see, {}, stop);
        sums.end_fold();
        ++out.folds;
        out.rows += judged.rows;
    }
    if (out.folds == 0) return out;
    out.costs = sums.costs(out.rows);
    out.errors = sums.errors(out.rows);
    out.best = best_of(out);
    return out;
}

}  // namespace training
