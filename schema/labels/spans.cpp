// Spans of a text as values: read, checked and compared.
//
// Offsets count code points, because they are the same to everybody: bytes depend on the encoding
// and UTF-16 units on the language of whoever counts. What two people marked alike is counted in
// two ways, since a span that is cut one word shorter is neither the same nor quite another.
#include "schema/labels/spans.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/json/described.hpp"
#include "base/settings/settings.hpp"
#include "base/text/utf8.hpp"

namespace schema {

const base::Settings<TextSpan> TextSpan::settings{
    {"start", &TextSpan::start, "its first code point, counted from 0", {.required = true}},
    {"end", &TextSpan::end, "the code point behind its last", {.required = true}},
    {"label", &TextSpan::label, "name of a class", {.required = true}},
    {"field", &TextSpan::field, "of the record, whose text it is in; its own text by default"},
};

namespace {

using FieldAndLabel = std::pair<std::string_view, std::string_view>;
using ByLabel = std::map<FieldAndLabel, std::vector<std::pair<std::size_t, std::size_t>>>;

// The places in a field under each label, in order, joined where they touch.
ByLabel covered(const std::vector<TextSpan>& spans) {
    ByLabel places;
    for (const auto& span : spans)
        places[{span.field, span.label}].emplace_back(span.start, span.end);
    for (auto& [label, list] : places) {
        std::sort(list.begin(), list.end());
        std::size_t kept = 0;
        for (std::size_t i = 1; i < list.size(); ++i) {
            if (list[i].first <= list[kept].second)
                list[kept].second = std::max(list[kept].second, list[i].second);
            else
                list[++kept] = list[i];
        }
        list.resize(kept + 1);
    }
    return places;
}

double length_of(const ByLabel& places) {
    std::size_t length = 0;
    for (const auto& [label, list] : places)
        for (const auto& [start, end] : list) length += end - start;
    return static_cast<double>(length);
}

}  // namespace

std::strong_ordering TextSpan::operator<=>(const TextSpan& other) const {
    return std::tie(field, start, end, label) <=>
           std::tie(other.field, other.start, other.end, other.label);
}

std::vector<TextSpan> parse_spans(std::string_view json) {
    boost::system::error_code error;
    auto value = boost::json::parse(json, error);
    if (error || !value.is_array())
        throw base::UsageError(
            "'value'", "is no list of spans", R"(write [{"start":0,"end":5,"label":"CLASS"}])"
        );
    auto spans = base::from_json<std::vector<TextSpan>>(value, "span");
    std::sort(spans.begin(), spans.end());
    auto twice = std::adjacent_find(spans.begin(), spans.end());
    if (twice != spans.end())
        throw base::UsageError(
            fmt::format("span {} to {}", twice->start, twice->end), "stands there twice", ""
        );
    return spans;
}

std::string spans_text(const std::vector<TextSpan>& spans) {
    return base::json_text(base::shape_of<std::vector<TextSpan>>(), &spans, base::Written::changed);
}

std::optional<std::string>
wrong_spans(const std::vector<TextSpan>& spans, std::size_t length, bool overlapping) {
    for (const auto& span : spans) {
        if (span.end <= span.start)
            return fmt::format("span {} to {} is empty", span.start, span.end);
        if (span.end > length)
            return fmt::format(
                "span {} to {} ends behind the text, which has {} characters",
                span.start,
                span.end,
                length
            );
    }
    if (overlapping) return std::nullopt;
    auto sorted = spans;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t i = 1; i < sorted.size(); ++i)
        if (sorted[i].start < sorted[i - 1].end)
            return fmt::format(
                "span {} to {} overlaps with span {} to {}",
                sorted[i].start,
                sorted[i].end,
                sorted[i - 1].start,
                sorted[i - 1].end
            );
    return std::nullopt;
}

void check_spans(const std::vector<TextSpan>& spans, const TextOfField& text_of, bool overlapping) {
    std::map<std::string, std::vector<TextSpan>> by_field;
    for (const auto& span : spans) by_field[span.field].push_back(span);
    for (const auto& [field, own] : by_field) {
        const auto text = text_of(field);
        if (text.empty() && field.empty())
            throw base::UsageError(
                "the record", "has no text", "map a field to its body (--map), or skip the task"
            );
        if (text.empty())
            throw base::UsageError(
                "field '" + field + "'", "the record has no text in it", "send no spans of it"
            );
        if (auto wrong = wrong_spans(own, base::count_code_points(text), overlapping))
            throw base::UsageError(
                field.empty() ? "'value'" : "'value', field '" + field + "'",
                *wrong,
                "send other spans"
            );
    }
}

Overlap exact_overlap(const std::vector<TextSpan>& a, const std::vector<TextSpan>& b) {
    Overlap found{.first = static_cast<double>(a.size()), .second = static_cast<double>(b.size())};
    for (const auto& span : a)
        if (std::find(b.begin(), b.end(), span) != b.end()) found.common += 1;
    return found;
}

Overlap partial_overlap(const std::vector<TextSpan>& a, const std::vector<TextSpan>& b) {
    auto first = covered(a), second = covered(b);
    Overlap found{.first = length_of(first), .second = length_of(second)};
    for (const auto& [label, mine] : first) {
        auto theirs = second.find(label);
        if (theirs == second.end()) continue;
        for (const auto& one : mine)
            for (const auto& other : theirs->second) {
                auto start = std::max(one.first, other.first);
                auto end = std::min(one.second, other.second);
                if (start < end) found.common += static_cast<double>(end - start);
            }
    }
    return found;
}

}  // namespace schema
