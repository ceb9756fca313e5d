#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "training/analysis/labels/label_errors.hpp"

// What a model of sets of classes gets wrong, class by class. Pure. All lists of marks and
// probabilities are row-major, rows x classes.
namespace training {

struct MarkErrors {
    std::size_t support = 0, said = 0;
    std::vector<std::uint32_t> missed, spurious;  // rows
};
std::vector<MarkErrors> mark_errors(
    std::span<const std::uint8_t> truth,
    std::span<const std::uint8_t> said,
    std::size_t classes
);

// A class that rows lack while they are said to have another that they have not.
struct SetConfusion {
    std::size_t truth = 0, predicted = 0;
    std::vector<std::uint32_t> rows;
    double share = 0;  // of the rows that have `truth`
};
// Most rows first.
std::vector<SetConfusion> set_confusions(
    std::span<const std::uint8_t> truth,
    std::span<const std::uint8_t> said,
    std::size_t classes,
    std::size_t limit = 20
);

// A row whose set may be wrong.
struct SetSuspect {
    std::uint32_t row = 0;
    std::vector<std::size_t> classes;  // of which it may have what it lacks, or the other way
    double quality = 1;                // of the likeliest error
    double self_confidence = 1;        // of that class's mark
    bool confident = false;            // confident learning counts one of them
};

struct SetLabelErrors {
    std::vector<SetSuspect> suspects;  // the likeliest error first
    std::vector<std::size_t> of_class, confident_of_class;
    std::size_t confident = 0;  // rows
};

// Each class by itself against the rest: label_errors() of having it or not, as for a model of
// that class alone (Thyagarajan et al. 2022 rank sets so, too). A class that all rows have, or
// none, says nothing. `reliability` as there. Throws base::Error where sizes do not fit.
SetLabelErrors set_label_errors(
    std::span<const double> probabilities,
    std::span<const std::uint8_t> marks,
    std::size_t classes,
    SuspectRank rank = SuspectRank::log_odds,
    std::span<const double> reliability = {}
);

// How doubtful a row is: the greatest 1 - |2 p - 1| over its classes, 0 to 1.
double doubt_of_set(std::span<const double> probabilities);

}  // namespace training
