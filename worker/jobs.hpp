#pragma once

#include <stop_token>

#include <boost/json/object.hpp>

#include "schema/jobs/job.hpp"

namespace service {
class Context;
}

namespace worker {

// Does a job by its kind; see DoJob for the result and what is thrown.
boost::json::object do_job(service::Context& context, const schema::Job& job, std::stop_token stop);

// After the job's end: a source that was made for it and got nothing is made no more.
void clear_up(service::Context& context, const schema::Job& job, const boost::json::object& result);

}  // namespace worker
