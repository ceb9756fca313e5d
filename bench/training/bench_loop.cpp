// The loop on 20 Newsgroups: from 500 labels, five rounds of 400 chosen by each order, against as
// many chosen by chance: bench_loop FOLDER [MODEL] [SEEDS] [validation]
//
// FOLDER holds 20news.train and 20news.test, as sets.py writes them. The labels of the training
// file are the oracle; accuracy is that on all rows of the test file, or, for whoever chooses
// between orders, on 2,500 rows of the training file that are then left out of it. A line for each
// order and number of labels: mean accuracy over the seeds, and how far above chance it is, with
// the 95 % bootstrap interval over test rows of the mean over seeds. Then what each round's
// learning curve promised of the next 400 labels, against what came.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/numbers/random.hpp"
#include "bench/training/newsgroups.hpp"
#include "training/analysis/content/contents_of_run.hpp"
#include "training/analysis/forecast.hpp"
#include "training/analysis/next_choice.hpp"
#include "training/analysis/slices.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/evaluation/statistics.hpp"
#include "training/numeric/team.hpp"
#include "training/trainer.hpp"

namespace {

using training::Examples;

constexpr std::size_t first_labels = 500, a_round = 400, rounds = 5;

// How the orders are called here: those of the program, and chance alone.
struct Arm {
    std::string name;
    training::Order order;
    double random_share;
};

const std::vector<Arm> arms{
    {"random", training::Order::margin, 1},
    {"drawn", training::Order::drawn, 0.1},
    {"margin", training::Order::margin, 0.1},
    {"uncertain", training::Order::uncertain, 0.1},
    {"entropy", training::Order::entropy, 0.1},
    {"diverse", training::Order::diverse, 0.1},
    {"weakest", training::Order::weakest, 0.1},
};

// By round, whether each test row was right.
using Rights = std::vector<std::vector<double>>;

struct Promise {
    double expected = 0, low = 0, high = 0, came = 0;
};

class Loop {
public:
    Loop(const Examples& pool, const Examples& test, std::string model)
        : pool_(pool), test_(test), model_(std::move(model)) {}

    Rights run(const Arm& arm, std::uint64_t seed, std::vector<Promise>* promises) const {
        std::vector<std::size_t> order(pool_.rows);
        std::iota(order.begin(), order.end(), std::size_t{0});
        base::CounterRandom(seed, 77).shuffle(std::span(order));
        std::vector<std::size_t> labeled(order.begin(), order.begin() + first_labels);
        std::vector<std::size_t> rest(order.begin() + first_labels, order.end());
        std::sort(rest.begin(), rest.end());
        Rights out;
        training::TrainSpec spec;
        spec.model = model_;
        spec.seed = seed;
        for (std::size_t round = 0;; ++round) {
            const auto train = take(pool_, labeled);
            const auto model = training::Predictor::load(training::fit(train, {}, spec).artefact);
            out.push_back(rights_of(model));
            if (promises && round > 0) promises->back().came = 1 - mean(out.back());
            if (round == rounds) return out;
            if (promises) promises->push_back(promise(train, spec));
            const auto at = seed * 100 + round;
            std::vector<std::uint8_t> weak;
            if (arm.order == training::Order::weakest)
                weak = weak_rows(train, take(pool_, rest), spec);
            choose(model, arm, at, std::move(weak), labeled, rest);
        }
    }

    static double mean(const std::vector<double>& values) {
        return std::accumulate(values.begin(), values.end(), 0.0) /
               static_cast<double>(values.size());
    }

private:
    std::vector<double> rights_of(const training::Predictor& model) const {
        const auto decided = training::decide(model.predict(test_), test_.class_names.size());
        std::vector<double> right;
        for (std::size_t row = 0; row < test_.rows; ++row)
            right.push_back(decided[row] == test_.classes[row] ? 1 : 0);
        return right;
    }

    Promise promise(const Examples& train, const training::TrainSpec& spec) const {
        const auto curve = training::curve_laws(training::errors_by_size(train, test_, spec));
        if (!curve) return {};
        const auto then =
            training::error_at(*curve, static_cast<double>(train.rows + a_round), test_.rows);
        return {then.error, then.interval.low, then.interval.high, 0};
    }

    // Rows of `rest` in the worst slices of a model of four fifths of the labels, as judged by the
    // last fifth: by the length of the text and what it is about.
    std::vector<std::uint8_t>
    weak_rows(const Examples& labels, const Examples& rest, const training::TrainSpec& spec) const {
        std::vector<std::size_t> learnt, judged;
        for (std::size_t row = 0; row < labels.rows; ++row)
            (row % 5 == 4 ? judged : learnt).push_back(row);
        const auto judge = take(labels, judged);
        const auto model =
            training::Predictor::load(training::fit(take(labels, learnt), {}, spec).artefact);
        const auto decided = training::decide(model.predict(judge), judge.class_names.size());
        std::vector<double> errors;
        for (std::size_t row = 0; row < judge.rows; ++row)
            errors.push_back(decided[row] == judge.classes[row] ? 0 : 1);
        const auto contents =
            training::contents_of(model, std::vector<training::Item>(judge.rows), judge, spec.seed);
        const auto columns = [&](const Examples& examples) {
            training::SliceColumn length{.name = "characters"};
            for (const auto& text : examples.text)
                length.numbers.push_back(static_cast<double>(text.body.size()));
            std::vector<training::SliceColumn> all{std::move(length)};
            if (auto about = contents.column(model, examples)) all.push_back(*std::move(about));
            return all;
        };
        std::vector<std::uint8_t> weak(rest.rows);
        const auto of_rest = columns(rest);
        for (const auto& slice : training::worst_slices(columns(judge), errors))
            for (auto row : training::rows_of(slice.predicates, of_rest)) weak[row] = 1;
        return weak;
    }

    void choose(
        const training::Predictor& model,
        const Arm& arm,
        std::uint64_t seed,
        std::vector<std::uint8_t> weak,
        std::vector<std::size_t>& labeled,
        std::vector<std::size_t>& rest
    ) const {
        const auto examples = take(pool_, rest);
        training::NextRequest request;
        request.count = a_round;
        request.order = arm.order;
        request.random_share = arm.random_share;
        request.seed = seed;
        std::vector<bool> taken(rest.size());
        for (const auto& item : training::choose_rows(
                 request,
                 model.predict(examples),
                 pool_.class_names.size(),
                 examples,
                 std::move(weak)
             )) {
            taken[item.row] = true;
            labeled.push_back(rest[item.row]);
        }
        std::vector<std::size_t> left;
        for (std::size_t i = 0; i < rest.size(); ++i)
            if (!taken[i]) left.push_back(rest[i]);
        rest = std::move(left);
    }

    const Examples& pool_;
    const Examples& test_;
    std::string model_;
};

// Rights of each row, meant over seeds.
std::vector<double> over_seeds(const std::vector<Rights>& seeds, std::size_t round) {
    std::vector<double> out(seeds.front()[round].size());
    for (const auto& rights : seeds)
        for (std::size_t row = 0; row < out.size(); ++row)
            out[row] += rights[round][row] / static_cast<double>(seeds.size());
    return out;
}

void print_arm(
    const Arm& arm,
    const std::vector<Rights>& own,
    const std::vector<Rights>& chance,
    std::size_t round
) {
    const auto right = over_seeds(own, round), by_chance = over_seeds(chance, round);
    std::vector<double> gain;
    for (std::size_t row = 0; row < right.size(); ++row)
        gain.push_back(right[row] - by_chance[row]);
    training::Team team(0);
    const auto mean = [&](training::Multiplicities rows, std::span<double> figures) {
        double sum = 0;
        for (std::size_t row = 0; row < rows.size(); ++row) sum += rows[row] * gain[row];
        figures[0] = sum / static_cast<double>(rows.size());
    };
    const auto interval = training::bootstrap(gain.size(), 1, 1, team, mean)
                              .front()
                              .interval.value_or(training::Interval{});
    std::printf(
        "%-10s %5zu labels  accuracy %.4f  above chance %+.4f (%+.4f to %+.4f)\n",
        arm.name.c_str(),
        first_labels + round * a_round,
        Loop::mean(right),
        Loop::mean(gain),
        interval.low,
        interval.high
    );
}

void print_promises(const char* name, const std::vector<Promise>& promises) {
    std::size_t held = 0;
    double off = 0;
    for (const auto& one : promises) {
        held += one.came >= one.low && one.came <= one.high ? 1 : 0;
        off += std::abs(one.came - one.expected);
    }
    std::printf(
        "forecasts of the error 400 labels on, %s: %zu of %zu held, off by %.4f in the mean\n",
        name,
        held,
        promises.size(),
        off / static_cast<double>(promises.size())
    );
    for (const auto& one : promises)
        std::printf(
            "  expected %.4f (%.4f to %.4f) came %.4f\n", one.expected, one.low, one.high, one.came
        );
}

// Leaves 2,500 rows of the pool out of it, and makes them the test.
void judge_by_validation(Examples& pool, Examples& test) {
    std::vector<std::size_t> order(pool.rows);
    std::iota(order.begin(), order.end(), std::size_t{0});
    base::CounterRandom(99, 1).shuffle(std::span(order));
    test = take(pool, {order.begin(), order.begin() + 2'500});
    pool = take(pool, {order.begin() + 2'500, order.end()});
}

}  // namespace

int main(int count, char** words) {
    if (count < 2) {
        std::fprintf(stderr, "bench_loop FOLDER [MODEL] [SEEDS] [validation]\n");
        return 2;
    }
    try {
        auto [pool, test] = bench::newsgroups(words[1]);
        if (count > 4 && std::string_view(words[4]) == "validation")
            judge_by_validation(pool, test);
        const Loop loop(pool, test, count > 2 ? words[2] : "svm");
        const std::uint64_t seeds = count > 3 ? std::stoul(words[3]) : 3;
        std::map<std::string, std::vector<Rights>> all;
        std::map<std::string, std::vector<Promise>> promises;
        for (const auto& arm : arms) {
            const bool told = arm.name == "random" || arm.name == "drawn";
            for (std::uint64_t seed = 1; seed <= seeds; ++seed)
                all[arm.name].push_back(loop.run(arm, seed, told ? &promises[arm.name] : nullptr));
            for (std::size_t round = 0; round <= rounds; ++round)
                print_arm(arm, all[arm.name], all["random"], round);
            if (told) print_promises(arm.name.c_str(), promises[arm.name]);
            std::fflush(stdout);
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_loop: %s\n", error.what());
        return 1;
    }
    return 0;
}
