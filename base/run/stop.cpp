#include "base/run/stop.hpp"

#include <cerrno>
#include <condition_variable>
#include <mutex>

#include <pthread.h>
#include <unistd.h>
#include <csignal>
#include <thread>

namespace base {

namespace {

sigset_t stop_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

}  // namespace

StopOnSignal::StopOnSignal() {
    std::signal(SIGPIPE, SIG_IGN);
    auto set = stop_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    // The thread waits for as long as the program runs; it owns a share of the stop state and
    // touches nothing else.
    std::thread([source = source_, patient = patient_]() mutable {
        auto waited = stop_signals();
        int signal = 0;
        sigwait(&waited, &signal);
        source.request_stop();
        constexpr timespec grace{0, 800'000'000};
        for (;;) {
            if (sigtimedwait(&waited, nullptr, &grace) > 0) _exit(130);
            if (errno != EAGAIN || *patient) continue;
            static constexpr char line[] =
                "tilth: interrupted: what was done is stored; run the same command again to go "
                "on\n";
            if (write(STDERR_FILENO, line, sizeof(line) - 1) < 0) _exit(130);
            _exit(130);
        }
    }).detach();
}

StopOnSignal::~StopOnSignal() = default;

void restore_signals() {
    auto set = stop_signals();
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_DFL);
}

bool rest(std::stop_token stop, std::chrono::milliseconds span) {
    std::mutex mutex;
    std::condition_variable_any sleeper;
    std::unique_lock lock(mutex);
    sleeper.wait_for(lock, stop, span, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace base
