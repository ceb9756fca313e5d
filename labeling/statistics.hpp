#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>

#include "labeling/agreement/agreement.hpp"
#include "labeling/truth/truth.hpp"

// The commands `tilth truth` and `tilth agreement`, from files to text.
namespace labeling {

struct TruthRequest {
    std::string answers;               // a CSV file: question,worker,answer
    std::optional<std::string> truth;  // a CSV file: question,truth
    Method method = Method::automatic;
};

// Writes question,truth,probability as CSV to `out`; the probability of a number is left empty.
// With known truths, or if the method was chosen here, writes one JSON object to `notes`: method,
// why, questions, workers, answers, and with known truths judged and accuracy, macro_f1 or mae,
// rmse (after a choice by gold also held_out_accuracy, on the gold it did not use). Bad input
// throws base::Error before anything is written.
void write_truth(const TruthRequest& request, std::ostream& out, std::ostream& notes);

// Writes {"value","ci_low","ci_high","units","raters"} and a line end. A value that is undefined,
// because only one category was ever used, is null, with a "note".
void write_agreement(const std::string& ratings, Metric metric, std::ostream& out);

}  // namespace labeling
