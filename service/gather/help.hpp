#pragma once

#include <stop_token>

namespace service {

struct Environment;

// Joins a crawl under way that is a worker's job and has more hosts than those at it have room for,
// until it ends or a stop is requested; by the settings of its run. False if there is none. Throws
// as gather() does.
bool help_crawl(const Environment& here, std::stop_token stop);

}  // namespace service
