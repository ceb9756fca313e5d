#pragma once

#include <string>

namespace crawler {

// A name for this worker that no other worker of any machine has: machine, boot, process namespace,
// process, its start, a number.
std::string make_holder();

// Whether the worker of that name can be seen to have ended: it was of this machine, and its
// process is gone. A worker elsewhere is never known to be dead; its leases run out.
bool is_dead(const std::string& holder);

}  // namespace crawler
