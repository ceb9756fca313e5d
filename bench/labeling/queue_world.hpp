#pragma once

#include <string>

#include "base/database/database.hpp"

// The project that the bench of the queue works on.
namespace bench {

constexpr int queue_labelers = 64;
constexpr int queue_overlap = 5;

// A project whose tasks are done, each answered by so many as the overlap says, but for the last
// twentieth, which nobody has touched. The database has the schema and is empty.
void load_queue(base::Database& database, int tasks);

// A database as it is when it has stood for a while: the load alone leaves gigabytes of dirty pages
// to a checkpoint, and rows that were never vacuumed.
void settle(const std::string& url);

}  // namespace bench
