#pragma once

#include <cstdint>

#include "schema/sources/source_store.hpp"
#include "service/context.hpp"

namespace app {

// Prints the first records and rejects of a source as they would be stored, and stores nothing.
void preview(service::Context& context, const schema::Source& source, std::uint64_t records);

}  // namespace app
