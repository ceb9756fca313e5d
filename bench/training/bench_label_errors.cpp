// How many wrong labels are found: bench_label_errors FOLDER MODEL...
//
// FOLDER holds 20news.train and 20news.test, as sets.py writes them. 82 of the 7,532 labels of the
// test file, as many as people found wrong there (Northcutt, Athalye, Mueller 2021), get the class
// that a model of the training file takes for the likeliest other one, so that they are as hard as
// mistakes are. Each MODEL then judges the file out of fold, five folds, and of each order a line
// says how many of the planted ones are among the first 50, 100, 200 and 500, meant over three
// seeds. The file's own errors stand among them, so that not all that is found before the planted
// ones is wrong.
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <set>
#include <string>
#include <vector>

#include "base/numbers/random.hpp"
#include "bench/training/newsgroups.hpp"
#include "training/analysis/labels/label_errors.hpp"
#include "training/analysis/labels/out_of_fold.hpp"
#include "training/trainer.hpp"

namespace {

constexpr std::size_t planted = 82;
constexpr std::uint64_t seeds = 3;
constexpr std::array<std::size_t, 4> looked_at{50, 100, 200, 500};
using training::SuspectRank;
constexpr std::array ranks{
    SuspectRank::log_odds,
    SuspectRank::self_confidence,
    SuspectRank::normalized_margin};

training::TrainSpec spec_of(const std::string& model) {
    training::TrainSpec spec;
    spec.model = model;
    return spec;
}

// The likeliest class of each row that is not its label.
std::vector<int> likeliest_others(const training::Examples& train, const training::Examples& test) {
    const auto model =
        training::Predictor::load(training::fit(train, {}, spec_of("logistic")).artefact);
    const auto classes = test.class_names.size();
    auto p = model.predict(test);
    std::vector<int> out;
    for (std::size_t row = 0; row < test.rows; ++row) {
        auto* line = &p[row * classes];
        line[test.classes[row]] = -1;
        out.push_back(static_cast<int>(std::max_element(line, line + classes) - line));
    }
    return out;
}

void judge(
    const std::string& model,
    const training::Examples& test,
    const std::vector<int>& others
) {
    std::array<std::array<double, 4>, 3> found{};
    double right = 0;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        auto flipped = test;
        const base::CounterRandom random(seed, 5);
        std::set<std::uint32_t> wrong;
        for (std::uint64_t i = 0; wrong.size() < planted; ++i)
            wrong.insert(static_cast<std::uint32_t>(random.below(i, test.rows)));
        for (auto row : wrong) flipped.classes[row] = others[row];
        const auto p = training::out_of_fold(flipped, spec_of(model), 5);
        const auto classes = test.class_names.size();
        for (std::size_t row = 0; row < test.rows; ++row) {
            const auto* line = &p[row * classes];
            right += std::max_element(line, line + classes) - line == test.classes[row] ? 1 : 0;
        }
        for (std::size_t r = 0; r < ranks.size(); ++r) {
            const auto suspects =
                training::label_errors(p, flipped.classes, classes, ranks[r]).suspects;
            for (std::size_t at = 0; at < looked_at.size(); ++at)
                for (std::size_t i = 0; i < std::min(looked_at[at], suspects.size()); ++i)
                    found[r][at] += wrong.contains(suspects[i].row) ? 1.0 / seeds : 0;
        }
    }
    for (std::size_t r = 0; r < ranks.size(); ++r)
        std::printf(
            "%-14s out of fold accuracy %.4f  %-18s %.1f %.1f %.1f %.1f of %zu\n",
            model.c_str(),
            right / static_cast<double>(test.rows * seeds),
            std::string(base::name_of(ranks[r])).c_str(),
            found[r][0],
            found[r][1],
            found[r][2],
            found[r][3],
            planted
        );
    std::fflush(stdout);
}

}  // namespace

int main(int count, char** words) {
    if (count < 3) {
        std::fprintf(stderr, "bench_label_errors FOLDER MODEL...\n");
        return 2;
    }
    try {
        const auto [train, test] = bench::newsgroups(words[1]);
        const auto others = likeliest_others(train, test);
        for (int i = 2; i < count; ++i) judge(words[i], test, others);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_label_errors: %s\n", error.what());
        return 1;
    }
    return 0;
}
