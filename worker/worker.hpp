#pragma once

#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

#include "service/context.hpp"

namespace app {

struct WorkerOptions {
    std::vector<std::string> kinds = {"crawl", "ingest", "train"};
    std::size_t slots = 1;  // jobs at once
    bool schedule = true;   // also queue the sources whose time has come
};

// Claims due jobs, does them and notes what came of them, until stopped; a job under way is then
// given back. Any number of workers may share a database: a job is leased, and one whose worker
// died is taken up again when its lease is over.
void run_worker(Context& context, const WorkerOptions& options, std::stop_token stop);

}  // namespace app
