#pragma once

#include <string>
#include <vector>

#include "quality/table.hpp"

namespace ingest::quality {

// That a value is a misspelling of a frequent one of its column.
struct TypoEvidence {
    double weight = 0;  // log odds for "wrong"; 0: nothing
    std::string meant;  // the frequent value, or the value with the frequent word
};

// Evidence per code of a column (see Coded): a rare value, or a rare word, is few edits away from a
// frequent one, and the difference is not a number or a word that is in use elsewhere.
std::vector<TypoEvidence> find_typos(const Coded& column);

}  // namespace ingest::quality
