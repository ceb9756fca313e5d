#pragma once

#include <span>
#include <string>
#include <vector>

#include "training/features/features.hpp"
#include "training/numeric/team.hpp"
#include "training/snapshots/examples.hpp"

namespace training {

// Candidates of records as rows of their own: those of record r are rows r k to (r + 1) k, in the
// order of `fields`. A row's text is the candidate; its numbers, by name, are its length and shape
// and what it has in common with the record's text. Throws base::Error if the records' payloads
// were not read.
Examples candidate_rows(const Examples& records, const std::vector<std::string>& fields);

// A feature by name, and what it adds to a score where it is.
struct NamedWeight {
    std::string name;
    double weight = 0;
};

// The columns of most weight; n-grams that were hashed are named by those of the rows that fall
// into the column, and their weight has the sign that they count with.
std::vector<NamedWeight> heaviest(
    const Featurizer& featurizer,
    std::span<const float> weights,
    const Examples& rows,
    std::size_t most,
    Team& team
);

// What alone can be known without a word: ln(1 + words), and the field, as dense columns.
Examples plain_candidate_rows(const Examples& records, const std::vector<std::string>& fields);

}  // namespace training
