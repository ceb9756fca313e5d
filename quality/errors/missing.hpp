#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "quality/table.hpp"

namespace quality {

// How much speaks, in log odds, for the empty fields of a column to lack their value: others hardly
// ever do. 0 where they come together with no value in another column, or belong to one value of
// it: there they have their reason.
double weigh_empty(const std::vector<Coded>& columns, std::size_t c);

// Spellings of "no value" (normalised) that are the table's own: where they stand has its reason.
std::set<std::string> own_spellings(const std::vector<Coded>& columns);

// Per code: evidence against spellings of "no value" that are not the table's `own`, in a column
// that is filled otherwise.
std::vector<double> find_hidden_missing(const Coded& column, const std::set<std::string>& own);

}  // namespace quality
