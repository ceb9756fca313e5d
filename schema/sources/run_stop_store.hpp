#pragma once

#include <cstdint>
#include <stop_token>

#include "base/run/stop.hpp"
#include "base/time/time.hpp"

namespace base {
class Database;
class Tx;
}  // namespace base

namespace schema {

// Marks a run that is at work as interrupted; one that has ended stays as it ended.
void interrupt_run(base::Tx& tx, std::int64_t run_id, base::Time now);

// While this lives, a stop marks the run as interrupted at once, so that it is told truly when the
// program is cut off before the run could end. Where the run still ends, end_run() has the last
// word.
class InterruptedByStop {
public:
    InterruptedByStop(base::Database& database, std::int64_t run_id, std::stop_token stop);

private:
    base::OnStop mark_;
};

}  // namespace schema
