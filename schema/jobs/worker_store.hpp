#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/time/time.hpp"
#include "base/words.hpp"

namespace base {
class Tx;
}

// What workers tell of themselves. Each function is one step inside the caller's transaction.
namespace schema {

enum class Doing { idle, crawl, ingest, train, quality, help };

constexpr auto words_of(Doing) {
    return std::to_array<base::Word<Doing>>({
        {Doing::idle, "idle", "waits for a job"},
        {Doing::crawl, "crawl", "fetches the pages of a source"},
        {Doing::ingest, "ingest", "reads the records of a source"},
        {Doing::train, "train", "fits and evaluates a model"},
        {Doing::quality, "quality", "examines the records of a source"},
        {Doing::help, "help", "helps with a crawl of many hosts"},
    });
}

struct WorkerLine {
    std::string name;  // "HOST-PROCESS-SLOT"
    Doing doing = Doing::idle;
    std::string about;                // the source or the snapshot that its work is about
    std::optional<std::int64_t> job;  // that it holds
    std::string version;              // of the program
    base::Time started_at;
    base::Time since;    // it does what it does
    base::Time seen_at;  // last heard of
};
BOOST_DESCRIBE_STRUCT(
    WorkerLine,
    (),
    (name, doing, about, job, version, started_at, since, seen_at)
)

// Writes how these stand, and forgets those that were silent since `silent`: they have died.
void tell_workers(base::Tx& tx, const std::vector<WorkerLine>& workers, base::Time silent);
void drop_workers(base::Tx& tx, const std::vector<std::string>& names);
// In order of their names, behind `after`.
std::vector<WorkerLine> list_workers(base::Tx& tx, const std::string& after, int at_most);

struct WorkerCounts {
    std::int64_t all = 0, busy = 0;
};
BOOST_DESCRIBE_STRUCT(WorkerCounts, (), (all, busy))
// Of those heard of since.
WorkerCounts count_workers(base::Tx& tx, base::Time since);

}  // namespace schema
