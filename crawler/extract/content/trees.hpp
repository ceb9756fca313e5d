#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crawler {

// Boosted regression trees (Friedman, "Greedy Function Approximation: A Gradient Boosting Machine",
// Annals of Statistics 29, 2001), read from text:
//
//     features letters words link_density
//     base -0.51
//     0<12.5 =0.31 2<0.4 =-0.1 =0.22
//
// A line is a tree: a node names its feature by its place in "features" and the largest value that
// goes to the first of the two subtrees behind it; "=" begins a leaf. Several outputs have a base
// each, and their trees come in turns.
class Trees {
public:
    // `names` says which number of a row is which feature. Throws std::runtime_error if the text is
    // none of this kind or has a feature that rows have not.
    static Trees parse(std::string_view text, const std::vector<std::string>& names);

    std::size_t outputs() const { return bases_.size(); }
    // The sum of an output's trees for a row.
    double sum(std::span<const float> row, std::size_t output = 0) const;
    // 1 / (1 + e^-sum) of each row; rows have numbers, none NaN, and are of one width.
    std::vector<double> chance_of_each(std::span<const std::vector<float>> rows) const;
    // e^sum of each output, as shares of 1.
    std::vector<double> chances(std::span<const float> row) const;

private:
    struct Node {
        float value = 0;  // the threshold, or what a leaf adds
        std::uint16_t feature = 0;
        std::uint16_t other = 0;  // how far the second subtree is; 0 for a leaf
    };
    struct Pruning;
    static float walk(const Node* node, std::span<const float> row);

    std::vector<double> bases_;
    std::vector<Node> nodes_;
    std::vector<std::uint32_t> roots_;
};

}  // namespace crawler
