#pragma once

#include <boost/json/object.hpp>

#include "training/tuning/tune.hpp"

namespace training {

// A trial as the analysis of a run keeps it; one that failed has no cost.
boost::json::object to_json(const Trial& trial);

}  // namespace training
