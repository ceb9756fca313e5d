#pragma once

#include <cstdint>

#include "service/context.hpp"
#include "schema/sources/source_store.hpp"

namespace app {

// Prints the first records and rejects of a source as they would be stored, and stores nothing.
void preview(Context& context, const schema::Source& source, std::uint64_t records);

}  // namespace app
