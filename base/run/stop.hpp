#pragma once

#include <chrono>
#include <stop_token>

namespace base {

// Turns SIGINT and SIGTERM into a stop request that long work looks at. A second signal ends the
// program at once with exit code 130. Make one, first thing in main, before any thread starts;
// child processes get the old mask back by restore_signals().
class StopOnSignal {
public:
    StopOnSignal();
    ~StopOnSignal();
    StopOnSignal(const StopOnSignal&) = delete;

    std::stop_token token() const { return source_.get_token(); }

private:
    std::stop_source source_;
};

// Waits for `span` or the stop, whichever comes first. False if it was the stop.
bool rest(std::stop_token stop, std::chrono::milliseconds span);

// For a child between fork and exec: unblocks the signals that StopOnSignal blocks.
void restore_signals();

}  // namespace base
