#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

#include "base/words.hpp"
#include "training/evaluation/statistics.hpp"

// Whether one model is better than another on the same rows.
namespace training {

// What a model said of each row.
struct SaidOfRows {
    std::vector<int> classes;    // empty where values are predicted
    std::vector<double> losses;  // -log of the probability of the label, or the squared error
};

enum class Compared { accuracy, macro_f1, log_loss, squared_error };

constexpr auto words_of(Compared) {
    return std::to_array<base::Word<Compared>>({
        {Compared::accuracy, "accuracy", "the share of records that are right"},
        {Compared::macro_f1, "macro_f1", "the mean F1 of the classes"},
        {Compared::log_loss, "log_loss", "the mean logarithmic loss; less is better"},
        {Compared::squared_error, "squared_error", "of values; less is better"},
    });
}

constexpr bool less_is_better(Compared by) {
    return by == Compared::log_loss || by == Compared::squared_error;
}

// Two of the models by one figure.
struct PairwiseDifference {
    std::size_t first = 0;
    std::size_t second = 0;
    Compared by = Compared::accuracy;
    Estimate difference;          // of the second less that of the first; paired bootstrap
    std::size_t only_first = 0;   // right in the first only
    std::size_t only_second = 0;  // right in the second only
    // Of accuracy McNemar's exact test (1947); of the others the normal one of the difference over
    // its deviation among the resamples.
    double p_value = 1;
    double adjusted = 1;  // over all pairs by the same figure (Holm 1979)
};

// Every pair of the models, by accuracy, macro F1 and log-loss, or by the squared error where
// `truth` is empty. All pairs are judged on the same resamples: the same seed gives the same bits
// at any number of threads. Throws base::Error when the lists differ in length, base::Interrupted
// at a stop.
std::vector<PairwiseDifference> compare(
    std::span<const SaidOfRows> models,
    std::span<const int> truth,
    std::uint64_t seed = 1,
    std::size_t threads = 0,
    std::stop_token stop = {}
);

}  // namespace training
