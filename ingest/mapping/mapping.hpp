#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ingest/pipeline/page.hpp"
#include "ingest/mapping/rules.hpp"
#include "schema/records/record.hpp"

namespace ingest {

// Makes drafts from records as received, by rules. Not thread-safe.
//
// Rejects it makes: key.missing, key.too_long, number.invalid, time.invalid. A field that a rule
// names and a record lacks is a missing value.
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

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ingest
