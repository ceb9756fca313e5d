#pragma once

#include <string>
#include <vector>

#include "training/snapshots/example_store.hpp"
#include "training/snapshots/examples.hpp"

// Labels that are neither a class nor a number: sets of classes, and spans of texts.
namespace training {

// Kinds of labeling projects whose labels these are.
bool labels_are_sets(const std::string& project_kind);
bool labels_are_spans(const std::string& project_kind);

// The classes that a label of either form names, each once, in order.
std::vector<std::string> classes_in(const std::string& label);
// A set of classes as a label.
std::string label_of_set(const std::vector<std::string>& names);

// Gives the examples the marks of the items' sets (Examples::marks). Throws base::Error naming a
// class that is none of the examples' class names.
void give_sets(Examples& examples, const std::vector<Item>& items);

// Gives the examples the spans of the items. Throws base::Error for labels that are none.
void give_spans(Examples& examples, const std::vector<Item>& items);

}  // namespace training
