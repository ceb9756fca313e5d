#pragma once

#include <vector>

#include "api/route.hpp"

// The routes of the service's verbs: a path for each, and one handler for all.
namespace api {

std::vector<Route> verb_routes();

}  // namespace api
