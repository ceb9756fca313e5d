// One function for each form that a model is laid open in (training/models/plain_model.hpp). Sums
// are double where the model's own are; trees and networks are float, as they are here.
#include <algorithm>
#include <cmath>
#include <limits>

#include "training/exchange/onnx_parts.hpp"

namespace training {

namespace {

using Type = OnnxGraph::Type;

struct Answers {
    OnnxGraph& graph;
    const std::string& rows;
    bool gaps;

    std::string operator()(std::monostate) const { return rows; }

    // One row for each of the rows.
    std::string operator()(const PlainConstant& model) const {
        const auto count = graph.op("Gather", {graph.op("Shape", {rows}), graph.whole({0})});
        auto shape = graph.op("Mul", {count, graph.whole({1, 0})});
        shape = graph.op("Add", {shape, graph.whole({0, 1})});
        return graph.op("Expand", {graph.row(model.answer), shape});
    }

    std::string operator()(const PlainLinear& model) const {
        auto x = graph.cast(rows, Type::real64);
        if (model.before == PlainLinear::Before::absolute) x = graph.op("Abs", {x});
        if (model.before == PlainLinear::Before::present)
            x = graph.cast(
                graph.op("Not", {graph.op("Equal", {x, graph.constant(0)})}), Type::real64
            );
        const auto width = model.bias.size();
        auto scores = graph.op("MatMul", {x, graph.matrix(model.weights, width)});
        scores = graph.op("Add", {scores, graph.row(model.bias)});
        if (!model.squares.empty())
            scores = graph.op(
                "Add",
                {scores,
                 graph.op("MatMul", {graph.op("Mul", {x, x}), graph.matrix(model.squares, width)})}
            );
        if (model.outputs == 0) return scores;
        return graph.softmax(graph.op("Mul", {scores, graph.constant(model.temperature)}));
    }

    // ReLU between layers, whose parameters begin at `at`; then the answer.
    template <typename Net>
    std::string layers(std::string x, const Net& model, std::size_t at) const {
        for (std::size_t i = 0; i + 1 < model.sizes.size(); ++i) {
            const auto in = model.sizes[i], out = model.sizes[i + 1];
            x = graph.op(
                "MatMul", {x, graph.matrix32(model.parameters.subspan(at, in * out), out)}
            );
            at += in * out;
            x = graph.op("Add", {x, graph.row32(model.parameters.subspan(at, out))});
            at += out;
            if (i + 2 < model.sizes.size()) x = graph.op("Relu", {x});
        }
        x = graph.cast(x, Type::real64);
        return model.values ? value_of(x, model.counts, model.mean, model.scale) : graph.softmax(x);
    }

    std::string operator()(const PlainNetwork& model) const { return layers(rows, model, 0); }

    // ONNX wants the channels of a picture one after the other, which is turned before and after.
    std::string operator()(const PlainConvNetwork& model) const {
        const auto whole = [](std::size_t size) { return static_cast<std::int64_t>(size); };
        const std::vector<std::int64_t> to_front{0, 3, 1, 2}, to_back{0, 2, 3, 1};
        auto x = graph.op(
            "Reshape",
            {rows,
             graph.whole({-1, whole(model.height), whole(model.width), whole(model.channels)})}
        );
        x = graph.turned(x, to_front);
        std::size_t at = 0, in = model.channels;
        for (auto out : model.blocks) {
            std::vector<float> weights(9 * in * out);
            for (std::size_t o = 0; o < out; ++o)
                for (std::size_t tap = 0; tap < 9; ++tap)
                    for (std::size_t c = 0; c < in; ++c)
                        weights[(o * in + c) * 9 + tap] =
                            model.parameters[at + (o * 9 + tap) * in + c];
            at += weights.size();
            const std::vector<std::size_t> shape{out, in, 3, 3}, one{out};
            x = graph.conv(
                x,
                graph.tensor32(weights, shape),
                graph.tensor32(model.parameters.subspan(at, out), one)
            );
            x = graph.pooled(graph.op("Relu", {x}));
            at += out;
            in = out;
        }
        x = graph.op(
            "Reshape", {graph.turned(x, to_back), graph.whole({-1, whole(model.sizes.front())})}
        );
        return layers(x, model, at);
    }

    std::string value_of(std::string x, bool counts, double mean, double scale) const {
        if (counts) x = graph.op("Exp", {graph.op("Min", {x, graph.constant(700)})});
        return graph.op("Add", {graph.op("Div", {x, graph.constant(scale)}), graph.constant(mean)});
    }

    static OnnxGraph::Nodes nodes_of(const PlainTrees& model) {
        OnnxGraph::Nodes out;
        for (std::size_t t = 0; t < model.trees.size(); ++t) {
            const auto& tree = model.trees[t];
            for (std::size_t i = 0; i < tree.left.size(); ++i) {
                const bool leaf = tree.left[i] < 0;
                out.tree.push_back(static_cast<std::int64_t>(t));
                out.node.push_back(static_cast<std::int64_t>(i));
                out.feature.push_back(leaf ? 0 : tree.feature[i]);
                out.yes.push_back(leaf ? 0 : tree.left[i]);
                out.no.push_back(leaf ? 0 : tree.right[i]);
                out.missing_yes.push_back(!leaf && tree.missing_left[i] ? 1 : 0);
                out.value.push_back(leaf ? 0 : tree.threshold[i]);
                out.mode.emplace_back(leaf ? "LEAF" : "BRANCH_LT");
                if (!leaf) continue;
                out.leaf_tree.push_back(static_cast<std::int64_t>(t));
                out.leaf_node.push_back(static_cast<std::int64_t>(i));
                out.leaf_margin.push_back(static_cast<std::int64_t>(tree.margin));
                out.leaf_value.push_back(tree.threshold[i]);
            }
        }
        return out;
    }

    // The second of two classes of each part, or its only number.
    std::string operator()(const PlainSets& model) const {
        std::vector<std::string> columns;
        for (const auto& [part] : model.parts) {
            const auto* constant = std::get_if<PlainConstant>(&part);
            const bool single = constant && constant->answer.size() == 1;
            const auto said = std::visit(*this, part);
            columns.push_back(single ? said : graph.columns_at(said, {1}));
        }
        return graph.concat(columns);
    }

    // As Trees::answer() makes them of the margins.
    std::string operator()(const PlainTrees& model) const {
        auto x = rows;
        if (gaps) {
            const std::vector<float> zero{0}, missing{std::numeric_limits<float>::quiet_NaN()};
            x = graph.op(
                "Where", {graph.op("Equal", {x, graph.row32(zero)}), graph.row32(missing), x}
            );
        }
        auto margins = graph.trees(x, nodes_of(model), model.base);
        const auto trees = static_cast<double>(model.forest > 0 ? model.forest : 1);
        if (model.outputs == 0) {
            margins = graph.op("Div", {margins, graph.constant(trees)});
            return model.counts ? graph.op("Exp", {margins})
                                : value_of(margins, false, model.mean, model.scale);
        }
        if (model.forest == 0) {
            if (model.base.size() == 1)
                margins = graph.concat({graph.op("Mul", {margins, graph.constant(0)}), margins});
            return graph.softmax(margins);
        }
        if (model.base.size() == 1) margins = graph.concat({graph.op("Neg", {margins}), margins});
        const double start = 1 / static_cast<double>(std::max<std::size_t>(2, model.base.size()));
        auto shares = graph.op("Div", {margins, graph.constant(trees)});
        shares = graph.op("Add", {shares, graph.constant(start)});
        shares = graph.op("Max", {shares, graph.constant(1e-3)});
        shares = graph.op("Min", {shares, graph.constant(1 - 1e-3)});
        return graph.op("Div", {shares, graph.sum(shares)});
    }
};

}  // namespace

std::string
onnx_answers(OnnxGraph& graph, const std::string& rows, const PlainModel& model, bool gaps) {
    return std::visit(Answers{graph, rows, gaps}, model);
}

}  // namespace training
