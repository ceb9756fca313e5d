#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/settings/fwd.hpp"

namespace schema {

// A labeled part of a text. Offsets count Unicode code points of the text; `end` lies behind the
// last one. The text is the record's own, or that of one of its fields.
struct TextSpan {
    std::size_t start = 0;
    std::size_t end = 0;
    std::string label;
    std::string field{};  // of the record; empty: its text

    bool operator==(const TextSpan&) const = default;
    // By field, the record's text first; in it by place.
    std::strong_ordering operator<=>(const TextSpan& other) const;

    static const base::Settings<TextSpan> settings;
};

// [{"start":0,"end":5,"label":"person"}, ..], in their order; of fields with "field":"title".
// Throws base::UsageError for what is no such list, and for the same span twice.
std::vector<TextSpan> parse_spans(std::string_view json);
std::string spans_text(const std::vector<TextSpan>& spans);

// Why these are no spans of one text of `length` code points, if they are not: one is empty or ends
// behind the text, or two have code points in common though they must not.
std::optional<std::string>
wrong_spans(const std::vector<TextSpan>& spans, std::size_t length, bool overlapping);

// Throws base::UsageError for what are no spans of a record's texts: see wrong_spans(). `text_of`
// gives the text of a field, "" of a field that the record does not have as text.
using TextOfField = std::function<std::string(const std::string& field)>;
void check_spans(const std::vector<TextSpan>& spans, const TextOfField& text_of, bool overlapping);

// How much of two people's spans is the same: twice `common` over the sum of `first` and `second`
// is F1.
struct Overlap {
    double common = 0, first = 0, second = 0;
};
// Counts spans that are equal in field, place and label.
Overlap exact_overlap(const std::vector<TextSpan>& a, const std::vector<TextSpan>& b);
// Counts code points of a field under the same label, so that a span that is cut differently counts
// in part.
Overlap partial_overlap(const std::vector<TextSpan>& a, const std::vector<TextSpan>& b);

}  // namespace schema
