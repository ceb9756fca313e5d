#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schema/records/record.hpp"

namespace base {
class Tx;
}

// The queue of work for workers. A claimed job is leased; its token fences a worker that lost the
// lease. Each function is one step inside the caller's transaction.
namespace schema {

struct Job {
    std::int64_t id = 0;
    std::string kind;  // crawl, ingest, train
    std::string spec;  // JSON
    std::int64_t token = 0;
    int attempts = 0;
};

// Queues a job, due at `due`. With a `dedup` name, nothing is added while a job of that name waits
// or runs; returns nothing then.
std::optional<std::int64_t> add_job(
    base::Tx& tx,
    const std::string& kind,
    const std::string& spec,
    const std::string& dedup,
    Time due,
    Time now
);

// The next due job of one of the kinds, leased to `worker` until `until`; also one whose lease is
// over.
std::optional<Job> claim_job(
    base::Tx& tx,
    const std::vector<std::string>& kinds,
    const std::string& worker,
    Time now,
    Time until
);

// False if the lease was lost to another worker.
bool renew_job(base::Tx& tx, const Job& job, Time until);

// Moves a job to the history as "done", "failed" or "cancelled". False if the lease was lost.
bool finish_job(
    base::Tx& tx,
    const Job& job,
    const std::string& state,
    const std::string& result,
    Time now
);

// Gives a job back, due again at `due`.
bool release_job(base::Tx& tx, const Job& job, Time due);

// Sources whose schedule is due.
struct DueSource {
    std::int64_t id = 0;
    std::string name;
    std::string kind;
    std::string schedule;
};
std::vector<DueSource> due_sources(base::Tx& tx, Time now);
// An empty schedule ends it.
void set_schedule(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& schedule,
    std::optional<Time> next_due
);

}  // namespace schema
