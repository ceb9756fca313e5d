#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <stop_token>

namespace base {

// Turns SIGINT and SIGTERM into a stop request that long work looks at. A second signal ends the
// program at once with exit code 130, and so does a second without an end, unless take_time() said
// that the work ends by itself: whatever is done in transactions may be cut off. Make one, first
// thing in main, before any thread starts; child processes get the old mask back by
// restore_signals().
class StopOnSignal {
public:
    StopOnSignal();
    ~StopOnSignal();
    StopOnSignal(const StopOnSignal&) = delete;

    std::stop_token token() const { return source_.get_token(); }
    // What runs now looks at the stop and has to finish something after it.
    void take_time() const { *patient_ = true; }

private:
    std::stop_source source_;
    std::shared_ptr<std::atomic<bool>> patient_ = std::make_shared<std::atomic<bool>>(false);
};

// Waits for `span` or the stop, whichever comes first. False if it was the stop.
bool rest(std::stop_token stop, std::chrono::milliseconds span);

// For a child between fork and exec: unblocks the signals that StopOnSignal blocks.
void restore_signals();

}  // namespace base
