#pragma once

#include <string_view>

#include "schema/records/record.hpp"

// Values of drafts, and drafts without any.
namespace ingest {

// Empties a draft that is used again; it keeps the room of what grows with records.
void clear(schema::Draft& draft);

// "no", "false" and "0", as tables write them.
bool is_false(std::string_view value);
// Items that are more than blanks, between separators.
double count_items(std::string_view value, std::string_view separator);

}  // namespace ingest
