#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "ingest/pipeline/pipeline.hpp"

namespace ingest {

// Of rejects: code to how many, and what the first one said.
using Reasons = std::map<std::string, std::pair<std::uint64_t, std::string>>;
void add_reasons(Reasons& all, const Reasons& more);

// Throws base::Error when more inputs were rejected than the request allows. Shares count from the
// hundredth input on, and at the end.
void check_rejects(
    const RunRequest& request,
    const schema::Counts& counts,
    const Reasons& reasons,
    bool at_end
);

}  // namespace ingest
