#pragma once

#include <string_view>

#include "ingest/pipeline/page.hpp"

namespace ingest {

// Adds a form (multipart/form-data) as one record: its values are fields, its files cells. `body`
// lives as long as the page.
//
// Rejects: push.form, where it is none; text.nul and text.encoding of a value; media.unknown and
// those of formats/content of a file.
void add_form(Page& page, std::string_view content_type, std::string_view body);

}  // namespace ingest
