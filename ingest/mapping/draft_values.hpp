#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "formats/field.hpp"
#include "ingest/pipeline/page.hpp"
#include "schema/records/record.hpp"

// Values of drafts, and drafts without any.
namespace ingest {

// Empties a draft that is used again; it keeps the room of what grows with records.
void clear(schema::Draft& draft);

// "no", "false" and "0", as tables write them.
bool is_false(std::string_view value);
// Items that are more than blanks, between separators.
double count_items(std::string_view value, std::string_view separator);

// Gives the draft the bytes of its record and the picture that they are. Of a record without any,
// the first field that is a picture, as a data: URI, is taken out: `others` are the other fields
// then. False, and why in `bad`, if it is broken.
bool take_blob(
    const RawRecord& record,
    std::span<const formats::Field> given,
    std::vector<formats::Field>& others,
    schema::Draft& draft,
    schema::Reject& bad
);

}  // namespace ingest
