#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

namespace base {

// Turns SIGINT and SIGTERM into a stop request that work looks at, and sees to it that the program
// ends within a second: what has not ended 0.8 s after the first signal is cut off, and so it is by
// a second signal. Cut off, the program exits with 130, or with 0 if it runs until it is stopped:
// whatever is done in transactions may be cut, and what has to be noted of it OnStop notes. Make
// one, first thing in main, before any thread starts; child processes get the old mask back by
// restore_signals().
class StopOnSignal {
public:
    StopOnSignal();
    ~StopOnSignal();
    StopOnSignal(const StopOnSignal&) = delete;

    std::stop_token token() const { return source_.get_token(); }
    // What runs now has no other end than a stop.
    void runs_until_stopped() const { *endless_ = true; }

private:
    std::stop_source source_;
    std::shared_ptr<std::atomic<bool>> endless_ = std::make_shared<std::atomic<bool>>(false);
};

// Does `work` at once when a stop is asked for while this lives, on a thread of its own, so that it
// neither waits for what is under way nor holds up who else is told. What it throws is logged. The
// destructor waits for work that has begun.
class OnStop {
public:
    OnStop(std::stop_token stop, std::function<void()> work);
    OnStop(const OnStop&) = delete;

private:
    void wait(std::stop_token over);

    std::function<void()> work_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool stopped_ = false;
    std::stop_callback<std::function<void()>> told_;
    std::jthread thread_;
};

// Waits for `span` or the stop, whichever comes first. False if it was the stop.
bool rest(std::stop_token stop, std::chrono::milliseconds span);

// For a child between fork and exec: unblocks the signals that StopOnSignal blocks.
void restore_signals();

}  // namespace base
