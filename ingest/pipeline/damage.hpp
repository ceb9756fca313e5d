#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "schema/records/record.hpp"

namespace ingest {

// Throws base::Error if a file was not read to its end: such a run must not pass for one that was,
// since cron and schedules look at the exit code alone. Nor one that knew the format of no file.
// `reasons` are those of rejects: code to how
// many, and what the first one said.
void check_damage(
    const std::string& source,
    const schema::Counts& counts,
    const std::map<std::string, std::pair<std::uint64_t, std::string>>& reasons
);

}  // namespace ingest
