#pragma once

#include <set>
#include <string>
#include <vector>

#include "training/answers/asked_question.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/snapshots/examples.hpp"

// Labels that are neither a class nor a number: sets of classes, spans of texts, and answers of
// several parts (training/answers).
namespace training {

// Kinds of labeling projects whose labels these are.
bool labels_are_sets(const std::string& project_kind);
bool labels_are_spans(const std::string& project_kind);
// Whether labels count the characters of the records' texts, which are left whole then.
bool labels_count_characters(const std::string& project_kind);
// These, and those that a kind of answers is learnt of (answer_kind).
bool labels_are_parts(const std::string& project_kind);

// The classes, or candidates, that a label of any form names, each once, in order.
std::vector<std::string> classes_in(const std::string& label);
// A set of classes as a label.
std::string label_of_set(const std::vector<std::string>& names);

// Gives the examples the marks of the items' sets (Examples::marks). Throws base::Error naming a
// class that is none of the examples' class names.
void give_sets(Examples& examples, const std::vector<Item>& items);

// The fields that spans of the items are of, beside the records' texts.
std::set<std::string> fields_marked(const std::vector<Item>& items);
// Gives the examples the spans of the items. The texts of `fields`, among which are those that the
// spans are of, are joined to the bodies of all items that have them, and spans are told by their
// places there: see Examples::fields. Throws base::Error for labels that are none, or of a field
// without text.
void give_spans(
    const ExampleStore& store,
    const std::set<std::string>& fields,
    Examples& examples,
    const std::vector<Item>& items
);

// Gives the examples the items' labels as answers to the question.
void give_answers(
    const AskedQuestion& question,
    Examples& examples,
    const std::vector<Item>& items
);

// Spans of a row's joined text as they are told by people: by field.
std::vector<schema::TextSpan>
spans_by_field(const Examples& examples, std::size_t row, std::vector<schema::TextSpan> spans);

}  // namespace training
