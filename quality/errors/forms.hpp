#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "quality/table.hpp"

namespace quality {

// "a9-a9": runs of letters, digits and blanks by one sign each, other characters as they are.
std::string shape(std::string_view text);

// How a value is written, so that values written alike have the same: a number's unit, the lengths
// of a date's parts, the shape of a code, the case of words.
std::string writing(std::string_view text);

// A text in lower case (ASCII) without blanks and punctuation: what stays when only writing
// differs.
std::string bare(std::string_view text);

// That a value is written unlike the others of its column, whatever it says.
struct FormEvidence {
    double weight = 0;     // log odds for "wrong"; 0: nothing
    std::string proposal;  // the same in the column's usual form; empty: none
    std::string reason;
};

// Evidence per code of a column (see Coded):
// - a number with a unit, percent sign or ".0" that the column otherwise does not have, or units
//   spelled in several ways;
// - a number without the thousands separators that the others have;
// - a shape, or a length of a code, that is rare where few are usual;
// - characters that nobody meant: U+FFFD, UTF-8 read as another encoding;
// - another spelling (case, marks, blanks) of a more frequent value.
std::vector<FormEvidence> find_foreign_forms(const Coded& column);

}  // namespace quality
