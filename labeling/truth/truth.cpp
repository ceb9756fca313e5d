// The way from answers to one truth by a named method, and what else follows from it.
//
// A method only fills the table of posteriors; the label, the accuracy of workers and the tables of
// confusion are made of that table here, the same for all, so that methods can be compared. Ties
// fall by a hash of the question: the same in every run, and no class is favoured by its place.
#include "labeling/truth/truth.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "labeling/truth/em.hpp"

namespace labeling {

namespace {

constexpr std::pair<std::string_view, Method> names[] = {
    {"mv", Method::mv},
    {"wawa", Method::wawa},
    {"ds", Method::ds},
    {"onecoin", Method::onecoin},
    {"glad", Method::glad},
    {"mace", Method::mace},
    {"lfc", Method::lfc},
    {"mean", Method::mean},
    {"median", Method::median},
    {"auto", Method::automatic},
};

std::vector<std::uint32_t> likeliest(const Judgements& judgements, const Truth& truth) {
    auto k = truth.classes;
    std::vector<std::uint32_t> label(judgements.questions.size());
    std::vector<std::uint32_t> tied;
    for (std::size_t q = 0; q < label.size(); ++q) {
        const double* row = &truth.posterior[q * k];
        double best = *std::max_element(row, row + k);
        tied.clear();
        for (std::uint32_t c = 0; c < k; ++c)
            if (row[c] >= best - 1e-9) tied.push_back(c);
        label[q] =
            tied[tied.size() == 1 ? 0 : base::seed_of(judgements.questions[q]) % tied.size()];
    }
    return label;
}

std::vector<double> accuracy(const Judgements& judgements, const Truth& truth) {
    std::vector<double> right(judgements.workers.size()), given(judgements.workers.size());
    for (const auto& row : judgements.rows) {
        right[row.worker] += truth.posterior[row.question * truth.classes + row.answer];
        given[row.worker] += 1;
    }
    for (std::size_t w = 0; w < right.size(); ++w)
        if (given[w] > 0) right[w] /= given[w];
    return right;
}

double median_of(std::vector<double>& values) {
    auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1) return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace

Truth infer(const Judgements& judgements, Method method) {
    if (judgements.rows.empty()) throw base::Error("truth", "there are no answers to infer from");
    Truth truth;
    truth.method = method;
    truth.classes = judgements.answers.size();
    switch (method) {
        case Method::mv:
            truth.posterior = detail::vote_shares(judgements);
            break;
        case Method::wawa:
            truth.posterior = detail::wawa(judgements);
            break;
        case Method::ds:
            detail::dawid_skene(judgements, truth, false);
            break;
        case Method::lfc:
            detail::dawid_skene(judgements, truth, true);
            break;
        case Method::onecoin:
            detail::one_coin(judgements, truth);
            break;
        case Method::glad:
            detail::glad(judgements, truth);
            break;
        case Method::mace:
            detail::mace(judgements, truth);
            break;
        case Method::mean:
        case Method::median:
        case Method::automatic:
            throw base::Error(
                "truth", "method " + std::string(base::name_of(method)) + " does not infer classes"
            );
    }
    truth.label = likeliest(judgements, truth);
    truth.worker_accuracy = accuracy(judgements, truth);
    return truth;
}

std::vector<double>
confusion(const Judgements& judgements, const Truth& truth, std::uint32_t worker) {
    auto k = truth.classes;
    std::vector<double> pooled(k * k, 1.0 / static_cast<double>(k)), own(k * k);
    for (const auto& row : judgements.rows)
        for (std::size_t c = 0; c < k; ++c) {
            double p = truth.posterior[row.question * k + c];
            pooled[c * k + row.answer] += p;
            if (row.worker == worker) own[c * k + row.answer] += p;
        }
    constexpr double strength = 2;
    for (std::size_t c = 0; c < k; ++c) {
        double all = 0, mine = 0;
        for (std::size_t a = 0; a < k; ++a) {
            all += pooled[c * k + a];
            mine += own[c * k + a];
        }
        for (std::size_t a = 0; a < k; ++a)
            own[c * k + a] =
                (own[c * k + a] + strength * pooled[c * k + a] / all) / (mine + strength);
    }
    return own;
}

Estimates estimate(const Judgements& judgements, Method method) {
    if (!is_numeric(method))
        throw base::Error(
            "truth", "method " + std::string(base::name_of(method)) + " does not estimate numbers"
        );
    auto numbers = judgements.numbers();
    if (!numbers)
        throw base::Error(
            "truth",
            "method " + std::string(base::name_of(method)) + " needs numbers as answers",
            "choose a method for classes, such as ds"
        );

    Estimates result{.method = method};
    std::vector<double> values;
    for (std::size_t i = 0; i < judgements.rows.size();) {
        values.clear();
        auto question = judgements.rows[i].question;
        for (; i < judgements.rows.size() && judgements.rows[i].question == question; ++i)
            values.push_back((*numbers)[judgements.rows[i].answer]);
        auto n = static_cast<double>(values.size());
        double mean = 0, squares = 0;
        for (double value : values) mean += value / n;
        for (double value : values) squares += (value - mean) * (value - mean);
        result.spread.push_back(n > 1 ? std::sqrt(squares / (n - 1)) : 0);
        result.value.push_back(method == Method::mean ? mean : median_of(values));
    }
    return result;
}

}  // namespace labeling
