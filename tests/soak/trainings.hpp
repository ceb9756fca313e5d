#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/soak/caller.hpp"
#include "tests/soak/ledger.hpp"

namespace soak {

// What was acknowledged.
struct Trained {
    std::vector<std::string> snapshots;
    std::vector<std::int64_t> jobs;
};

// Makes the project that the labelers work on.
void make_project(Caller caller);

// Keeps the queue of the project filled, and infers the truth, makes a snapshot and queues a
// training on it again and again, until the ledger is closed.
Trained train(Caller caller, Ledger& ledger);

}  // namespace soak
