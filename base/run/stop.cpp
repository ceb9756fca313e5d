#include "base/run/stop.hpp"

#include <cerrno>
#include <utility>

#include <pthread.h>
#include <unistd.h>
#include <csignal>

#include "base/run/log.hpp"

namespace base {

namespace {

sigset_t stop_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

[[noreturn]] void cut_off(bool endless) {
    static constexpr char line[] =
        "tilth: interrupted: what was done is stored; run the same command again to go on\n";
    if (endless) _exit(0);
    if (write(STDERR_FILENO, line, sizeof(line) - 1) < 0) _exit(130);
    _exit(130);
}

}  // namespace

StopOnSignal::StopOnSignal() {
    std::signal(SIGPIPE, SIG_IGN);
    auto set = stop_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    // The threads live for as long as the program runs; they own a share of the stop state and
    // touch nothing else. Whoever is told of the stop may hold up the one that tells, but not the
    // one that cuts.
    std::thread([source = source_, endless = endless_] {
        auto waited = stop_signals();
        int signal = 0;
        sigwait(&waited, &signal);
        std::thread([source]() mutable { source.request_stop(); }).detach();
        constexpr timespec grace{0, 800'000'000};
        while (sigtimedwait(&waited, nullptr, &grace) < 0 && errno == EINTR) {
        }
        cut_off(*endless);
    }).detach();
}

StopOnSignal::~StopOnSignal() = default;

void restore_signals() {
    auto set = stop_signals();
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_DFL);
}

OnStop::OnStop(std::stop_token stop, std::function<void()> work)
    : work_(std::move(work)),
      told_(
          std::move(stop),
          [this] {
              std::lock_guard lock(mutex_);
              stopped_ = true;
              changed_.notify_all();
          }
      ),
      thread_([this](std::stop_token over) { wait(std::move(over)); }) {}

void OnStop::wait(std::stop_token over) {
    {
        std::unique_lock lock(mutex_);
        if (!changed_.wait(lock, std::move(over), [this] { return stopped_; })) return;
    }
    try {
        work_();
    } catch (const std::exception& failure) {
        log::warning("stop: {}", failure.what());
    }
}

bool rest(std::stop_token stop, std::chrono::milliseconds span) {
    std::mutex mutex;
    std::condition_variable_any sleeper;
    std::unique_lock lock(mutex);
    sleeper.wait_for(lock, stop, span, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace base
