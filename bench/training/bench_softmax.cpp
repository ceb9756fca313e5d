// Softmax regression on Fashion-MNIST, 60,000 images of 784 values, against scikit-learn on the
// same machine in the same run.
//
// The rival gets the fewest iterations that reach our test accuracy (within 0.001). Ours is timed
// from bytes to artefact, the rival's fit alone. Runs are interleaved; the ratio is of medians,
// ours over theirs: below 1 we are faster.
//
//     PYTHONPATH and LD_LIBRARY_PATH come from sklearn_env.sh, which bench_softmax runs itself.
//     bench_softmax [ROUNDS]        5 rounds by default
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/training/fashion.hpp"
#include "bench/training/rival.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/trainer.hpp"

namespace {

using bench::median;
using bench::Rival;
using bench::Timed;

Timed ours(const training::Examples& train, const training::Examples& test) {
    training::TrainSpec spec;
    spec.model = "softmax";
    spec.threads = 2;
    const auto result = training::fit(train, {}, spec);
    const auto predicted = training::Predictor::load(result.artefact).predict(test);
    const auto said = training::decide(predicted, 10);
    std::size_t right = 0;
    for (std::size_t i = 0; i < said.size(); ++i) right += said[i] == test.classes[i] ? 1 : 0;
    return {result.seconds, static_cast<double>(right) / static_cast<double>(said.size())};
}

}  // namespace

int main(int argc, char** argv) try {
    const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
    const auto train = bench::fashion("train");
    const auto test = bench::fashion("t10k");
    Rival rival("sklearn_softmax.py");
    const auto first = ours(train, test);
    std::printf(
        "tilth softmax: %.4f in %.2f s; looking for the rivals' equal\n",
        first.accuracy,
        first.seconds
    );
    const int iterations = rival.enough("lbfgs", {60, 80, 100, 150}, first.accuracy);
    const int epochs = rival.enough("sgd", {5, 10, 20}, first.accuracy);

    std::vector<double> us;
    std::vector<double> lbfgs;
    std::vector<double> sgd;
    Timed last_lbfgs;
    Timed last_sgd;
    Timed last;
    for (int round = 0; round < rounds; ++round) {
        last = ours(train, test);
        us.push_back(last.seconds);
        last_lbfgs = rival.run("lbfgs", iterations);
        lbfgs.push_back(last_lbfgs.seconds);
        last_sgd = rival.run("sgd", epochs);
        sgd.push_back(last_sgd.seconds);
    }
    std::printf(
        "tilth softmax                       accuracy %.4f  median %.2f s\n",
        last.accuracy,
        median(us)
    );
    std::printf(
        "LogisticRegression lbfgs %3d iter.  accuracy %.4f  median %.2f s  ratio %.3f\n",
        iterations,
        last_lbfgs.accuracy,
        median(lbfgs),
        median(us) / median(lbfgs)
    );
    std::printf(
        "SGDClassifier %3d epochs            accuracy %.4f  median %.2f s  ratio %.3f\n",
        epochs,
        last_sgd.accuracy,
        median(sgd),
        median(us) / median(sgd)
    );
} catch (const std::exception& failure) {
    std::fprintf(stderr, "bench_softmax: %s\n", failure.what());
    return 1;
}
