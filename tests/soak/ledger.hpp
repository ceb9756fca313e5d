#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

// A whole service under load and kill -9, and what came of it.
namespace soak {

using Clock = std::chrono::steady_clock;

// Somebody pressed Ctrl-C, or there is nothing left to go on with.
struct Interrupted : std::runtime_error {
    Interrupted() : std::runtime_error("interrupted") {}
};

// What all parts of a run share: how long it goes on, what was done, what is wrong. Thread-safe.
class Ledger {
public:
    explicit Ledger(std::chrono::seconds length) : length_(length) { begin(); }
    // The time counts from now on.
    void begin() { end_ = Clock::now() + length_; }

    std::chrono::seconds length() const { return length_; }
    std::chrono::seconds passed() const;
    // Whether new work is still begun.
    bool open() const { return Clock::now() < end_; }

    // Throws Interrupted within a tenth of a second of Ctrl-C.
    static void rest(std::chrono::milliseconds span);
    static void look();
    // Turns SIGINT and SIGTERM into Interrupted.
    static void watch_signals();
    // Ends all that rests or looks, because of a fault.
    static void give_up();
    static bool gave_up();

    // Told at once, and kept.
    void fault(const std::string& what);
    std::vector<std::string> faults() const;

    void count(const std::string& what, std::int64_t more = 1);
    std::int64_t counted(const std::string& what) const;
    // All counts on one line.
    std::string summary() const;

private:
    Clock::time_point end_;
    std::chrono::seconds length_;
    mutable std::mutex mutex_;
    std::vector<std::string> faults_;
    std::map<std::string, std::int64_t> counts_;
};

// A line with the time of the run before it.
void tell(const Ledger& ledger, const std::string& line);

}  // namespace soak
