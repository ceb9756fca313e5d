#pragma once

#include <cstdint>
#include <string>

#include "base/time/time.hpp"
#include "crawler/frontier/store.hpp"
#include "schema/jobs/worker_store.hpp"
#include "service/disk/disk.hpp"

namespace base {
class Tx;
}

// What the service tells of itself while it works.
namespace service {

struct Figures {
    std::int64_t records = 0, rejected = 0;  // ever added, ever rejected
    std::int64_t jobs = 0;
    schema::WorkerCounts workers;
    std::int64_t open_tasks = 0;
    crawler::CrawlFigures crawl;
    DiskFigures disk;
};
Figures figures_of(base::Tx& tx, const Config& config);

// Gathering and training at work, and what ended within ten seconds, as a line of JSON.
std::string progress_of(base::Tx& tx, base::Time now);

}  // namespace service
