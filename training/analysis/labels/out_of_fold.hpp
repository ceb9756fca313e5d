#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "training/analysis/parts/span_errors.hpp"
#include "training/answers/pictures/picture_marks.hpp"
#include "training/snapshots/examples.hpp"
#include "training/trainer.hpp"

namespace training {

// The fold of each row, 0 to folds - 1: classes have equal shares of each, and rows that are nearly
// alike (texts within 3 bits of SimHash, or equal pictures and numbers) are in one, or a model
// would know a row by its twin. The same seed gives the same folds.
std::vector<std::uint32_t>
fold_of_rows(const Examples& examples, std::size_t folds, std::uint64_t seed);

// Probabilities of the rows' classes (of sets, of each by itself), row-major, each row's by a model
// that was fitted as `spec` says, without a search and a decision, on the rows of the other folds.
// Throws base::Error if a fold cannot be fitted, base::Interrupted at a stop.
std::vector<double> out_of_fold(
    const Examples& examples,
    const TrainSpec& spec,
    std::size_t folds,
    std::stop_token stop = {}
);

// The same of spans: what such models say of the texts.
std::vector<JudgedSpans> spans_out_of_fold(
    const Examples& examples,
    const TrainSpec& spec,
    std::size_t folds,
    std::stop_token stop = {}
);

// The same of the parts of answers (PartsProbable::probabilities), those of the first record first.
std::vector<double> answers_out_of_fold(
    const Examples& examples,
    const TrainSpec& spec,
    std::size_t folds,
    std::stop_token stop = {}
);

// The same of boxes that are found in pictures, by row.
std::vector<std::vector<MarkedBox>> boxes_out_of_fold(
    const Examples& examples,
    const TrainSpec& spec,
    std::size_t folds,
    std::stop_token stop = {}
);

// The same of what is said of records (AnswersJudged::said), by row.
std::vector<std::string> said_out_of_fold(
    const Examples& examples,
    const TrainSpec& spec,
    std::size_t folds,
    std::stop_token stop = {}
);

}  // namespace training
