#include "tests/soak/ledger.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>

#include <fmt/format.h>

namespace soak {

using namespace std::chrono_literals;

namespace {

volatile std::sig_atomic_t stopped = 0;
std::atomic<bool> given_up = false;

void stop(int) {
    stopped = 1;
}

}  // namespace

std::chrono::seconds Ledger::passed() const {
    return std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - end_) + length_;
}

void Ledger::look() {
    if (stopped || given_up) throw Interrupted();
}

void Ledger::give_up() {
    given_up = true;
}

bool Ledger::gave_up() {
    return given_up;
}

void Ledger::rest(std::chrono::milliseconds span) {
    for (auto end = Clock::now() + span; Clock::now() < end;) {
        look();
        std::this_thread::sleep_for(std::min<Clock::duration>(end - Clock::now(), 50ms));
    }
    look();
}

void Ledger::watch_signals() {
    struct sigaction action {};
    action.sa_handler = stop;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

void Ledger::fault(const std::string& what) {
    {
        std::lock_guard lock(mutex_);
        faults_.push_back(what);
    }
    tell(*this, "FAULT " + what);
}

std::vector<std::string> Ledger::faults() const {
    std::lock_guard lock(mutex_);
    return faults_;
}

void Ledger::count(const std::string& what, std::int64_t more) {
    std::lock_guard lock(mutex_);
    counts_[what] += more;
}

std::int64_t Ledger::counted(const std::string& what) const {
    std::lock_guard lock(mutex_);
    auto found = counts_.find(what);
    return found == counts_.end() ? 0 : found->second;
}

std::string Ledger::summary() const {
    std::lock_guard lock(mutex_);
    std::string line;
    for (const auto& [what, count] : counts_)
        line += fmt::format("{}{} {}", line.empty() ? "" : ", ", what, count);
    return line;
}

void tell(const Ledger& ledger, const std::string& line) {
    auto passed = ledger.passed().count();
    fmt::print("{:3}:{:02}  {}\n", passed / 60, passed % 60, line);
    std::fflush(stdout);
}

}  // namespace soak
