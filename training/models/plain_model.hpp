#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace training {

// What a fitted model computes, laid open for programs other than this one. Spans are of the model,
// and valid as long as it is. `outputs`: classes, or 0 for values.

// The same answer for every row.
struct PlainConstant {
    std::vector<double> answer;
};

// softmax(temperature * (bias + sum of x w)), or bias + sum of x w for values; weights are features
// x max(1, outputs).
struct PlainLinear {
    enum class Before { as_is, absolute, present };  // what becomes of x before
    std::size_t outputs = 0;
    std::vector<double> weights, bias;
    std::vector<double> squares = {};  // weights of x squared; empty: none
    double temperature = 1;
    Before before = Before::as_is;
};

// ReLU between layers of in x out weights, which lie one after the other, each with its bias behind
// it. Values: the last output / scale + mean, of counts its exponential.
struct PlainNetwork {
    std::vector<std::size_t> sizes;
    std::span<const float> parameters;
    bool values = false;
    bool counts = false;
    double mean = 0, scale = 1;
};

// A row is a picture: line by line, the channels of a pixel side by side. For each of `blocks`: a
// 3 x 3 convolution with a border of zeros, whose out x (line, column, in) weights and bias lie one
// after the other, the largest of each field of 2 x 2 (of what there is of it at odd edges), and
// ReLU. Then layers as those of PlainNetwork, of `sizes`, whose parameters follow.
struct PlainConvNetwork {
    std::size_t height = 0, width = 0, channels = 0;
    std::vector<std::size_t> blocks;  // channels that each gives
    std::vector<std::size_t> sizes;
    std::span<const float> parameters;
    bool values = false;
    bool counts = false;
    double mean = 0, scale = 1;
};

// Binary trees; a row goes left if x < threshold, and where `missing_left` says if x is missing.
// Sums of the leaves over the trees of each margin, plus `base`; what is made of them is Trees'
// (training/numeric/trees/trees.hpp).
struct PlainTree {
    std::vector<int> left, right;  // -1: a leaf
    std::vector<int> feature;
    std::vector<float> threshold;  // of a leaf: its value
    std::vector<bool> missing_left;
    std::size_t margin = 0;
};
struct PlainTrees {
    std::vector<PlainTree> trees;
    std::vector<float> base;  // of each margin
    std::size_t outputs = 0;
    std::size_t forest = 0;  // trees of each output that are averaged; 0: boosted
    bool counts = false;
    double mean = 0, scale = 1;
};

// Of each class by itself whether a row has it: by the second of two classes of a model, or as
// probable everywhere as PlainConstant says (one number). A row has those whose probability reaches
// their threshold.
struct PlainSetPart;
struct PlainSets {
    std::vector<PlainSetPart> parts;
    std::vector<double> thresholds;
};

// None: the kind is not laid open.
using PlainModel = std::variant<
    std::monostate,
    PlainConstant,
    PlainLinear,
    PlainNetwork,
    PlainConvNetwork,
    PlainTrees,
    PlainSets>;

struct PlainSetPart {
    PlainModel model;
};

}  // namespace training
