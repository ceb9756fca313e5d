// A vocabulary of words in operators of ONNX: those of a title and of a body are counted apart, and
// brought into the order of HashedTfidf's columns, which is that of their hashes. Counts are float
// from there on, as the rows of features are.
#include <fmt/format.h>

#include "base/error.hpp"
#include "training/exchange/onnx_parts.hpp"
#include "training/features/words.hpp"

namespace training {

std::string onnx_text(OnnxGraph& graph, const HashedTfidf& text) {
    const auto& spec = text.spec();
    const auto refuse = [](const std::string& what, const std::string& mend) {
        throw base::Error("onnx", what, mend + ", or export with --inputs features, or native");
    };
    if (spec.method != TextMethod::vocabulary)
        refuse(
            "n-grams of texts by their hash have no operator",
            "train with method = \"vocabulary\" in [features.texts]"
        );
    if (spec.chars_from > 0)
        refuse("n-grams of characters have no operator", "train with n-grams of words alone");
    if (text.columns() == 0) refuse("the vocabulary is empty", "train on more texts");
    struct Side {
        std::string input;
        std::vector<std::string> grams;
        std::vector<std::int64_t> columns;
    };
    Side sides[] = {{"title", {}, {}}, {"body", {}, {}}};
    for (std::size_t column = 0; column < text.columns(); ++column) {
        auto name = text.name(column);
        const bool title = name.starts_with(HashedTfidf::in_title);
        if (title) name.erase(0, HashedTfidf::in_title.size());
        auto& side = sides[title ? 0 : 1];
        side.grams.push_back(name);
        side.columns.push_back(static_cast<std::int64_t>(column));
    }
    std::vector<std::string> parts;
    std::vector<std::int64_t> places(text.columns());
    std::int64_t counted = 0;
    for (const auto& side : sides) {
        if (side.grams.empty()) continue;
        const auto words = graph.words_of(
            graph.input(side.input, OnnxGraph::Type::text, 1), word_pattern(), spec.lower
        );
        parts.push_back(graph.counts_of(words, side.grams));
        for (auto column : side.columns) places[static_cast<std::size_t>(column)] = counted++;
    }
    const auto counts = graph.columns_at(graph.concat(parts), places);
    const std::vector<float> one{1}, zero{0};
    auto weights = counts;
    if (spec.sublinear) {
        const auto any = graph.op("Greater", {counts, graph.row32(zero)});
        const auto at_least = graph.op("Max", {counts, graph.row32(one)});
        const auto logarithm = graph.op("Add", {graph.op("Log", {at_least}), graph.row32(one)});
        weights = graph.op("Where", {any, logarithm, graph.row32(zero)});
    }
    weights = graph.op("Mul", {weights, graph.row32(text.weights())});
    if (!spec.scaled) return weights;
    const auto square = graph.sum(graph.op("Mul", {weights, weights}));
    const auto empty = graph.op("Equal", {square, graph.row32(zero)});
    const auto length = graph.op("Where", {empty, graph.row32(one), graph.op("Sqrt", {square})});
    return graph.op("Div", {weights, length});
}

}  // namespace training
