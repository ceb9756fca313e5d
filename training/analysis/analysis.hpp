#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "training/analysis/errors.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/run_store.hpp"

namespace training {

struct AnalysisRequest {
    std::int64_t run_id = 0;
    bool slices = true;
    bool label_errors = true;
    std::size_t next = 0;      // how many items to propose for labeling
    std::size_t pool = 20000;  // unlabelled records that are looked at
    std::uint64_t seed = 1;
};

// One record that deserves a look.
struct ReviewItem {
    Item item;
    std::string given;      // its label, empty if it has none
    std::string suggested;  // what the model says
    double score = 0;       // label errors: probability of the given label; next items: 1 - margin
    std::string reason;     // "label-error", "uncertain", "random"
    std::string snippet;    // title or first words
};

struct ConfusedClasses {
    std::string truth;
    std::string predicted;
    std::size_t rows = 0;
    double share = 0;  // of the rows of class `truth`
};

struct Analysis {
    RunInfo run;
    std::size_t judged = 0;  // rows of validation and test
    std::size_t wrong = 0;
    std::vector<ConfusedClasses> confused;  // most rows first
    std::vector<Slice> slices;              // worst first
    std::vector<ReviewItem> label_errors;   // least sure of the given label first
    double estimated_label_errors = 0;      // share of the judged rows
    std::vector<ReviewItem> next;           // what to label next
    std::size_t pool = 0;                   // unlabelled records looked at
};

// What a run gets wrong, on the rows it has not learnt from (validation and test): confused
// classes, slices where it is worse than elsewhere, labels that are likely wrong; and which
// unlabelled records to label next. Reads only. Throws base::Error for a run that made no model, or
// that predicts values.
Analysis analyse(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    const AnalysisRequest& request
);

}  // namespace training
