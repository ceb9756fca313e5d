#pragma once

#include <string>

#include "training/calibration/decision.hpp"
#include "training/exchange/onnx_graph.hpp"
#include "training/features/hashed_tfidf.hpp"
#include "training/models/plain_model.hpp"

namespace training {

// Adds what `text` makes of the inputs "title" and "body" (string [N, 1]), those that it reads:
// float, rows x columns. Throws base::Error in one line where it has no vocabulary of words.
std::string onnx_text(OnnxGraph& graph, const HashedTfidf& text);

// Adds what a model computes of `rows` (float, rows x features): probabilities, double rows x
// classes, or values, double rows x 1. `gaps`: a feature of 0 is one that is not there, which trees
// mind.
std::string
onnx_answers(OnnxGraph& graph, const std::string& rows, const PlainModel& model, bool gaps);

struct OnnxDecision {
    std::string probabilities;  // double, rows x classes: calibrated
    std::string decided;        // int64, rows: the class, -1 where it abstains
};
// Adds what `decision` makes of probabilities (double, rows x classes).
OnnxDecision onnx_decided(
    OnnxGraph& graph,
    const std::string& probabilities,
    const Decision& decision,
    std::size_t classes
);

}  // namespace training
