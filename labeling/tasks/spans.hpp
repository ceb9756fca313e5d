#pragma once

#include "schema/labels/spans.hpp"

// Spans are answers here and labels that models learn in training/.
namespace labeling {

using schema::check_spans;
using schema::exact_overlap;
using schema::Overlap;
using schema::parse_spans;
using schema::partial_overlap;
using schema::spans_text;
using schema::TextSpan;
using schema::wrong_spans;

}  // namespace labeling
