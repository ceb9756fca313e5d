#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace onnx {
class GraphProto;
class ModelProto;
class NodeProto;
}  // namespace onnx

namespace training {

// A graph in the making: each call adds a node and gives the name of what it computes.
class OnnxGraph {
public:
    enum class Type { real32, real64, uint8, int64, text, truth };

    OnnxGraph();
    ~OnnxGraph();
    OnnxGraph(const OnnxGraph&) = delete;

    // rows x columns; the number of rows is free.
    std::string input(const std::string& name, Type type, std::size_t columns);
    // rows x columns, or rows if `columns` is 0. Where an input has the name, "_" is put behind it.
    void output(const std::string& value, const std::string& name, Type type, std::size_t columns);

    std::string constant(double value);               // a scalar
    std::string row(std::span<const double> values);  // 1 x n
    std::string row32(std::span<const float> values);
    std::string matrix(std::span<const double> values, std::size_t columns);
    std::string matrix32(std::span<const float> values, std::size_t columns);
    std::string whole(std::vector<std::int64_t> values);
    std::string tensor32(std::span<const float> values, std::span<const std::size_t> shape);

    // An operator of the standard set without attributes: "Add", "MatMul", "Where".
    std::string op(std::string_view type, std::initializer_list<std::string> inputs);
    std::string cast(const std::string& value, Type to);
    std::string softmax(const std::string& value);
    std::string concat(const std::vector<std::string>& parts);  // side by side
    std::string argmax(const std::string& value);               // of each row; rows
    std::string sum(const std::string& value);                  // of each row; rows x 1
    std::string largest(const std::string& value);              // of each row; rows x 1
    // The value of each row at its column `where` (int64, rows); rows.
    std::string at(const std::string& value, const std::string& where);
    std::string turned(const std::string& value, std::span<const std::int64_t> axes);
    // Of pictures channel by channel, with a border of zeros: 3 x 3 weights, out x in x 3 x 3.
    std::string conv(const std::string& value, const std::string& weights, const std::string& bias);
    // The largest of each field of 2 x 2, and of what there is of one at the edge.
    std::string pooled(const std::string& value);
    // Texts to numbers; what is none of them becomes `other`.
    std::string numbers_of(
        const std::string& value,
        const std::vector<std::string>& texts,
        const std::vector<float>& numbers,
        float other
    );
    // Texts (rows x 1) to words (rows x the most of a row) by the operator of ONNX Runtime's own
    // set; `pattern` is of RE2.
    std::string words_of(const std::string& value, const std::string& pattern, bool lower);
    // How often each of `grams`, which are words joined by blanks, is in a row of words; float,
    // rows x grams.
    std::string counts_of(const std::string& words, const std::vector<std::string>& grams);
    // Columns of rows x columns in another order.
    std::string columns_at(const std::string& value, std::vector<std::int64_t> places);
    std::string mapped(
        const std::string& value,
        const std::vector<double>& from,
        const std::vector<double>& to,
        double other
    );
    std::string texts_of(const std::string& value, const std::vector<std::string>& texts);

    struct Nodes {  // of all trees, one entry a node
        std::vector<std::int64_t> tree, node, feature, yes, no, missing_yes;
        std::vector<float> value;
        std::vector<std::string> mode;
        std::vector<std::int64_t> leaf_tree, leaf_node, leaf_margin;
        std::vector<float> leaf_value;
    };
    std::string trees(const std::string& value, const Nodes& nodes, std::span<const float> base);

    void note(const std::string& key, const std::string& value);  // metadata
    // Throws base::Error if it is larger than the format allows (2 GB).
    std::string bytes();

private:
    onnx::NodeProto& node(std::string_view type, std::initializer_list<std::string> inputs);
    std::string fresh();

    std::unique_ptr<onnx::ModelProto> model_;
    onnx::GraphProto* graph_;
    std::size_t made_ = 0;
};

}  // namespace training
