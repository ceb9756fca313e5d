// What adaptive overlap saves: published answers are given one after the other by the queue's own
// rule of stopping (labeling/queue/assignment.hpp, labeling/truth/weigh.hpp), beside all of them
// and beside as many of each question.
//
// "as answered" is what the queue does: each answer is weighed at once by what is known of its
// author, which is learned anew every 1,000 answers, as by a `label truth` now and then. "in
// rounds" is what more could be had: all answers so far are merged by Dawid and Skene, and one more
// is asked for where the label is unsure. The first knows one share of right answers a person, the
// second how each class is mistaken, which matters where people err to one side. Labels are judged
// as Dawid and Skene infer them from the answers that were used.
//
//     bench_overlap ANSWERS.csv TRUTH.csv [ORDERS]      5 orders of questions and answers by
//     default
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/numbers/random.hpp"
#include "labeling/answers.hpp"
#include "labeling/queue/assignment.hpp"
#include "labeling/truth/score.hpp"
#include "labeling/truth/truth.hpp"
#include "labeling/truth/weigh.hpp"

namespace {

using labeling::Judgement;
using labeling::Judgements;
using labeling::Method;

constexpr double targets[] = {0.85, 0.9, 0.95, 0.98, 0.99};
constexpr std::size_t learn_after = 1000;

// All answers by question, in one of many orders.
using Order = std::vector<std::vector<Judgement>>;

Order order_of(const Judgements& all, std::uint64_t seed) {
    Order order(all.questions.size());
    for (const auto& row : all.rows) order[row.question].push_back(row);
    base::CounterRandom random(seed, 0);
    random.shuffle(std::span(order));
    for (std::size_t q = 0; q < order.size(); ++q)
        base::CounterRandom(seed, q + 1).shuffle(std::span(order[q]));
    return order;
}

// These answers and the questions that have some, in the order of all.
Judgements only(const Judgements& all, std::vector<Judgement> rows) {
    std::sort(rows.begin(), rows.end());
    Judgements some{.questions = {}, .workers = all.workers, .answers = all.answers, .rows = {}};
    std::uint32_t last = 0;
    for (auto& row : rows) {
        if (some.questions.empty() || row.question != last)
            some.questions.push_back(all.questions[last = row.question]);
        row.question = static_cast<std::uint32_t>(some.questions.size() - 1);
    }
    some.rows = std::move(rows);
    return some;
}

labeling::Trust trust_of(const Judgements& used) {
    labeling::Trust trust;
    auto truth = labeling::infer(used, Method::ds);
    std::vector<bool> answered(used.workers.size());
    for (const auto& row : used.rows) answered[row.worker] = true;
    for (std::size_t w = 0; w < used.workers.size(); ++w)
        if (answered[w]) trust.emplace(used.workers[w], truth.worker_accuracy[w]);
    return trust;
}

// How likely the answers to one question make its label.
double
sureness(const Judgements& all, std::span<const Judgement> answers, const labeling::Trust& trust) {
    Judgements one{.questions = {""}, .workers = {}, .answers = all.answers, .rows = {}};
    for (const auto& row : answers) {
        auto worker = static_cast<std::uint32_t>(one.workers.size());
        one.workers.push_back(all.workers[row.worker]);
        one.rows.push_back({.question = 0, .worker = worker, .answer = row.answer});
    }
    return labeling::weigh(one, trust, all.answers.size()).probability(0);
}

std::vector<Judgement> as_answered(const Judgements& all, const Order& order, double target) {
    std::vector<Judgement> used;
    labeling::Trust trust;
    auto learn_at = learn_after;
    for (const auto& answers : order) {
        std::size_t n = 0;
        for (auto next = labeling::Next::one_more;
             next == labeling::Next::one_more && n < answers.size();) {
            used.push_back(answers[n++]);
            auto sure = sureness(all, std::span(answers).first(n), trust);
            next = labeling::after_answers(
                sure, target, static_cast<int>(n), static_cast<int>(answers.size())
            );
        }
        if (used.size() < learn_at) continue;
        trust = trust_of(only(all, used));
        learn_at = used.size() + learn_after;
    }
    return used;
}

std::vector<Judgement> fixed(const Order& order, std::size_t most) {
    std::vector<Judgement> used;
    for (const auto& answers : order)
        for (std::size_t i = 0; i < std::min(most, answers.size()); ++i) used.push_back(answers[i]);
    return used;
}

std::vector<Judgement> in_rounds(const Judgements& all, const Order& order, double target) {
    auto used = fixed(order, 1);
    for (std::size_t round = 1;; ++round) {
        auto truth = labeling::infer(only(all, used), Method::ds);
        auto before = used.size();
        for (const auto& answers : order)
            if (answers.size() > round && truth.probability(answers[0].question) < target &&
                (round == 1 || std::binary_search(used.begin(), used.end(), answers[round - 1])))
                used.push_back(answers[round]);
        if (used.size() == before) return used;
        std::sort(used.begin(), used.end());
    }
}

struct Measured {
    std::vector<double> answers, accuracy;  // by order
};

// The mean over the orders, and twice its standard error.
std::string told(const std::vector<double>& values) {
    auto n = static_cast<double>(values.size());
    double mean = std::accumulate(values.begin(), values.end(), 0.0) / n, squares = 0;
    for (double value : values) squares += (value - mean) * (value - mean);
    auto error = values.size() > 1 ? std::sqrt(squares / (n - 1) / n) : 0;
    return fmt::format("{:.4f} +- {:.4f}", mean, 2 * error);
}

void measure(const Judgements& all, const labeling::Gold& gold, std::uint64_t orders) {
    std::map<std::string, Measured> rows;
    for (std::uint64_t seed = 1; seed <= orders; ++seed) {
        auto order = order_of(all, seed);
        std::size_t most = 0;
        for (const auto& answers : order) most = std::max(most, answers.size());
        auto judge = [&](const std::string& name, std::vector<Judgement> used) {
            auto& row = rows[name];
            row.answers.push_back(
                static_cast<double>(used.size()) / static_cast<double>(all.rows.size())
            );
            auto kept = only(all, std::move(used));
            auto truth = labeling::infer(kept, Method::ds);
            row.accuracy.push_back(labeling::score(kept, truth, gold).accuracy);
        };
        for (std::size_t n = 1; n <= std::min<std::size_t>(most, 5); ++n)
            judge(fmt::format("fixed at {}", n), fixed(order, n));
        judge("full", fixed(order, most));
        for (auto target : targets) {
            judge(fmt::format("as answered, {:.2f}", target), as_answered(all, order, target));
            judge(fmt::format("in rounds, {:.2f}", target), in_rounds(all, order, target));
        }
    }
    fmt::print("{:<20} {:>18} {:>18}\n", "overlap", "share of answers", "accuracy");
    for (const auto& [name, row] : rows)
        fmt::print("{:<20} {:>18} {:>18}\n", name, told(row.answers), told(row.accuracy));
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc < 3) {
        fmt::print(stderr, "bench_overlap ANSWERS.csv TRUTH.csv [ORDERS]\n");
        return 2;
    }
    labeling::ReadNotes notes;
    auto all = labeling::load_answers(argv[1], notes);
    auto gold = labeling::load_gold(argv[2], notes);
    fmt::print("{} answers to {} questions\n", all.rows.size(), all.questions.size());
    measure(all, gold, argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 5);
    return 0;
} catch (const std::exception& error) {
    fmt::print(stderr, "bench_overlap: {}\n", error.what());
    return 1;
}
