#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ingest/mapping/rules.hpp"
#include "ingest/pipeline/page.hpp"
#include "schema/records/record.hpp"

namespace ingest {

// What a web page says: a draft without key and place, or code and reason why it is no record.
// `media_type` may name its charset.
using ReadPage = std::function<std::variant<schema::Draft, schema::Reject>(
    std::string_view bytes,
    std::string_view media_type
)>;

// Makes drafts from records as received, by rules. Not thread-safe.
//
// Pictures, sounds, films and documents in its fields and cells become the record's
// (take_media.hpp).
//
// Rejects it makes: key.missing, key.too_long, number.invalid, time.invalid, media.unknown, those
// of formats/content, and those of pages. A field that a rule names and a record lacks is a missing
// value. A key may be spelled like a missing value (Namibia
// is NA) unless the rules name spellings of their own.
class Mapping {
public:
    // Without `read_page` web pages are rejects (page.unread). What one says are fields for the
    // rules beside those of its file, and its text is the record's where they name no other.
    explicit Mapping(Rules rules, ReadPage read_page = {});
    ~Mapping();
    Mapping(Mapping&&) noexcept;

    // The columns of the drafts' numbers.
    const std::vector<schema::Column>& columns() const;
    const Rules& rules() const;

    // Fills `draft`, or `reject` and returns false.
    bool
    apply(const Page& page, const RawRecord& record, schema::Draft& draft, schema::Reject& reject);

    // Since the last call: values that are none of their column and were left out.
    Notes take_notes();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ingest
