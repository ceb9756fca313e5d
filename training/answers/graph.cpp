// Answers in spans and relations, and what two of them differ in: spans first, and relations by the
// spans that they hold on to, so that a span that is cut otherwise takes its relations along.
#include "training/answers/graph.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "training/parts/part_differences.hpp"

namespace training {

namespace json = boost::json;
using schema::TextSpan;

Graph graph_in(const std::string& answer) {
    Graph out;
    const auto parsed = json::parse(answer);
    const auto* object = parsed.if_object();
    const auto* listed = object ? object->if_contains("spans") : nullptr;
    if (!listed) return out;
    std::vector<TextSpan> given;
    for (const auto& one : listed->as_array()) {
        given.push_back(schema::parse_spans(json::serialize(json::array{one})).front());
        out.of_fields = out.of_fields || !given.back().field.empty();
    }
    out.spans = given;
    std::sort(out.spans.begin(), out.spans.end());
    const auto place = [&](const json::value& at) {
        const auto& span = given.at(at.to_number<std::size_t>());
        return static_cast<std::size_t>(
            std::lower_bound(out.spans.begin(), out.spans.end(), span) - out.spans.begin()
        );
    };
    if (const auto* relations = object->if_contains("relations"))
        for (const auto& one : relations->as_array())
            out.relations.push_back(
                {place(one.at("from")),
                 place(one.at("to")),
                 std::string(one.at("label").as_string())}
            );
    return out;
}

std::string text_of(const Graph& graph) {
    json::array relations;
    for (const auto& [from, to, label] : graph.relations)
        relations.push_back({{"from", from}, {"to", to}, {"label", label}});
    return "{\"spans\":" + schema::spans_text(graph.spans) +
           ",\"relations\":" + json::serialize(relations) + "}";
}

std::vector<std::tuple<TextSpan, TextSpan, std::string>> with_spans(const Graph& graph) {
    std::vector<std::tuple<TextSpan, TextSpan, std::string>> out;
    for (const auto& [from, to, label] : graph.relations)
        out.emplace_back(graph.spans[from], graph.spans[to], label);
    std::sort(out.begin(), out.end());
    return out;
}

// Spans as those of a question of spans; a relation is right where both of its spans are.
PartsCompared compare_relations(
    const AskedQuestion&,
    const std::string& said_text,
    const std::string& truth_text
) {
    const auto said = graph_in(said_text), truth = graph_in(truth_text);
    PartsCompared out;
    for (const auto& one : mismatches(truth.spans, said.spans))
        out.differences.push_back(
            {one.fault,
             one.truth ? truth.spans[*one.truth].label : "",
             one.said ? said.spans[*one.said].label : "",
             "span"}
        );
    for (const auto& one : truth.spans) out.truth.push_back(one.label);
    for (const auto& one : said.spans) out.said.push_back(one.label);
    auto missed = with_spans(truth), spurious = with_spans(said);
    for (const auto& one : missed) out.truth.push_back(std::get<2>(one));
    for (const auto& one : spurious) out.said.push_back(std::get<2>(one));
    out.score = {0, static_cast<double>(spurious.size()), static_cast<double>(missed.size())};
    const auto take = [&](const auto& alike, PartFault fault) {
        std::erase_if(missed, [&](const auto& one) {
            const auto at = std::find_if(spurious.begin(), spurious.end(), [&](const auto& other) {
                return alike(one, other);
            });
            if (at == spurious.end()) return false;
            const bool same = std::get<2>(one) == std::get<2>(*at);
            if (same) {
                out.score.common += 1;
            } else {
                out.differences.push_back({fault, std::get<2>(one), std::get<2>(*at), "relation"});
            }
            spurious.erase(at);
            return true;
        });
    };
    take([](const auto& a, const auto& b) { return a == b; }, PartFault::label);
    take(
        [](const auto& a, const auto& b) {
            return std::get<0>(a) == std::get<0>(b) && std::get<1>(a) == std::get<1>(b);
        },
        PartFault::label
    );
    for (auto& one : missed)
        out.differences.push_back({PartFault::missed, std::get<2>(one), {}, "relation"});
    for (auto& one : spurious)
        out.differences.push_back({PartFault::spurious, {}, std::get<2>(one), "relation"});
    return out;
}

}  // namespace training
