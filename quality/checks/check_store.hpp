#pragma once

#include <cstdint>
#include <vector>

#include "quality/checks/checks.hpp"

namespace base {
class Database;
class Tx;
}  // namespace base

namespace quality {

// One pass over the present records of a source, in the order of their rk.
std::vector<CheckResult>
check_source(base::Database& database, std::int64_t source_id, std::vector<Check> checks);

// Keeps what the checks said, and puts the records that failed one of severity quarantine, if it
// did not pass, in the place of those that an earlier run had put there.
void save_results(base::Tx& tx, std::int64_t source_id, const std::vector<CheckResult>& results);

// Forgets what was said of a source whose records are gone.
void drop_findings(base::Tx& tx, std::int64_t source_id);

}  // namespace quality
