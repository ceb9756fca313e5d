#pragma once

#include <string>
#include <string_view>

#include "ingest/sources/connector.hpp"

namespace ingest {

// What reread() needs to know of a member: its name, what must stand before a record, and the
// options as they were found out.
std::string how_to_reread(
    std::string_view format,
    std::string_view name,
    std::string_view preamble,
    const ReadOptions& options
);

}  // namespace ingest
