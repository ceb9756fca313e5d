// Parts of a text and how they are related. Two models in one: a tagger finds the spans, and a
// model of classes says of each ordered pair of them which relation it is, if any (after Zhong and
// Chen 2021: two apart do as well as one for both). The second learns from spans that people
// marked, and is judged on these, and once more on those that the tagger found.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "schema/labels/spans.hpp"
#include "training/analysis/parts/span_errors.hpp"
#include "training/answers/answer_kinds.hpp"
#include "training/answers/graph.hpp"
#include "training/answers/unit_model.hpp"
#include "training/evaluation/set_metrics.hpp"
#include "training/tagging/span_model.hpp"
#include "training/tagging/tokens.hpp"

namespace training {

namespace {

namespace json = boost::json;
using schema::TextSpan;

constexpr std::size_t most_pairs = 4000;  // of one text
constexpr std::size_t words_beside = 3, words_between = 12;

// A text with its tokens, to be asked what lies where.
class Tokens {
public:
    explicit Tokens(std::string_view text) : text_(text), tokens_(tokens_of(text)) {}

    // The first token that ends behind a place.
    std::size_t at(std::size_t place) const {
        return static_cast<std::size_t>(
            std::partition_point(
                tokens_.begin(), tokens_.end(), [&](const Token& one) { return one.end <= place; }
            ) -
            tokens_.begin()
        );
    }
    std::size_t size() const { return tokens_.size(); }
    // Tokens from one to another, each behind a mark that says where they lie.
    void append(const char* mark, std::size_t from, std::size_t to, std::string& out) const {
        for (auto i = from; i < std::min(to, tokens_.size()); ++i) {
            const auto& one = tokens_[i];
            out += mark;
            // Punctuation would part words: it is told by its number.
            const auto word = text_.substr(one.from, one.to - one.from);
            const bool alone = word.size() == 1 && !base::is_alnum(word[0]);
            out += alone ? fmt::format("{}", static_cast<int>(word[0])) : std::string(word);
            out += ' ';
        }
    }

private:
    std::string_view text_;
    std::vector<Token> tokens_;
};

std::string class_word(std::string_view name) {
    std::string out;
    for (char c : name) out += c == ' ' ? '_' : c;
    return out;
}

// What lies in, between and beside two spans, as words that say so.
std::string words_of_pair(const Tokens& tokens, const TextSpan& from, const TextSpan& to) {
    const bool forward = from < to;
    const auto& first = forward ? from : to;
    const auto& second = forward ? to : from;
    const auto a = tokens.at(first.start), a_end = tokens.at(first.end - 1) + 1;
    const auto b = tokens.at(second.start), b_end = tokens.at(second.end - 1) + 1;
    std::string out = fmt::format(
        "{}__{}__{} ", forward ? "fw" : "bw", class_word(from.label), class_word(to.label)
    );
    out += fmt::format("from_{} to_{} . ", class_word(from.label), class_word(to.label));
    tokens.append(forward ? "f__" : "t__", a, a_end, out);
    out += ". ";
    tokens.append(forward ? "t__" : "f__", b, b_end, out);
    out += ". ";
    const char* between = forward ? "fw__" : "bw__";
    if (b > a_end && b - a_end <= words_between) {
        tokens.append(between, a_end, b, out);
    } else if (b > a_end) {
        tokens.append(between, a_end, a_end + words_beside, out);
        out += ". ";
        tokens.append(between, b - words_beside, b, out);
    }
    out += ". ";
    tokens.append("before__", a > words_beside ? a - words_beside : 0, a, out);
    out += ". ";
    tokens.append("behind__", b_end, b_end + words_beside, out);
    return out;
}

class RelationModel final : public UnitModel {
public:
    using UnitModel::UnitModel;

    Fitted learn(
        const Examples& train,
        const Examples& validation,
        const TrainSpec& spec,
        const OnProgress& progress,
        std::stop_token stop
    ) override {
        if (train.text.empty())
            throw base::Error("relations", "the records have no text", "map a field to their body");
        auto inner = spec;
        inner.features.use_pixels = false;
        auto out = UnitModel::learn(train, validation, inner, progress, stop);
        if (model_kind(out.kind).baseline) return out;  // which says no relation of any pair
        TrainSpec tagging;
        tagging.model = "crf";
        tagging.features.text.bits = spec.features.text.bits;
        tagging.seed = spec.seed;
        Team team(spec.threads);
        const auto found =
            tagger_.emplace().learn(tagged(train), tagged(validation), tagging, team, {}, stop);
        out.notes["spans"] = found.notes.spans;
        out.notes["span_columns"] = found.columns;
        return out;
    }

    std::vector<SaidAnswer> predict(const Examples& examples, std::size_t threads) const override {
        return UnitModel::predict(with_found_spans(examples, threads), threads);
    }

    AnswersJudged judge(const Examples& truth, const AnswerJudging& how) const override {
        auto out = UnitModel::judge(truth, how);
        std::vector<BoundCounts> spans, relations;
        out.errors.clear();
        for (std::size_t row = 0; row < truth.rows; ++row) {
            const auto is = graph_in(truth.answers[row]);
            const auto said =
                out.said[row].answer.empty() ? Graph() : graph_in(out.said[row].answer);
            spans.push_back(common_of(said.spans, is.spans));
            relations.push_back(common_of(with_spans(said), with_spans(is)));
            const auto& [a, b] = std::pair(spans.back(), relations.back());
            const double all = a.said + a.truth + b.said + b.truth;
            out.errors.push_back(all > 0 ? 1 - 2 * (a.common + b.common) / all : 0);
        }
        if (!how.figures) return out;
        add_f1("found_relation_f1", relations, how.stop, out);
        add_f1("span_f1", spans, how.stop, out);
        return out;
    }

    void save(Writer& out) const override {
        UnitModel::save(out);
        out.put<std::uint8_t>(tagger_.has_value());
        if (tagger_) tagger_->save(out);
    }
    void load(Reader& in) override {
        UnitModel::load(in);
        if (in.get<std::uint8_t>() != 0) tagger_.emplace().load(in, question().classes);
    }

private:
    struct BoundCounts {
        double common = 0, said = 0, truth = 0;
    };

    std::string_view part() const override { return "relation"; }
    bool none_is_nothing() const override { return true; }
    std::vector<std::string> names() const override {
        std::vector<std::string> out;
        for (const auto& one : question().relations) out.push_back(one.name);
        return out;
    }

    // Both are sorted.
    template <typename T>
    static BoundCounts common_of(const std::vector<T>& said, const std::vector<T>& truth) {
        std::vector<T> common;
        std::set_intersection(
            said.begin(), said.end(), truth.begin(), truth.end(), std::back_inserter(common)
        );
        return {
            static_cast<double>(common.size()),
            static_cast<double>(said.size()),
            static_cast<double>(truth.size())};
    }

    static void add_f1(
        const char* name,
        const std::vector<BoundCounts>& records,
        const std::stop_token& stop,
        AnswersJudged& out
    ) {
        std::vector<std::uint32_t> all(records.size());
        std::iota(all.begin(), all.end(), 0U);
        const auto figure = [&](std::span<const std::uint32_t> rows) {
            if (stop.stop_requested()) throw base::Interrupted();
            BoundCounts sum;
            for (auto row : rows) {
                sum.common += records[row].common;
                sum.said += records[row].said;
                sum.truth += records[row].truth;
            }
            return sum.said + sum.truth > 0 ? 2 * sum.common / (sum.said + sum.truth) : 1.0;
        };
        Metric metric;
        metric.name = name;
        metric.estimate = {figure(all), resampled_interval(all.size(), 1, figure)};
        out.metrics.push_back(std::move(metric));
    }

    Examples tagged(const Examples& records) const {
        auto out = records;
        out.answers.clear();
        out.class_names = question().classes;
        for (const auto& answer : records.answers) {
            auto spans = graph_in(answer).spans;
            std::erase_if(spans, [&](const TextSpan& one) {
                const auto& known = question().classes;
                return !one.field.empty() ||
                       std::find(known.begin(), known.end(), one.label) == known.end();
            });
            out.spans.push_back(std::move(spans));
        }
        return out;
    }

    Examples with_found_spans(Examples examples, std::size_t threads) const {
        examples.answers.clear();
        std::vector<TaggedText> found(examples.rows);
        if (tagger_) {
            Team team(threads);
            found = tagger_->predict(examples, team);
        }
        for (const auto& text : found) {
            Graph graph{text.bare(), {}, false};
            std::sort(graph.spans.begin(), graph.spans.end());
            examples.answers.push_back(text_of(graph));
        }
        return examples;
    }

    // Whether some relation may lead from one class to the other.
    bool may_be_related(const TextSpan& from, const TextSpan& to) const {
        const auto fits = [](const std::vector<std::string>& ends, const std::string& label) {
            return ends.empty() || std::find(ends.begin(), ends.end(), label) != ends.end();
        };
        return std::any_of(
            question().relations.begin(),
            question().relations.end(),
            [&](const auto& kind) { return fits(kind.from, from.label) && fits(kind.to, to.label); }
        );
    }

    // In the order in which units_of() and said_of() both go through them.
    std::vector<std::pair<std::size_t, std::size_t>> pairs_of(const Graph& graph) const {
        std::vector<std::pair<std::size_t, std::size_t>> out;
        for (std::size_t from = 0; from < graph.spans.size(); ++from)
            for (std::size_t to = 0; to < graph.spans.size() && out.size() < most_pairs; ++to)
                if (from != to && may_be_related(graph.spans[from], graph.spans[to]))
                    out.emplace_back(from, to);
        return out;
    }

    std::vector<std::string> unit_names(const Examples& records, std::size_t record)
        const override {
        const auto graph = graph_in(records.answers[record]);
        const auto text = records.text[record].body;
        std::vector<std::string> out;
        for (const auto& [from, to] : pairs_of(graph))
            out.push_back(fmt::format(
                "'{}' to '{}'",
                marked_text(text, graph.spans[from]),
                marked_text(text, graph.spans[to])
            ));
        return out;
    }

    Units units_of(const Examples& records) const override {
        Units out;
        auto& rows = out.rows;
        for (const char* name : {"characters between", "spans between"})
            rows.columns.push_back({name, schema::Column::Type::number, ""});
        const auto labels = names();
        for (std::size_t record = 0; record < records.rows; ++record) {
            const auto graph = graph_in(records.answers.at(record));
            if (graph.of_fields) {
                ++out.unfit;
                continue;
            }
            const Tokens tokens(records.text[record].body);
            std::map<std::pair<std::size_t, std::size_t>, std::string> known;
            for (const auto& [from, to, label] : graph.relations) known[{from, to}] = label;
            for (const auto& [from, to] : pairs_of(graph)) {
                const auto &a = graph.spans[from], &b = graph.spans[to];
                rows.text.push_back({"", words_of_pair(tokens, a, b)});
                const auto gap = a < b ? static_cast<double>(b.start) - static_cast<double>(a.end)
                                       : static_cast<double>(a.start) - static_cast<double>(b.end);
                rows.numeric.push_back(std::log1p(std::max(0.0, gap)));
                rows.numeric.push_back(static_cast<double>(from < to ? to - from : from - to) - 1);
                const auto found = known.find({from, to});
                const auto name = found == known.end()
                                      ? labels.end()
                                      : std::find(labels.begin(), labels.end(), found->second);
                out.classes.push_back(static_cast<int>(name - labels.begin()));
                add_unit(records, record, out);
            }
        }
        return out;
    }

    SaidAnswer said_of(
        const Examples& records,
        std::size_t record,
        std::span<const std::string> classes
    ) const override {
        auto graph = graph_in(records.answers[record]);
        graph.relations.clear();
        SaidAnswer out;
        if (graph.of_fields) return out;
        const auto pairs = pairs_of(graph);
        for (std::size_t i = 0; i < classes.size(); ++i)
            if (!classes[i].empty())
                graph.relations.push_back({pairs[i].first, pairs[i].second, classes[i]});
        out.answer = text_of(graph);
        return out;
    }

    std::optional<SpanModel> tagger_;
};

}  // namespace

const AnswerKind& relation_answers() {
    static const AnswerKind kind{
        .name = "relations",
        .learns = Learns::classes,
        .limits =
            "two spans have one relation at most in each direction, and what is marked in "
            "fields beside the text is not learnt",
        .whole_texts = true,
        .make = [](const AskedQuestion& question) -> std::unique_ptr<AnswerModel> {
            return std::make_unique<RelationModel>(question);
        }};
    return kind;
}

}  // namespace training
