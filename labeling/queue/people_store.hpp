#pragma once

#include <cstdint>
#include <string>

#include "labeling/queue/assignment.hpp"

namespace base {
class Tx;
}

namespace labeling {

// The id of the simulated user of this name, made if there is none. A name that a person has throws
// base::Error.
std::int64_t simulated_user(base::Tx& tx, const std::string& name, Time now);

}  // namespace labeling
