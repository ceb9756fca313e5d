#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ingest/mapping/rules.hpp"
#include "ingest/pipeline/page.hpp"
#include "schema/records/record.hpp"

namespace ingest {

// Makes drafts from records as received, by rules. Not thread-safe.
//
// Rejects it makes: key.missing, key.too_long, number.invalid, time.invalid. A field that a rule
// names and a record lacks is a missing value. A key may be spelled like a missing value (Namibia
// is NA) unless the rules name spellings of their own.
class Mapping {
public:
    explicit Mapping(Rules rules);
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
