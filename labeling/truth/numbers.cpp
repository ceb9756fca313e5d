// One number for each question from those that people gave.
//
// Mean and median take all people alike. The others go to and fro between the numbers and how far
// each person is from them; they need people who answered much, and where all are equally good they
// are a mean with noise. LFC_N is the expectation maximisation of Raykar and others (Learning from
// crowds, 2010, section 4) without regressors: the truth is the mean weighted by precision.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/run/stopping.hpp"
#include "labeling/truth/weights.hpp"

namespace labeling {

namespace {

constexpr int most_rounds = 100;

// Of a worker, as a share of that of all. Without one, the likelihood is endless where the truth is
// what one worker says.
constexpr double least_variance = 0.01;

// The answers to one question, with the weight of who gave each.
struct Weighed {
    double value = 0, weight = 0;
};
using Answers = std::vector<Weighed>;

double mean_of(const Answers& answers) {
    double sum = 0, weights = 0;
    for (const auto& [value, weight] : answers) {
        sum += weight * value;
        weights += weight;
    }
    return sum / weights;
}

double median_of(Answers& answers) {
    auto middle = answers.begin() + static_cast<std::ptrdiff_t>(answers.size() / 2);
    auto less = [](const Weighed& a, const Weighed& b) { return a.value < b.value; };
    std::nth_element(answers.begin(), middle, answers.end(), less);
    if (answers.size() % 2 == 1) return middle->value;
    return (middle->value + std::max_element(answers.begin(), middle, less)->value) / 2;
}

// The least value that half of the weight does not exceed.
double weighted_median_of(Answers& answers) {
    std::sort(answers.begin(), answers.end(), [](const Weighed& a, const Weighed& b) {
        return a.value < b.value;
    });
    double half = 0, sum = 0;
    for (const auto& answer : answers) half += answer.weight / 2;
    for (const auto& answer : answers)
        if ((sum += answer.weight) >= half) return answer.value;
    return answers.back().value;
}

class Estimation {
public:
    Estimation(const Judgements& judgements, std::vector<double> numbers, std::stop_token stop)
        : rows_(judgements.rows),
          numbers_(std::move(numbers)),
          stop_(std::move(stop)),
          weight_(judgements.workers.size(), 1.0),
          given_(weight_.size()),
          value_(judgements.questions.size()),
          spread_(value_.size()) {
        for (const auto& row : rows_) given_[row.worker] += 1;
    }

    Estimates run(Method method) {
        each_question([&](auto q, Answers& answers) { spread_[q] = spread_of(answers); });
        bool from_mean = method == Method::mean || method == Method::lfc_n;
        each_question([&](auto q, Answers& answers) {
            value_[q] = from_mean ? mean_of(answers) : median_of(answers);
        });
        if (method != Method::mean && method != Method::median) iterate(method);

        Estimates result{.method = method, .value = value_, .worker_error = distances(squared)};
        auto sizes = sizes_;
        for (std::size_t q = 0; q < value_.size(); ++q)
            result.spread.push_back(
                sizes[q] > 1 ? spread_[q] * std::sqrt(sizes[q] / (sizes[q] - 1)) : 0
            );
        for (std::size_t w = 0; w < given_.size(); ++w)
            result.worker_error[w] =
                given_[w] > 0 ? std::sqrt(result.worker_error[w] / given_[w]) : 0;
        return result;
    }

private:
    void iterate(Method method) {
        for (int round = 0; round < most_rounds; ++round) {
            base::go_on();
            if (stop_.stop_requested()) throw base::Interrupted();
            weigh(method);
            double moved = 0;
            each_question([&](auto q, Answers& answers) {
                double next = method == Method::pm ? weighted_median_of(answers) : mean_of(answers);
                moved += (next - value_[q]) * (next - value_[q]);
                value_[q] = next;
            });
            if (moved < 1e-6) break;
        }
    }

    void weigh(Method method) {
        if (method == Method::pm) {
            weight_ = worker_weights(method, distances(scaled), given_);
            return;
        }
        auto distance = distances(squared);
        double sum = std::accumulate(distance.begin(), distance.end(), 1e-9);
        for (std::size_t w = 0; w < weight_.size(); ++w) {
            double least = least_variance * sum / static_cast<double>(rows_.size());
            distance[w] = std::max(distance[w], given_[w] * least);
            if (given_[w] > 0) weight_[w] = given_[w] / distance[w];
        }
        if (method == Method::catd) weight_ = worker_weights(method, distance, given_);
    }

    static double squared(double difference, double) { return difference * difference; }
    static double scaled(double difference, double spread) {
        return difference == 0 ? 0 : std::abs(difference) / spread;
    }

    // By worker, over all answers.
    std::vector<double> distances(double (*distance)(double, double)) const {
        std::vector<double> sum(weight_.size());
        for (const auto& row : rows_)
            sum[row.worker] +=
                distance(numbers_[row.answer] - value_[row.question], spread_[row.question]);
        return sum;
    }

    // Standard deviation of the population.
    static double spread_of(const Answers& answers) {
        double mean = 0, squares = 0, n = static_cast<double>(answers.size());
        for (const auto& answer : answers) mean += answer.value / n;
        for (const auto& answer : answers) squares += (answer.value - mean) * (answer.value - mean);
        return std::sqrt(squares / n);
    }

    template <typename Visit>
    void each_question(Visit visit) {
        sizes_.resize(value_.size());
        for (std::size_t i = 0; i < rows_.size();) {
            answers_.clear();
            auto question = rows_[i].question;
            for (; i < rows_.size() && rows_[i].question == question; ++i)
                answers_.push_back({numbers_[rows_[i].answer], weight_[rows_[i].worker]});
            sizes_[question] = static_cast<double>(answers_.size());
            visit(question, answers_);
        }
    }

    const std::vector<Judgement>& rows_;
    std::vector<double> numbers_;  // of the answers
    std::stop_token stop_;
    std::vector<double> weight_, given_;          // by worker
    std::vector<double> value_, spread_, sizes_;  // by question
    Answers answers_;                             // of the question at hand
};

}  // namespace

Estimates estimate(const Judgements& judgements, Method method, std::stop_token stop) {
    if (!takes_numbers(method))
        throw base::Error(
            "truth", fmt::format("method {} does not estimate numbers", base::name_of(method))
        );
    auto numbers = judgements.numbers();
    if (!numbers)
        throw base::Error(
            "truth",
            fmt::format("method {} needs numbers as answers", base::name_of(method)),
            "choose a method for classes, such as ds"
        );
    return Estimation(judgements, std::move(*numbers), std::move(stop)).run(method);
}

}  // namespace labeling
