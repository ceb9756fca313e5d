#pragma once

#include <string>

#include "training/exchange/onnx_graph.hpp"
#include "training/models/plain_model.hpp"

namespace training {

// Adds what a model computes of `rows` (float, rows x features): probabilities, double rows x
// classes, or values, double rows x 1. `gaps`: a feature of 0 is one that is not there, which trees
// mind.
std::string
onnx_answers(OnnxGraph& graph, const std::string& rows, const PlainModel& model, bool gaps);

}  // namespace training
