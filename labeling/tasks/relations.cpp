// Labeled parts of a text, and how they are related: who works where, what causes what.
//
// An answer names the ends of a relation by their places in its own list of spans. Where answers
// are compared, an end is its span, since the same span stands at another place in another list.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text/unicode.hpp"
#include "labeling/tasks/answer_json.hpp"
#include "labeling/tasks/spans.hpp"
#include "labeling/tasks/task_types.hpp"
#include "labeling/tasks/voted_answers.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

constexpr auto graph_wanted =
    R"({"spans":[{"start","end","label"}],"relations":[{"from","to","label"}]})";

struct Relation {
    TextSpan from, to;
    std::string label;

    auto operator<=>(const Relation&) const = default;
};

struct Graph {
    std::set<TextSpan> spans;
    std::set<Relation> relations;
};

std::size_t place_in(const json::object& relation, std::string_view end, std::size_t spans) {
    const auto* value = relation.if_contains(end);
    boost::system::error_code code;
    auto place = value ? value->to_number<std::size_t>(code) : spans;
    if (code || place >= spans)
        not_an_answer(
            fmt::format("has a relation whose '{}' is no span", end), "give a span's place"
        );
    return place;
}

Graph graph_of(const std::string& answer) {
    auto value = parse_answer(answer);
    const auto& object = object_of(value, graph_wanted);
    check_members(object, {"spans", "relations"}, graph_wanted);
    std::vector<TextSpan> places;
    if (const auto* spans = object.if_contains("spans"))
        for (const auto& span : list_of(*spans, graph_wanted))
            places.push_back(parse_spans(json::serialize(json::array{span})).front());
    Graph graph;
    for (const auto& span : places)
        if (!graph.spans.insert(span).second)
            not_an_answer("has the same span twice", "send each once");
    if (const auto* relations = object.if_contains("relations"))
        for (const auto& item : list_of(*relations, graph_wanted)) {
            const auto& relation = object_of(item, graph_wanted);
            check_members(relation, {"from", "to", "label"}, graph_wanted);
            const auto* label = relation.if_contains("label");
            if (!label || !label->is_string()) not_an_answer(graph_wanted);
            auto from = place_in(relation, "from", places.size());
            auto to = place_in(relation, "to", places.size());
            if (from == to)
                not_an_answer("has a relation from a span to itself", "choose two spans");
            graph.relations.insert(
                {.from = places[from],
                 .to = places[to],
                 .label = base::nfc(std::string_view(label->get_string()))}
            );
        }
    return graph;
}

std::string text_of_graph(const Graph& graph) {
    std::map<TextSpan, std::size_t> places;
    for (const auto& span : graph.spans) places.emplace(span, places.size());
    json::array relations;
    for (const auto& one : graph.relations)
        relations.push_back(
            {{"from", places.at(one.from)}, {"to", places.at(one.to)}, {"label", one.label}}
        );
    return "{\"spans\":" + spans_text({graph.spans.begin(), graph.spans.end()}) +
           ",\"relations\":" + json::serialize(relations) + "}";
}

// A graph of one span, or of one relation with its ends.
std::string text_of_part(const Relation& relation) {
    return text_of_graph({.spans = {relation.from, relation.to}, .relations = {relation}});
}

class RelationsAnswers : public VotedAnswers {
public:
    using VotedAnswers::VotedAnswers;

protected:
    std::vector<std::string> parts(const std::string& answer) const override {
        auto graph = graph_of(answer);
        std::vector<std::string> texts;
        for (const auto& span : graph.spans)
            texts.push_back(text_of_graph({.spans = {span}, .relations = {}}));
        for (const auto& relation : graph.relations) texts.push_back(text_of_part(relation));
        return texts;
    }

    // A relation stays where both its spans do.
    std::string whole(std::vector<Candidate>& candidates) const override {
        Graph kept;
        std::vector<std::pair<Graph, Candidate*>> related;
        for (auto& one : candidates) {
            if (!one.kept) continue;
            auto part = graph_of(one.part);
            if (part.relations.empty())
                kept.spans.insert(part.spans.begin(), part.spans.end());
            else
                related.emplace_back(std::move(part), &one);
        }
        for (const auto& [part, one] : related) {
            one->kept = std::includes(
                kept.spans.begin(), kept.spans.end(), part.spans.begin(), part.spans.end()
            );
            if (one->kept) kept.relations.insert(part.relations.begin(), part.relations.end());
        }
        return text_of_graph(kept);
    }
};

class RelationsTask : public TaskType {
public:
    std::string_view name() const override { return "relations"; }
    std::string_view meaning() const override {
        return "labeled parts of a text and relations between them";
    }
    std::string_view example() const override {
        return R"([[class]]
name = "person"
[[class]]
name = "company"
[[relation]]
name = "works for"
from = "person"
to = "company"
)";
    }

    std::span<const std::string_view> settings() const override { return acting; }
    std::optional<base::Fault> check(const Question& question) const override {
        if (question.classes.empty())
            return base::Fault{
                .reason = "is missing", .mend = "give the classes of spans", .at = "class"};
        if (question.relations.empty())
            return base::Fault{
                .reason = "is missing", .mend = "give the kinds of relations", .at = "relation"};
        for (std::size_t i = 0; i < question.relations.size(); ++i)
            for (const auto* ends : {&question.relations[i].from, &question.relations[i].to})
                for (const auto& name : *ends)
                    if (!has_class(question, name))
                        return base::Fault{
                            .reason = fmt::format("names '{}', which is no class", name),
                            .mend = "name classes of the question",
                            .at = fmt::format("relation[{}]", i)};
        return check_text_fields(question);
    }

    std::string read(const Question& question, const std::string& answer, const AskedRecord& record)
        const override {
        auto graph = graph_of(answer);
        for (const auto& span : graph.spans) known_class(question, json::value(span.label));
        for (const auto& relation : graph.relations) check_relation(question, relation);
        std::vector<TextSpan> spans(graph.spans.begin(), graph.spans.end());
        check_spans(question, spans, record);
        check_count(question, spans.size(), "spans");
        return text_of_graph(graph);
    }
    std::optional<std::string> answer_of_value(const Question&, const std::string& value)
        const override {
        try {
            return text_of_graph(graph_of(value));
        } catch (const base::UsageError&) {
            return std::nullopt;
        }
    }
    std::string with_classes(const Question&, const std::string& answer, const Rename& rename)
        const override {
        auto graph = graph_of(answer);
        std::map<TextSpan, TextSpan> renamed;
        Graph kept;
        for (const auto& span : graph.spans)
            if (auto name = rename({}, span.label)) {
                auto made = span;
                made.label = *name;
                kept.spans.insert(made);
                renamed.emplace(span, std::move(made));
            }
        for (const auto& one : graph.relations) {
            auto from = renamed.find(one.from), to = renamed.find(one.to);
            if (from != renamed.end() && to != renamed.end())
                kept.relations.insert({.from = from->second, .to = to->second, .label = one.label});
        }
        return text_of_graph(kept);
    }

    // F1 of spans and relations that are equal.
    double likeness(const Question&, const std::string& a, const std::string& b) const override {
        auto first = graph_of(a), second = graph_of(b);
        std::size_t common = 0;
        for (const auto& span : first.spans) common += second.spans.count(span);
        for (const auto& one : first.relations) common += second.relations.count(one);
        auto all = first.spans.size() + second.spans.size() + first.relations.size() +
                   second.relations.size();
        return all > 0 ? 2.0 * static_cast<double>(common) / static_cast<double>(all) : 1;
    }
    std::unique_ptr<AnswerSet> gather(const Question& question) const override {
        return std::make_unique<RelationsAnswers>(*this, question);
    }
    std::vector<MetricInfo> metrics(const Question&) const override {
        return PairedAnswers::metrics("F1 of equal spans and relations");
    }
    std::span<const Method> methods() const override { return class_methods(); }

    // A span is left out, and what it is related to with it.
    std::string mistake(const Question&, const std::string& truth, base::Random& random)
        const override {
        auto graph = graph_of(truth);
        if (graph.spans.empty()) return truth;
        auto gone = *std::next(
            graph.spans.begin(), static_cast<std::ptrdiff_t>(random.below(graph.spans.size()))
        );
        graph.spans.erase(gone);
        std::erase_if(graph.relations, [&](const Relation& one) {
            return one.from == gone || one.to == gone;
        });
        return text_of_graph(graph);
    }

    LabelShape shape() const override { return LabelShape::relations; }
    Target target() const override { return Target::parts; }

private:
    static constexpr std::array<std::string_view, 6>
        acting{"class", "relation", "overlapping_spans", "text_fields", "at_least", "at_most"};

    static void check_relation(const Question& question, const Relation& relation) {
        auto fits = [](const std::vector<std::string>& ends, const std::string& label) {
            return ends.empty() || std::find(ends.begin(), ends.end(), label) != ends.end();
        };
        for (const auto& kind : question.relations) {
            if (kind.name != relation.label) continue;
            if (fits(kind.from, relation.from.label) && fits(kind.to, relation.to.label)) return;
            not_an_answer(
                fmt::format(
                    "has '{}' from {} to {}", relation.label, relation.from.label, relation.to.label
                ),
                "relate spans of the classes that the question names"
            );
        }
        throw base::UsageError(
            "relation '" + relation.label + "'", "the project has no such kind", "choose another"
        );
    }
};

}  // namespace

const TaskType& relations_task() {
    static const RelationsTask type;
    return type;
}

}  // namespace labeling
