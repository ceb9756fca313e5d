#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "training/analysis/advice.hpp"
#include "training/analysis/errors.hpp"
#include "training/analysis/forecast_store.hpp"
#include "training/analysis/kept/kept_fits_store.hpp"
#include "training/analysis/labels/label_errors.hpp"
#include "training/analysis/next_choice.hpp"
#include "training/analysis/slices.hpp"
#include "training/run_store.hpp"
#include "training/snapshots/example_store.hpp"

namespace training {

struct AnalysisRequest {
    std::int64_t run_id = 0;
    bool slices = true;
    bool label_errors = true;
    std::size_t top = 200;  // of suspected labels and other odd items
    SuspectRank rank = SuspectRank::log_odds;
    // Training rows are judged by so many models, each fitted without a part of them; fewer than 2:
    // they are not judged.
    std::size_t folds = 5;
    bool curves = false;        // learning curves, forecasts and advice, which fit more models
    std::size_t labels = 200;   // so many more the forecasts speak of
    NextRequest next;           // its run is the one above
    LabelsNow labels_now = {};  // under which fits that were kept hold
    std::stop_token stop;
};

// One record that deserves a look.
struct ReviewItem {
    Item item;
    std::string given;      // its label, empty if it has none
    std::string suggested;  // what the model says
    double score = 0;       // label errors: how likely the given of the two is; else the doubt
    std::string reason;     // "label-error", "ambiguous", "far", "random", or the word of the order
    std::string snippet;    // title or first words
    int part = -1;          // 0 training, 1 validation, 2 test; -1: none
};

struct ConfusedClasses {
    std::string truth;
    std::string predicted;
    std::size_t rows = 0;
    double share = 0;                   // of the rows of class `truth`
    std::vector<std::string> examples;  // keys of some
};

// What a model of sets, spans or answers gets wrong of one class.
struct ClassErrors {
    std::string name;
    std::size_t support = 0, said = 0;  // marks or spans of it, and those that are said
    std::size_t missed = 0, spurious = 0;
    std::size_t wrong_label = 0, wrong_boundary = 0;  // of spans and answers
    std::size_t suspects = 0, confident = 0;          // marks or spans that may be wrong, all parts
    // Keys of some records, of spans with what is marked: "k7: Ada Lovelace", "k8: Paris as city".
    std::vector<std::string> missed_examples = {}, spurious_examples = {}, cut_examples = {};
};

// A slice where one class of several parts is wrong more often than elsewhere.
struct ClassSlice {
    std::string name;
    Slice slice;
};

// Two records of nearly the same text.
struct AlikeRecords {
    Item a, b;
    std::string label_a, label_b;
    int part_a = 0, part_b = 0;
};

struct Analysis {
    RunInfo run;
    std::size_t judged = 0;  // rows of validation and test
    // Of values, rows whose error is above the mean; of sets and spans, that are not all right.
    std::size_t wrong = 0;
    std::optional<double> rmse;              // of values
    std::vector<ConfusedClasses> confused;   // most rows first
    std::vector<ClassErrors> by_class;       // of sets, spans and answers
    std::vector<Slice> slices;               // worst first
    std::vector<ClassSlice> class_slices;    // likewise
    std::vector<ReviewItem> label_errors;    // the likeliest first, of all parts
    std::size_t label_errors_judged = 0;     // rows whose labels were judged
    std::size_t label_errors_found = 0;      // suspects before `top`
    std::size_t label_errors_confident = 0;  // of them by confident learning
    double estimated_label_errors = 0;       // share of those judged
    std::vector<ReviewItem> ambiguous;       // the most doubtful first
    std::size_t ambiguous_found = 0;
    std::vector<ReviewItem> far;  // out of distribution, the farthest first
    std::size_t far_found = 0;
    std::vector<AlikeRecords> alike;  // of different parts or labels
    std::size_t alike_found = 0;
    std::vector<ReviewItem> next;        // what to label next
    std::size_t pool = 0;                // unlabelled records looked at
    std::vector<Forecast> forecasts;     // the first of all rows, then of slices
    std::vector<ScoredForecast> scored;  // those of an earlier run, against what came
    std::vector<Advice> advice;
    std::vector<std::string> notes;  // what could not be done, and why
    // What was fitted, to be kept with the run (training/analysis/kept/kept_fits_store.hpp).
    std::map<std::string, std::string> fits;
    std::size_t fits_used = 0;  // that were kept at an earlier look
};

// What a run gets wrong, on the rows it has not learnt from (validation and test): confused
// classes, slices where it is worse than elsewhere; labels of all parts that are likely wrong,
// those of training rows by models that have not seen them; rows that are ambiguous, far from what
// was learnt, or nearly the same as others; what more labels would bring, and what to do. And which
// unlabelled records to label next. Of sets, spans and answers all this
// class by class. Of a run that
// predicts values there are slices, far rows, forecasts and next records. What was fitted at an
// earlier look at the run, under the same labels, is not fitted again. Reads only. Throws
// base::Error for a run that made no model, base::Interrupted at a stop.
Analysis analyse(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    const AnalysisRequest& request
);

// What to label next, and how many records were looked at. Reads only; throws as analyse() does.
struct NextFound {
    std::vector<ReviewItem> items;  // in the order in which they should be labeled
    std::size_t pool = 0;
};
NextFound choose_next(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    const NextRequest& request
);

}  // namespace training
