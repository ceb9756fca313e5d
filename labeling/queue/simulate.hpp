#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "labeling/projects/project_store.hpp"
#include "labeling/queue/assignment.hpp"

namespace base {
class Transactions;
}

namespace labeling {

// A simulated annotator: errs in this share of the answers, in the way of the question's kind.
struct SimulatedAnnotator {
    std::string name;
    double error = 0.1;
};

struct Simulation {
    std::vector<SimulatedAnnotator> pool;
    // The true answer about a record, by its key; nothing makes the annotators skip it.
    std::function<std::optional<std::string>(const std::string& key)> truth;
    std::uint64_t seed = 1;
    std::int64_t at_most = 1'000'000'000;                     // answers
    std::function<void(std::int64_t answers)> on_progress{};  // now and then
};

struct Simulated {
    std::int64_t answers = 0;
    std::int64_t wrong = 0;
    std::int64_t skipped = 0;
};

// Lets the pool work off a project's queue with the same verbs that people's answers go through:
// claim, submit, skip. Users that are missing are made, flagged as simulated; a name that a person
// has throws base::Error. What an annotator answers depends on the seed, their name and the record
// only, so that going on after an interruption gives the same answers. `clock` tells the time.
// Each round is a step. Returns when nobody in the pool finds a task, or at the limit.
Simulated simulate(
    base::Transactions steps,
    const StoredProject& project,
    const Simulation& simulation,
    const std::function<Time()>& clock
);

}  // namespace labeling
