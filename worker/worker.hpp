#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <thread>
#include <vector>

#include "schema/jobs/job.hpp"
#include "service/context.hpp"

namespace worker {

class Board;

struct WorkerOptions {
    std::vector<schema::JobKind> kinds{
        schema::JobKind::crawl,
        schema::JobKind::ingest,
        schema::JobKind::train,
        schema::JobKind::quality};
    std::size_t slots = 1;  // jobs at once
    bool schedule = true;   // also queue the sources whose time has come
    bool deliver = true;    // also send what webhooks are to be told
};

// A worker that claims due jobs, does them and notes what came of them, each slot on a thread of
// its own. When `stop` or the destructor asks for it, jobs under way are given back. Any number of
// workers may share a database: a job is leased, and one whose worker died is taken up again when
// its lease is over.
class Worker {
public:
    // Throws base::Error if the database cannot be reached at the start; later on the worker waits
    // for it.
    Worker(service::Context& context, const WorkerOptions& options, std::stop_token stop);
    ~Worker();
    Worker(const Worker&) = delete;

    // Returns when all slots have ended.
    void wait();

private:
    std::stop_source stop_;
    std::stop_callback<std::function<void()>> forward_;
    std::unique_ptr<Board> board_;  // outlives the slots
    std::vector<std::jthread> slots_;
};

}  // namespace worker
