#pragma once

#include <vector>

#include "training/leakage/leakage.hpp"
#include "training/snapshots/examples.hpp"

// Leaks into labels of several parts.
namespace training {

// What columns say of sets of classes: one that stands for the whole set, and of each class by
// itself against the rest what column_leaks() looks for; of the 50 most frequent classes with 20
// rows or more. A column that tells several classes is one finding.
std::vector<LeakFinding> set_leaks(const Examples& train, const Examples& held_out);

// What stands beside the spans of texts: a token that is within three before, or behind, nearly all
// spans of a label and nowhere else, as marks of those who labelled are. It stops if it names the
// label. Nothing is said of labels with fewer than 20 spans. Columns are nothing to a tagger.
std::vector<LeakFinding> span_leaks(const Examples& train);

// Classes of sets, or labels of spans, that 20 rows or more have and 20 have not, the most frequent
// first; and of each row whether it has one, as 0 or 1.
std::vector<std::size_t> frequent_classes(const Examples& rows, std::size_t most);
std::vector<int> has_class(const Examples& rows, std::size_t at);

}  // namespace training
