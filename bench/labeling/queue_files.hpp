#pragma once

#include "service/verb.hpp"

// What goes into the project of the bench and out of it in bulk.
namespace bench {

// Prints how many answers and labels a second an export writes, and how many tasks a second are
// queued from a query and without one. Leaves the database as it is.
void tell_files(const service::Environment& here, int tasks);

}  // namespace bench
