// Softmax regression on Fashion-MNIST, 60,000 images of 784 values, against scikit-learn on the
// same machine in the same run.
//
// The rival gets the fewest iterations that reach our test accuracy (within 0.001). Ours is timed
// from bytes to artefact, the rival's fit alone. Runs are interleaved; the ratio is of medians,
// ours over theirs: below 1 we are faster.
//
//     PYTHONPATH and LD_LIBRARY_PATH come from sklearn_env.sh, which bench_softmax runs itself.
//     bench_softmax [ROUNDS]        5 rounds by default
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/training/fashion.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/trainer.hpp"

namespace {

struct Timed {
    double seconds = 0;
    double accuracy = 0;
};

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

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

// scikit-learn in a process of its own, asked line by line.
class Rival {
public:
    Rival() {
        std::array<int, 2> down{};
        std::array<int, 2> up{};
        if (pipe(down.data()) != 0 || pipe(up.data()) != 0) throw std::runtime_error("pipe failed");
        child_ = fork();
        if (child_ < 0) throw std::runtime_error("fork failed");
        if (child_ == 0) {
            dup2(down[0], 0);
            dup2(up[1], 1);
            for (int fd : {down[0], down[1], up[0], up[1]}) close(fd);
            const char* command =
                "cd '" BENCH_FOLDER
                "' && settings=$(./sklearn_env.sh) && exec env PYTHONWARNINGS=ignore $settings "
                "/usr/bin/python3 sklearn_softmax.py";
            execl("/bin/sh", "sh", "-c", command, nullptr);
            _exit(127);
        }
        close(down[0]);
        close(up[1]);
        to_ = fdopen(down[1], "w");
        from_ = fdopen(up[0], "r");
        if (line() != "ready")
            throw std::runtime_error("scikit-learn did not start; see the lines above");
    }
    ~Rival() {
        std::fclose(to_);
        std::fclose(from_);
        waitpid(child_, nullptr, 0);
    }
    Rival(const Rival&) = delete;

    Timed run(const std::string& kind, int count) {
        std::fprintf(to_, "%s %d\n", kind.c_str(), count);
        std::fflush(to_);
        Timed out;
        const auto answer = line();
        if (std::sscanf(answer.c_str(), "%lf %lf", &out.seconds, &out.accuracy) != 2)
            throw std::runtime_error("scikit-learn stopped");
        return out;
    }

    // The fewest rounds that reach `accuracy`, or the most when none does.
    int enough(const std::string& kind, const std::vector<int>& steps, double accuracy) {
        for (int count : steps) {
            const auto got = run(kind, count);
            std::printf(
                "  %s %d: %.4f in %.2f s\n", kind.c_str(), count, got.accuracy, got.seconds
            );
            std::fflush(stdout);
            if (got.accuracy >= accuracy - 0.001) return count;
        }
        return steps.back();
    }

private:
    std::string line() {
        std::array<char, 256> text{};
        if (!std::fgets(text.data(), static_cast<int>(text.size()), from_)) return {};
        std::string out(text.data());
        while (!out.empty() && out.back() == '\n') out.pop_back();
        return out;
    }

    pid_t child_ = -1;
    FILE* to_ = nullptr;
    FILE* from_ = nullptr;
};

}  // namespace

int main(int argc, char** argv) try {
    const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
    const auto train = bench::fashion("train");
    const auto test = bench::fashion("t10k");
    Rival rival;
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
