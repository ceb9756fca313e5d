#pragma once

#include <cstddef>
#include <stop_token>
#include <vector>

#include "schema/jobs/job.hpp"
#include "service/context.hpp"

namespace worker {

struct WorkerOptions {
    std::vector<schema::JobKind> kinds{
        schema::JobKind::crawl,
        schema::JobKind::ingest,
        schema::JobKind::train};
    std::size_t slots = 1;  // jobs at once
    bool schedule = true;   // also queue the sources whose time has come
};

// Claims due jobs, does them and notes what came of them, until stopped; a job under way is then
// given back. Any number of workers may share a database: a job is leased, and one whose worker
// died is taken up again when its lease is over.
void run_worker(service::Context& context, const WorkerOptions& options, std::stop_token stop);

}  // namespace worker
