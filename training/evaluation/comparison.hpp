#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

#include "base/words.hpp"
#include "schema/labels/spans.hpp"
#include "training/evaluation/statistics.hpp"

// Whether one model is better than another on the same rows.
namespace training {

// What a model said of each row.
struct SaidOfRows {
    std::vector<int> classes;    // empty where values are predicted
    std::vector<double> losses;  // -log of the probability of the label, or the squared error
    std::vector<schema::Overlap> parts = {};  // in the place of both: of labels of several parts
};

enum class Compared {
    accuracy,
    macro_f1,
    log_loss,
    squared_error,
    micro_f1,
    span_f1,
    pair_accuracy,
    row_accuracy,
    found_relation_f1,
    box_f1,
    oks
};

constexpr auto words_of(Compared) {
    return std::to_array<base::Word<Compared>>({
        {Compared::accuracy, "accuracy", "the share of records that are right"},
        {Compared::macro_f1, "macro_f1", "the mean F1 of the classes"},
        {Compared::log_loss, "log_loss", "the mean logarithmic loss; less is better"},
        {Compared::squared_error, "squared_error", "of values; less is better"},
        {Compared::micro_f1, "micro_f1", "of sets: F1 of all classes of all records"},
        {Compared::span_f1, "span_f1", "of spans: F1 of those equal in place and class"},
        {Compared::pair_accuracy, "pair_accuracy", "of preferences and rankings"},
        {Compared::row_accuracy, "row_accuracy", "of rows of tables: the share that is right"},
        {Compared::found_relation_f1, "found_relation_f1", "of relations with both their spans"},
        {Compared::box_f1, "box_f1", "of boxes and outlines: F1 at an overlap of a half"},
        {Compared::oks, "oks", "of keypoints: the mean similarity of things"},
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
// `truth` is empty; of labels of several parts by `parts_by`, F1 of all of them. All pairs are
// judged on the same resamples: the same seed gives the same bits at any number of threads. Throws
// base::Error when the lists differ in length, base::Interrupted at a stop.
std::vector<PairwiseDifference> compare(
    std::span<const SaidOfRows> models,
    std::span<const int> truth,
    std::uint64_t seed = 1,
    std::size_t threads = 0,
    std::stop_token stop = {},
    Compared parts_by = Compared::micro_f1
);

}  // namespace training
