#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace base {

// Tells a person on standard error how far long work is: a bar that redraws itself on a terminal, a
// plain line every few seconds elsewhere, nothing when quiet. Not thread-safe.
class Progress {
public:
    // `what` is a word or two ("ingest packages"), `unit` a plural ("records"). A total of 0 means
    // unknown.
    Progress(std::string what, std::string unit, std::uint64_t total = 0);
    ~Progress();
    Progress(const Progress&) = delete;

    // `done` of the total so far, and a few more words ("12 rejected").
    void update(std::uint64_t done, const std::string& more = {});
    void set_total(std::uint64_t total) { total_ = total; }
    // The last line: how many, in what time, how fast. Called by the destructor, but not when an
    // exception passes.
    void finish();

    static void set_quiet(bool quiet);

private:
    void draw(bool last);

    using Clock = std::chrono::steady_clock;
    std::string what_;
    std::string unit_;
    std::string more_;
    std::uint64_t total_;
    std::uint64_t done_ = 0;
    Clock::time_point start_ = Clock::now();
    Clock::time_point drawn_{};
    bool terminal_;
    bool finished_ = false;
};

}  // namespace base
