#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "schema/labels/spans.hpp"

// Answers in spans and relations between them.
namespace training {

struct Related {
    std::size_t from = 0, to = 0;  // places in the list of spans
    std::string label;

    auto operator<=>(const Related&) const = default;
};

// Spans by their places, and relations between them.
struct Graph {
    std::vector<schema::TextSpan> spans;
    std::vector<Related> relations;
    bool of_fields = false;  // some are of fields, which are not read by models
};

// Throws std::exception for what is no such answer.
Graph graph_in(const std::string& answer);
std::string text_of(const Graph& graph);

// The relations of a graph with their spans, sorted, to be compared with those of another.
std::vector<std::tuple<schema::TextSpan, schema::TextSpan, std::string>> with_spans(
    const Graph& graph
);

}  // namespace training
