#pragma once

#include <memory>
#include <span>
#include <vector>

#include "training/models/model.hpp"

namespace training::detail {

// Each kind is declared in the file of its name; model.cpp lists them.
const ModelKind& majority_kind();
const ModelKind& softmax_kind();
const ModelKind& ridge_kind();
const ModelKind& mlp_kind();

// n / (classes * count of the class) for `balance` 1, 1 for 0, between by interpolation.
std::vector<float> class_weights(std::span<const int> classes, std::size_t count, double balance);

// In place: exp(x) over their sum, without overflow. Returns the logarithm of the sum of
// exponentials.
double softmax(std::span<double> scores);

}  // namespace training::detail
