#pragma once

#include <span>
#include <vector>

#include "ingest/mapping/rules.hpp"
#include "ingest/pipeline/page.hpp"
#include "schema/records/record.hpp"

namespace ingest {

// The fields of a record while its media are taken out of them.
struct MediaFields {
    std::span<const formats::Field> given;
    std::vector<formats::Field> changed;  // instead of `given`, once is_changed
    bool is_changed = false;
    formats::Arena& arena;  // of what is added

    std::span<const formats::Field> now() const { return is_changed ? changed : given; }
    void change() {
        if (!is_changed) changed.assign(given.begin(), given.end());
        is_changed = true;
    }
};

// Fills what a draft has of a picture, a sound, a film or a document: blob, media type, measures,
// and a document's text. The bytes are those of the record itself, or else of one of its cells and
// fields: of those that the rules name (`media`) the first that is filled (a cell; a data: URI or
// Base64 in a field), where they name none the first that holds some (a cell; a data: URI in
// Base64). That one is no field; others
// stay as data: URIs, which is noted. A document's title and note become fields where there are
// none of that name.
//
// False, and the reject, if they are broken, or if one that is named holds none.
bool take_media(
    const Page& page,
    const RawRecord& record,
    const Rules& rules,
    MediaFields& fields,
    schema::Draft& draft,
    schema::Reject& bad,
    Notes& notes
);

}  // namespace ingest
