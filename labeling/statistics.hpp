#pragma once

#include <iosfwd>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "labeling/agreement/agreement.hpp"
#include "labeling/truth/bradley_terry.hpp"
#include "labeling/truth/truth.hpp"

// The commands `tilth truth` and `tilth agreement`, from files to text. Files are tables
// (formats/table/table.hpp). Bad input throws base::Error before anything is written, a stop
// base::Interrupted. What reading left out, and names that differ by case only, are lines in
// `notes`.
namespace labeling {

struct TruthRequest {
    std::string answers;               // question,worker,answer
    std::optional<std::string> truth;  // question,truth
    Method method = Method::automatic;
};

// Writes question,truth,probability as CSV to `out`; the probability of a number is left empty.
// With known truths, or if the method was chosen here, writes one JSON object to `notes` instead of
// lines: method, why, questions, workers, answers, notes, and with known truths judged and
// accuracy, macro_f1 or mae, rmse (after a choice by gold also held_out_accuracy, on the gold it
// did not use).
void write_truth(
    const TruthRequest& request,
    std::ostream& out,
    std::ostream& notes,
    const std::stop_token& stop = {}
);

// Writes item,score as CSV, the strongest first, from a table left,right,label and perhaps worker,
// where label is the side that was preferred.
void write_ranking(
    const std::string& comparisons,
    Ranking method,
    std::ostream& out,
    std::ostream& notes,
    const std::stop_token& stop = {}
);

struct AgreementRequest {
    std::string ratings;  // unit,rater,rating, and time for months
    Metric metric = Metric::krippendorff_nominal;
    std::vector<std::string> order = {};  // of the ratings, from least to most; empty: none
    std::string by = {};  // class, pair, month, or how many units a part has; empty: the whole only
};

// Writes {"value","ci_low","ci_high","units","raters"} and a line end, then with `by` such a line
// with "part" for each part. A value that is undefined, because only one category was ever used, is
// null, with a "note".
void write_agreement(
    const AgreementRequest& request,
    std::ostream& out,
    std::ostream& notes,
    const std::stop_token& stop = {}
);

}  // namespace labeling
