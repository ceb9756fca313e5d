#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/settings/fwd.hpp"

namespace schema {

// A labeled part of a text. Offsets count Unicode code points of the text; `end` lies behind the
// last one.
struct TextSpan {
    std::size_t start = 0;
    std::size_t end = 0;
    std::string label;

    auto operator<=>(const TextSpan&) const = default;

    static const base::Settings<TextSpan> settings;
};

// [{"start":0,"end":5,"label":"person"}, ..], in the order of their places. Throws base::UsageError
// for what is no such list, and for the same span twice.
std::vector<TextSpan> parse_spans(std::string_view json);
std::string spans_text(const std::vector<TextSpan>& spans);

// Why these are no spans of a text of `length` code points, if they are not: one is empty or ends
// behind the text, or two have code points in common though they must not.
std::optional<std::string>
wrong_spans(const std::vector<TextSpan>& spans, std::size_t length, bool overlapping);

// Throws base::UsageError for what are no spans of a record's text: see wrong_spans().
void check_spans(const std::vector<TextSpan>& spans, const std::string& text, bool overlapping);

// How much of two people's spans is the same: twice `common` over the sum of `first` and `second`
// is F1.
struct Overlap {
    double common = 0, first = 0, second = 0;
};
// Counts spans that are equal in place and label.
Overlap exact_overlap(const std::vector<TextSpan>& a, const std::vector<TextSpan>& b);
// Counts code points under the same label, so that a span that is cut differently counts in part.
Overlap partial_overlap(const std::vector<TextSpan>& a, const std::vector<TextSpan>& b);

}  // namespace schema
