// Spans of a record that is asked about. A record shows a text and fields, and what is marked in a
// field says so: a headline and its article are one thing to whoever reads them, and joined into
// one text their offsets would be nobody's.
#include "labeling/tasks/spans.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/json.hpp>

#include "base/error.hpp"

namespace labeling {

std::optional<base::Fault> check_text_fields(const Question& question) {
    const auto& names = question.text_fields;
    if (std::set(names.begin(), names.end()).size() < names.size())
        return base::Fault{
            .reason = "names a field twice", .mend = "name each once", .at = "text_fields"};
    if (std::find(names.begin(), names.end(), "") != names.end())
        return base::Fault{
            .reason = "names a field without a name",
            .mend = "name fields of the records; their text is marked anyway",
            .at = "text_fields"};
    return std::nullopt;
}

std::string text_in(const AskedRecord& record, const std::string& field) {
    if (field.empty()) return record.text();
    const auto payload = record.payload().text;
    if (payload.empty()) return {};
    const auto parsed = boost::json::parse(payload);
    const auto* fields = parsed.if_object();
    const auto* value = fields ? fields->if_contains(field) : nullptr;
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

void check_spans(
    const Question& question,
    const std::vector<TextSpan>& spans,
    const AskedRecord& record
) {
    const auto& marked = question.text_fields;
    for (const auto& span : spans)
        if (!span.field.empty() &&
            std::find(marked.begin(), marked.end(), span.field) == marked.end())
            throw base::UsageError(
                "field '" + span.field + "'",
                "is not marked in this project",
                marked.empty() ? "leave it out: spans are of the record's text"
                               : fmt::format("mark the text, or {}", fmt::join(marked, ", "))
            );
    schema::check_spans(
        spans,
        [&](const std::string& field) { return text_in(record, field); },
        question.overlapping_spans
    );
}

}  // namespace labeling
