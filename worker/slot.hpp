#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "base/error.hpp"
#include "base/time/time.hpp"
#include "schema/jobs/job.hpp"
#include "worker/lease_renewal.hpp"

namespace base {
class Database;
}

// One job at a time, from the queue to its end.
namespace worker {

// What a further try would end with, too.
class Final : public base::Error {
public:
    explicit Final(const base::Error& why) : base::Error(why) {}
};

// Does a job and returns its result. Throws Parked for one that has to wait, base::Interrupted at a
// stop, base::UsageError or Final for one that no further try can do; other errors are tried again
// later.
using DoJob = std::function<boost::json::object(const schema::Job&, std::stop_token)>;

// A job that has to wait, and knows until when.
struct Parked {
    base::Time due;
};

struct SlotOptions {
    std::string worker;  // its name
    std::vector<schema::JobKind> kinds;
    LeaseTimes times = {};
    std::chrono::milliseconds pause = std::chrono::seconds(1);  // when there is nothing to do
    std::function<void()> before_claim = {};                    // what is due by then
    // What else there is to do when no job waits, until one does or a stop; false: nothing.
    std::function<bool(std::stop_token)> when_idle = {};
    // After a job is done or has failed for good, with its result or {"error"}.
    std::function<void(const schema::Job&, const boost::json::object&)> after_end = {};
};

// Claims due jobs, does them and notes what came of them, until stopped; a job under way is then
// given back. While the database cannot be reached it waits; a job that could not go on because of
// that is given back when it can be, and the try does not count. Never throws.
void serve_slot(
    base::Database& database,
    const SlotOptions& options,
    const DoJob& do_job,
    std::stop_token stop
);

}  // namespace worker
