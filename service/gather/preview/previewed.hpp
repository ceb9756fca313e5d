#pragma once

#include <vector>

#include "schema/records/record.hpp"
#include "service/gather/preview/preview.hpp"

// What would be stored, as people look at it.
namespace service {

// `columns` are those of the draft's numbers.
PreviewedRecord previewed(const schema::Draft& draft, const std::vector<schema::Column>& columns);
PreviewedReject previewed(const schema::Reject& reject);

}  // namespace service
