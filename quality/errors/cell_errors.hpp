#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "quality/errors/dependencies.hpp"
#include "quality/errors/lessons.hpp"
#include "quality/table.hpp"

namespace quality {

// A value that is likely wrong, and what is likely right.
struct CellError {
    std::uint32_t row = 0;
    std::size_t column = 0;
    std::string proposal;    // empty: none
    double probability = 0;  // that the value is wrong
    std::string code;        // what speaks most against it: dependency, typo, pattern, missing
    std::string reason;      // one line for people
};

struct CellErrorOptions {
    double threshold = 0.5;
    double prior = 0.03;                      // share of wrong cells expected before looking
    std::vector<LabelledCell> labelled = {};  // that a person has looked at; see lessons.hpp
};

// Finds wrong values without rules, and without labels if there are none. Evidence is added up as
// log odds per cell:
// - dependency: the value differs from what its row's other fields imply: approximate functional
//   dependencies found in the table itself, contradicting sources weighed by how often they are
//   right, and fields that otherwise hold this one (see dependencies.hpp, votes.hpp);
// - typo: a rare value, or a rare word, is few edits away from a frequent one (see typos.hpp);
// - pattern: it is written unlike the others (see forms.hpp), belongs to another column, or is
//   new where all others come again and again;
// - missing: a spelling of "no value", or an empty field, in a column that otherwise is filled.
// Labelled cells move the odds of those that are suspected for the same reason or written alike.
// `why` gets the dependencies that were used.
std::vector<CellError> find_cell_errors(
    const Table& table,
    const CellErrorOptions& options = {},
    std::vector<std::string>* why = nullptr
);

}  // namespace quality
