// Features of texts, epochs of a multilayer perceptron and linear models of texts beside
// scikit-learn: bench_speed FOLDER [ROUNDS] [WHAT]...   (text, mlp, linear; all without)
//
// FOLDER holds 20news.train and 20news.test, as sets.py writes them; the perceptron learns the
// pictures of dataset-fashion-mnist. Runs are interleaved, and a ratio is that of medians, theirs
// over ours: above 1 we are faster. `text` is one core against one: words hashed into 2^20 columns,
// counted and scaled to length 1, as HashingVectorizer does it (its words have two letters at
// least, ours one). `mlp` has 100 hidden units, batches of 200 and as many epochs on both sides;
// theirs is given numbers, ours pictures that it makes numbers of first: told with that and
// without.
// `linear` is a linear SVM: ours from texts to the artefact, theirs (liblinear) the fit alone, and
// beside it what their features take; once with the features that they have too (words in two texts
// at least), once with our default, which has pairs of words. With `cpu` among the words each side
// has one thread and its processor's seconds are counted, not the clock's: for machines that do
// other work meanwhile.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/training/fashion.hpp"
#include "bench/training/newsgroups.hpp"
#include "bench/training/rival.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/features/hashed_tfidf.hpp"
#include "training/numeric/team.hpp"
#include "training/trainer.hpp"

namespace {

using bench::median;
using bench::Rival;
using bench::Timed;
using training::Examples;

bool counts_cpu = false;

double now() {
    if (counts_cpu) return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

template <typename Work>
double seconds_of(Work work) {
    const auto start = now();
    work();
    return now() - start;
}

void print(const char* name, const std::vector<double>& us, const std::vector<double>& them) {
    std::printf(
        "%-40s %.3f s, theirs %.3f s: %.2f times as fast\n",
        name,
        median(us),
        median(them),
        median(them) / median(us)
    );
    std::fflush(stdout);
}

void bench_text(const Examples& train, Rival& rival, int rounds) {
    double megabytes = 0;
    for (const auto& item : train.text) megabytes += static_cast<double>(item.body.size()) / 1e6;
    training::Team one(1);
    training::TextSpec counts;
    counts.bits = 20;
    counts.ngrams = 1;
    counts.sublinear = false;
    counts.idf = false;
    training::HashedTfidf alike(counts), usual(training::TextSpec{});
    alike.fit(train.text, one);
    usual.fit(train.text, one);
    std::vector<double> us, pairs, them;
    for (int round = 0; round < rounds; ++round) {
        us.push_back(seconds_of([&] { alike.apply(train.text, one); }));
        pairs.push_back(seconds_of([&] { usual.apply(train.text, one); }));
        them.push_back(rival.run("text", 0).seconds);
    }
    print("features of texts, one core", us, them);
    std::printf(
        "  %.0f MB/s, theirs %.1f MB/s; with pairs of words and idf, ours %.0f MB/s\n",
        megabytes / median(us),
        megabytes / median(them),
        megabytes / median(pairs)
    );
}

struct Learnt : Timed {
    double epochs = 0;  // seconds behind the features
};

Learnt learn(const Examples& train, const Examples& test, const training::TrainSpec& spec) {
    const auto start = now();
    auto featured = start;
    const auto result = training::fit(train, {}, spec, [&](const training::Progress& step) {
        if (step.stage == "features") featured = now();
    });
    const auto end = now();
    const auto said = training::decide(
        training::Predictor::load(result.artefact).predict(test), test.class_names.size()
    );
    std::size_t right = 0;
    for (std::size_t i = 0; i < said.size(); ++i) right += said[i] == test.classes[i] ? 1 : 0;
    return {
        {end - start, static_cast<double>(right) / static_cast<double>(said.size())},
        end - featured};
}

void bench_mlp(Rival& rival, int rounds) {
    constexpr int epochs = 5;
    const auto train = bench::fashion("train");
    const auto test = bench::fashion("t10k");
    training::TrainSpec spec;
    spec.model = "mlp";
    spec.threads = counts_cpu ? 1 : 2;
    spec.params = {{"hidden", 100}, {"batch", 200}, {"epochs", epochs}};
    std::vector<double> whole, ours, theirs;
    Learnt own;
    Timed other;
    for (int round = 0; round < rounds; ++round) {
        own = learn(train, test, spec);
        other = rival.run("mlp", epochs);
        whole.push_back(own.seconds);
        ours.push_back(own.epochs);
        theirs.push_back(other.seconds);
    }
    print("5 epochs of a perceptron of 100", ours, theirs);
    std::printf("  accuracy %.4f, theirs %.4f\n", own.accuracy, other.accuracy);
    print("  with the features of ours", whole, theirs);
}

void bench_linear(const Examples& train, const Examples& test, Rival& rival, int rounds) {
    training::TrainSpec usual;
    usual.model = "svm";
    usual.threads = counts_cpu ? 1 : 2;
    auto words = usual;
    words.features.text.ngrams = 1;
    words.features.text.min_documents = 2;
    std::vector<double> us, pairs, them, both, features;
    Learnt own, own_pairs;
    Timed other;
    for (int round = 0; round < rounds; ++round) {
        own = learn(train, test, words);
        us.push_back(own.seconds);
        own_pairs = learn(train, test, usual);
        pairs.push_back(own_pairs.seconds);
        features.push_back(rival.run("features", 0).seconds);
        other = rival.run("linear", 0);
        them.push_back(other.seconds);
        both.push_back(features.back() + them.back());
    }
    print("linear SVM of words, features with ours", us, them);
    std::printf(
        "  accuracy %.4f, theirs %.4f; their features take %.3f s, and with them ours is %.2f "
        "times "
        "as fast\n",
        own.accuracy,
        other.accuracy,
        median(features),
        median(both) / median(us)
    );
    print("the same with pairs of words, the default", pairs, them);
    std::printf("  accuracy %.4f\n", own_pairs.accuracy);
}

}  // namespace

int main(int count, char** words) try {
    if (count < 2) {
        std::fprintf(stderr, "bench_speed FOLDER [ROUNDS] [text|mlp|linear|cpu]...\n");
        return 2;
    }
    const int rounds = count > 2 ? std::max(1, std::atoi(words[2])) : 5;
    const std::set<std::string> chosen(words + std::min(count, 3), words + count);
    const auto wanted = [&](const char* name) {
        return chosen.size() == chosen.count("cpu") || chosen.contains(name);
    };
    counts_cpu = chosen.contains("cpu");
    if (counts_cpu)
        for (const char* name : {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"}) setenv(name, "1", 1);
    Rival rival("speed_rivals.py '" + std::string(words[1]) + (counts_cpu ? "' cpu" : "'"));
    if (wanted("text") || wanted("linear")) {
        const auto [train, test] = bench::newsgroups(words[1]);
        if (wanted("text")) bench_text(train, rival, rounds);
        if (wanted("linear")) bench_linear(train, test, rival, rounds);
    }
    if (wanted("mlp")) bench_mlp(rival, rounds);
} catch (const std::exception& failure) {
    std::fprintf(stderr, "bench_speed: %s\n", failure.what());
    return 1;
}
