#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schema/jobs/job.hpp"
#include "schema/records/record.hpp"
#include "schema/sources/source_store.hpp"

namespace base {
class Tx;
}

// The queue of work for workers. A claimed job is leased; its token fences a worker that lost the
// lease. Each function is one step inside the caller's transaction.
namespace schema {

// Queues a job, due at `due`. With a `dedup` name, nothing is added while a job of that name waits
// or runs; returns nothing then.
std::optional<std::int64_t> add_job(
    base::Tx& tx,
    JobKind kind,
    const std::string& spec,
    const std::string& dedup,
    Time due,
    Time now
);

// The job of a `dedup` name that waits or runs.
std::optional<std::int64_t> job_named(base::Tx& tx, const std::string& dedup);

// The next due job of one of the kinds, leased to `worker` until `until`; also one whose lease is
// over. Never one of a source of which another is at work: by dedup names, `source:NAME` and
// `source:NAME/PART` are jobs of one.
std::optional<Job> claim_job(
    base::Tx& tx,
    const std::vector<JobKind>& kinds,
    const std::string& worker,
    Time now,
    Time until
);

// Whether claim_job() would find one.
bool job_waits(base::Tx& tx, const std::vector<JobKind>& kinds, Time now);

// False if the lease was lost to another worker.
bool renew_job(base::Tx& tx, const Job& job, Time until);

// Moves a job to the history as done or failed. False if the lease was lost.
bool finish_job(base::Tx& tx, const Job& job, JobState state, const std::string& result, Time now);

// Gives a job back, due again at `due`.
bool release_job(base::Tx& tx, const Job& job, Time due);

// Likewise, and the try does not count: the job waits through no fault of its own.
bool park_job(base::Tx& tx, const Job& job, Time due);

// Of a worker that ends now: keeps the lease until `until` only, and the try does not count unless
// the worker still says what came of it.
void let_go_job(base::Tx& tx, const Job& job, Time until);

// Which jobs list_jobs() gives: those of a kind, a state and a source (gathering,
// replaying or judging it), unless these are left out.
struct JobChoice {
    std::optional<JobKind> kind{};
    std::optional<JobState> state{};
    std::string source{};
    std::optional<std::int64_t> before{};  // of smaller numbers only: the page after that job
    int at_most = 100;
};
// The newest first.
std::vector<JobEntry> list_jobs(base::Tx& tx, const JobChoice& choice, Time now);
std::optional<JobEntry> show_job(base::Tx& tx, std::int64_t id, Time now);
// In the queue, at work or not.
std::int64_t count_jobs(base::Tx& tx);

// Moves a job that did not end to the history as cancelled; its worker, if one has it, finds its
// lease gone at the next renewal and stops. False if there is no such job in the queue.
bool cancel_job(base::Tx& tx, std::int64_t id, Time now);

// Sources whose schedule is due.
std::vector<Source> due_sources(base::Tx& tx, Time now);
// An empty schedule ends it.
void set_schedule(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& schedule,
    std::optional<Time> next_due
);

}  // namespace schema
