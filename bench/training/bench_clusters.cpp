// k-means beside scikit-learn (cluster_rivals.py): bench_clusters [CLUSTERS [STARTS [SEEDS]]] on
// the 60,000 pictures of Fashion-MNIST as 784 numbers each. Seconds, rounds of the best start,
// inertia, and how far clusters agree with the classes.
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "bench/training/fashion.hpp"
#include "training/evaluation/clustering.hpp"
#include "training/models/unsupervised/lloyd.hpp"

int main(int count, char** arguments) try {
    const auto data = bench::fashion("train");
    training::Design rows;
    rows.rows = data.rows;
    rows.columns = data.pixel_count;
    for (auto byte : data.pixels) rows.values.push_back(static_cast<float>(byte) / 255);
    training::LloydSpec spec;
    spec.k = count > 1 ? std::stoul(arguments[1]) : 10;
    spec.starts = count > 2 ? std::stoul(arguments[2]) : 1;
    const std::uint64_t seeds = count > 3 ? std::stoul(arguments[3]) : 3;
    training::Team team(0);
    for (std::size_t batch : {std::size_t{0}, std::size_t{1024}})
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            spec.batch = batch;
            const auto begun = std::chrono::steady_clock::now();
            const auto found = training::lloyd(rows, spec, seed, team, {});
            const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
            const std::vector<int> clusters(found.labels.begin(), found.labels.end());
            std::printf(
                "%s seed %d: %.2f s, %zu rounds, inertia %.1f, nmi %.4f\n",
                batch > 0 ? "mini-batch" : "k-means",
                static_cast<int>(seed),
                took.count(),
                found.rounds,
                found.inertia,
                training::agreement_of(data.classes, clusters).nmi
            );
        }
} catch (const std::exception& failure) {
    std::fprintf(stderr, "bench_clusters: %s\n", failure.what());
    return 1;
}
