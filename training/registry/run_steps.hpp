#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/time/time.hpp"
#include "base/words.hpp"
#include "training/models/model.hpp"

namespace base {
class Database;
class Tx;
}  // namespace base

namespace training {

enum class RunState { running, done, interrupted, failed };

constexpr auto words_of(RunState) {
    return std::to_array<base::Word<RunState>>({
        {RunState::running, "running", "it goes on"},
        {RunState::done, "done", "its model is stored"},
        {RunState::interrupted, "interrupted", "it was stopped, or its program ended"},
        {RunState::failed, "failed", "its error says why"},
    });
}

// One step of a run: an epoch, a trial, a part of the features.
struct RunStep {
    int step = 0;  // counts from 1
    std::string stage;
    std::int64_t done = 0, total = 0;
    double loss = 0;
    std::optional<double> validation;
    base::Time at{};
};
BOOST_DESCRIBE_STRUCT(RunStep, (), (step, stage, done, total, loss, validation, at))

// Keeps the steps of a run while it goes on, a few times a second, so that others can watch it. Of
// a stage with more than 2,000 steps about so many are kept. What cannot be stored is left out:
// the run does not depend on it. Any thread may note; all are stored when this ends.
class RunSteps {
public:
    RunSteps(base::Database& database, std::int64_t run_id)
        : database_(database), run_id_(run_id) {}
    ~RunSteps();
    RunSteps(const RunSteps&) = delete;

    void note(const Progress& progress);
    // Notes what `progress` is told.
    OnProgress beside(const OnProgress& progress);

private:
    void store();

    base::Database& database_;
    std::int64_t run_id_;
    std::mutex mutex_;
    std::vector<RunStep> waiting_;
    int last_ = 0;
    std::chrono::steady_clock::time_point stored_{};
};

// Those behind step `after`, at most so many.
std::vector<RunStep> steps_of(base::Tx& tx, std::int64_t run_id, int after, int at_most);
// The last step of each run that is at work.
struct LiveStep {
    std::int64_t run_id = 0;
    std::string stage;
    std::int64_t done = 0, total = 0;
    double loss = 0;
    std::optional<double> validation;
};
BOOST_DESCRIBE_STRUCT(LiveStep, (), (run_id, stage, done, total, loss, validation))
std::vector<LiveStep> live_steps(base::Tx& tx);

}  // namespace training
