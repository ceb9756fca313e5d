#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "schema/jobs/job.hpp"
#include "service/verb.hpp"

// The queue of work for workers, as people see it.
namespace service {

struct Job {
    std::int64_t id = 0;
    schema::JobKind kind = schema::JobKind::ingest;
    schema::JobState state = schema::JobState::waiting;
    base::JsonText spec;                // what it was told
    base::JsonText result;              // of one that ended
    std::optional<std::string> worker;  // that holds it, or held it last
    int attempts = 0;
    base::Time created_at;
    std::optional<base::Time> due_at;
    std::optional<base::Time> ended_at;
};
BOOST_DESCRIBE_STRUCT(
    Job,
    (),
    (id, kind, state, spec, result, worker, attempts, created_at, due_at, ended_at)
)

struct ListJobs {
    std::optional<schema::JobKind> kind;
    std::optional<schema::JobState> state;
    std::string source;
    int limit = 50;
    std::optional<std::int64_t> after;
    static const base::Settings<ListJobs> settings;
};

struct JobNumber {
    std::int64_t job = 0;
    static const base::Settings<JobNumber> settings;
};

// The newest first, those that ended too.
Page<Job> list_jobs(Work& work, const ListJobs& request);
// Refusal not_found if there is none.
Job show_job(Work& work, const JobNumber& request);
// Takes a job back that did not end; its worker stops when it next renews its lease. Refusal
// conflict for one that ended.
Job cancel_job(Work& work, const JobNumber& request);

}  // namespace service
