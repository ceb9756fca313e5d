#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include <boost/describe/class.hpp>

#include "base/time/time.hpp"
#include "base/words.hpp"

namespace schema {

enum class JobKind { crawl, ingest, train, quality };

constexpr auto words_of(JobKind) {
    return std::to_array<base::Word<JobKind>>({
        {JobKind::crawl, "crawl", "fetch the pages of a source"},
        {JobKind::ingest, "ingest", "read the records of a source"},
        {JobKind::train, "train", "fit and evaluate a model on a snapshot"},
        {JobKind::quality, "quality", "examine the records of a source"},
    });
}

enum class JobState { waiting, running, done, failed, cancelled };

constexpr auto words_of(JobState) {
    return std::to_array<base::Word<JobState>>({
        {JobState::waiting, "waiting", "for its time, or for a worker"},
        {JobState::running, "running", "a worker holds its lease"},
        {JobState::done, "done", "it came to its end"},
        {JobState::failed, "failed", "no worker could do it"},
        {JobState::cancelled, "cancelled", "somebody took it back"},
    });
}

// A job as its worker holds it.
struct Job {
    std::int64_t id = 0;
    JobKind kind = JobKind::ingest;
    std::string spec;        // JSON
    std::int64_t token = 0;  // of the lease
    int attempts = 0;
};
BOOST_DESCRIBE_STRUCT(Job, (), (id, kind, spec, token, attempts))

// A job as people see it, in the queue or in the history.
struct JobEntry {
    std::int64_t id = 0;
    JobKind kind = JobKind::ingest;
    JobState state = JobState::waiting;
    std::string spec;                   // JSON
    std::optional<std::string> result;  // JSON; of one that ended
    std::optional<std::string> worker;  // that holds it, or held it last
    int attempts = 0;
    base::Time created_at;
    std::optional<base::Time> due_at;    // of one that did not end
    std::optional<base::Time> ended_at;  // of one that did
};
BOOST_DESCRIBE_STRUCT(
    JobEntry,
    (),
    (id, kind, state, spec, result, worker, attempts, created_at, due_at, ended_at)
)

}  // namespace schema
