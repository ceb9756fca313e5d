#pragma once

#include <optional>
#include <string>

#include "labeling/tasks/task_type.hpp"
#include "schema/labels/spans.hpp"

// Spans are answers here and labels that models learn in training/.
namespace labeling {

using schema::exact_overlap;
using schema::Overlap;
using schema::parse_spans;
using schema::partial_overlap;
using schema::spans_text;
using schema::TextSpan;
using schema::wrong_spans;

// What is wrong with the fields that a question lets people mark, if anything is.
std::optional<base::Fault> check_text_fields(const Question& question);
// The text in which spans of a field stand: the field's, or the record's own if it is empty; empty
// where the record has none.
std::string text_in(const AskedRecord& record, const std::string& field);
// Throws base::UsageError for spans that the record does not have, or of fields that are not
// marked.
void check_spans(
    const Question& question,
    const std::vector<TextSpan>& spans,
    const AskedRecord& record
);

}  // namespace labeling
