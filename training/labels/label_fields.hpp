#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "training/snapshots/examples.hpp"

// Fields of the records that labels were imported from. Whatever was made of them is no feature: a
// model that is given one learns nothing else.
namespace training {

// The fields that columns and other fields are or were made of, by the names of these; those that
// are not here are made of the field of their name.
using ColumnFields = std::multimap<std::string, std::string>;

// These fields, and those that are made of one of them.
std::vector<std::string> with_names(std::vector<std::string> fields, const ColumnFields& origins);

// Whether a column was made of one of the fields, or of what lies within one.
bool made_of(
    const std::string& column,
    const ColumnFields& origins,
    const std::vector<std::string>& fields
);

// Takes the value of a label's field out of a text, where it is the title, or a paragraph of the
// body. True if it was there.
bool take_out(TextItem& text, std::string_view value);

}  // namespace training
