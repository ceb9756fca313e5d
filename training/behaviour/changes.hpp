#pragma once

#include <string>
#include <vector>

#include "training/behaviour/behaviour.hpp"

namespace training {

// Two neighbouring letters of one word of four letters and more change places, the first and the
// last letter stay; which ones follows from `seed`. As it is if there is no such word.
std::string with_typo(const std::string& text, std::uint64_t seed);
std::string without_punctuation(const std::string& text);
// Each whole word that is one of the names becomes the name behind it, the last one the first.
std::string with_names_swapped(const std::string& text, const std::vector<std::string>& names);

// The rows with the test's change, and which of them it changed. Throws base::UsageError if the
// rows have no such column, or its type does not take the value.
struct ChangedRows {
    Examples rows;
    std::vector<bool> changed;
};
ChangedRows
changed_rows(const Examples& rows, const BehaviourTest& test, const InputSignature& inputs);

}  // namespace training
