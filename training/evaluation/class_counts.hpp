#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "training/evaluation/statistics.hpp"

// Figures that need no more of rows than how many are of which class and said to be.
namespace training {

// Of each class: rows that are right, that are of it, that are said to be of it.
struct ClassCounts {
    std::vector<std::uint64_t> hits, support, predicted;

    explicit ClassCounts(std::size_t classes)
        : hits(classes), support(classes), predicted(classes) {}
    void add(int label, int guess, std::uint64_t times) {
        support[static_cast<std::size_t>(label)] += times;
        predicted[static_cast<std::size_t>(guess)] += times;
        if (label == guess) hits[static_cast<std::size_t>(label)] += times;
    }
};

// What is counted of classes, in the order of counted_names.
enum Counted : std::size_t {
    balanced_accuracy,
    macro_precision,
    macro_recall,
    macro_f_1,
    weighted_precision,
    weighted_recall,
    weighted_f1,
    micro_precision,
    micro_recall,
    micro_f1,
    mcc,
    kappa,
    counted_figures,
};
constexpr std::string_view counted_names[] = {
    "balanced_accuracy",
    "macro_precision",
    "macro_recall",
    "macro_f1",
    "weighted_precision",
    "weighted_recall",
    "weighted_f1",
    "micro_precision",
    "micro_recall",
    "micro_f1",
    "mcc",
    "kappa"};

// Writes each figure; NaN where it is undefined. Figures as metrics.hpp says.
void count_figures(const ClassCounts& of, std::span<double> out);
// Of one class; NaN where it is neither met nor said.
double f1_of(const ClassCounts& of, std::size_t which);

// Of rows that count as often as `times` says.
double macro_f1(
    std::span<const int> said,
    std::span<const int> truth,
    std::size_t classes,
    Multiplicities times
);

}  // namespace training
