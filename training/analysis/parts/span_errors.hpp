#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/words.hpp"
#include "schema/labels/spans.hpp"
#include "training/tagging/span_model.hpp"
#include "training/trainer.hpp"

// What a tagger of spans gets wrong. Pure.
namespace training {

enum class SpanFault { missed, spurious, label, boundary };

constexpr auto words_of(SpanFault) {
    return std::to_array<base::Word<SpanFault>>({
        {SpanFault::missed, "missed", "a span that nothing was said of"},
        {SpanFault::spurious, "spurious", "said where there is none"},
        {SpanFault::label, "wrong label", "there is one, of another label"},
        {SpanFault::boundary, "wrong boundary", "there is one of that label, cut otherwise"},
    });
}

// A fault with the places of the spans in their lists; one of them is missing where the other
// stands alone.
struct SpanMismatch {
    SpanFault fault = SpanFault::missed;
    std::optional<std::size_t> truth, said;
};

// What parts two lists of spans, in the order of their places. Spans that are equal are no fault.
// Of the others each belongs to one at most: first to that of the same place, then to that of its
// label with which it has most code points in common, then to any such.
std::vector<SpanMismatch>
mismatches(std::span<const schema::TextSpan> truth, std::span<const schema::TextSpan> said);

// 1 less the F1 of equal spans: 0 where both lists are equal, 1 where nothing is common.
double
span_error(const std::vector<schema::TextSpan>& said, const std::vector<schema::TextSpan>& truth);

// A text with what a model that has not seen it says: its spans, and how probable those of the
// label are to it.
struct JudgedSpans {
    std::vector<schema::TextSpan> truth;
    TaggedText said;
    std::vector<double> of_truth;  // NaN where tags cannot say a span
};

// Of texts with spans that the model has not seen. Throws as Predictor::find_spans().
std::vector<JudgedSpans> judge_spans(const Predictor& predictor, const Examples& examples);

struct SpanSuspect {
    SpanMismatch at;
    double quality = 0;      // of the two, how likely the given one is: 0 to 1
    bool confident = false;  // as probable as spans of its label are where people marked them
};

// Spans of a text that may be wrong, or missing, the likeliest error first: those where the other
// is likelier. What is said is as probable as TaggedText has it, that nothing is there is 1 less
// the probability of the given span. `confident` is confident learning (Northcutt, Jiang, Chuang
// 2021) over spans: the other reaches the mean probability that given spans of its label have; of
// none, that of all labels. Lists of all texts, one for each.
std::vector<std::vector<SpanSuspect>> span_suspects(std::span<const JudgedSpans> texts);

// The part of a text that a span marks, in one line, cut after 40 characters.
std::string marked_text(std::string_view body, const schema::TextSpan& span);

}  // namespace training
